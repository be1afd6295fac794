"""A service's own table of what another one publishes, so that it knows what exists that its requests name.

Nothing is asked of the other service: the table is filled from its topic, from the first event on.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import Date, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.common.bus import dead_letters, positions
from sixclear.common.bus.consumer import ConsumerLoop
from sixclear.common.bus.consumer_state import ConsumerState
from sixclear.common.bus.envelope import Envelope
from sixclear.common.bus.protocol import Bus
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.errors import Unavailable
from sixclear.common.text import code_form
from sixclear.common.use_case import Context, ReferenceUnknown, unknown_reference

# What a service needs besides its mirror's own table.
DDL_V1 = [*positions.DDL_V1, *positions.DDL_V2, *dead_letters.DDL_V1]

# Up to here a mirror is taken for complete: what it does not know does not exist.
COMPLETE_SECONDS = 10.0
_RETRY_SECONDS = 5


class Mirrored:
    """The columns of a mirror. `epoch` and `version` say of which event a row is: an older one changes nothing.

    A table may have more: each is filled from the member of the event with its name.
    """

    __table__: ClassVar[Any]

    entity_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    codes: Mapped[list[str]]
    name_vi: Mapped[str]
    name_en: Mapped[str | None]
    epoch: Mapped[int]
    version: Mapped[int]


M = TypeVar("M", bound=Mirrored)


class Mirror:
    """Fills the table `kind` from `topic`, as the consumer group `group`, in every process of the service.

    Processes of one group disturb each other no more than by reading a batch again: the position moves in one of them.
    """

    def __init__(
        self, bus: Bus, database: Database, clock: Clock, *, group: str, topic: str, kind: type[Mirrored]
    ) -> None:
        self._clock = clock
        self._kind = kind
        self._database = database
        self._filled = False
        self._served_before = False
        self._reached_end = False
        self._watermark = bus.watermark(topic.split(".")[1])
        self._loop = ConsumerLoop(bus, database, group, (topic,), self._fill, self._was_filled, clock=clock)

    async def prepare(self) -> None:
        """Look whether an earlier process has filled the table; the tables must be there."""
        async with self._database.session() as session:
            self._filled = (await session.execute(select(self._kind.entity_id).limit(1))).first() is not None
        self._served_before = self._filled

    async def start(self) -> None:
        """Begin in the background; a bus or database that is away is waited for."""
        await self._watermark.start()
        await self._loop.start()

    async def stop(self, deadline_seconds: float = 2.0) -> None:
        """Finish the batch in hand or roll it back."""
        await self._loop.stop(deadline_seconds)
        await self._watermark.stop()

    def state(self) -> ConsumerState:
        """The consumer as operators see it."""
        return self._loop.state()

    def behind_seconds(self) -> float | None:
        """How old the table may be; None while that is not known.

        It is not known before the end of the log was reached once, of a consumer that stopped or halted, while the bus
        is away, of an empty table, to which nothing may have been sent yet, and while the source's relay has not said
        how far it is. The greater of two ages counts: of what the bus holds, and of what a relay may keep back.
        """
        ages = (self._behind(), self._watermark.behind_seconds())
        known = [age for age in ages if age is not None]
        return max(known) if self._filled and len(known) == len(ages) else None

    def _behind(self) -> float | None:
        state = self._loop.state()
        if not state.running or state.halted_reason or state.lag is None or state.lag_known_at is None:
            return None
        self._reached_end = self._reached_end or not state.lag.messages
        if not self._reached_end:
            return None
        waiting = state.lag.seconds if state.lag.messages else 0.0
        return None if waiting is None else waiting + max(0.0, (self._clock() - state.lag_known_at).total_seconds())

    def serves(self) -> bool:
        """Whether requests can be served: the table was filled by an earlier process, or the end was reached once."""
        self._behind()
        return self._served_before or self._reached_end

    async def _was_filled(self, _envelopes: Sequence[Envelope]) -> None:
        self._filled = True

    async def _fill(self, session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        """Keep the newest state of each entity; an older event changes nothing.

        One that was seen before is written again: a release that knew fewer columns may have seen it.
        """
        newest: dict[UUID, Envelope] = {}
        for envelope in envelopes:
            known = newest.get(envelope.entity_id, envelope)
            if (known.epoch, known.version) <= (envelope.epoch, envelope.version):
                newest[envelope.entity_id] = envelope
        table = self._kind.__table__.c
        names = [column.name for column in table if column.name != "entity_id"]
        own = {column.name: column.type for column in table if column.name not in Mirrored.__annotations__}
        new = insert(self._kind).values([_row(newest[entity_id], own) for entity_id in sorted(newest)])
        await session.execute(
            new.on_conflict_do_update(
                index_elements=["entity_id"],
                set_={name: new.excluded[name] for name in names},
                where=tuple_(table.epoch, table.version) <= tuple_(new.excluded.epoch, new.excluded.version),
            )
        )


def is_complete(behind_seconds: float | None) -> bool:
    """Whether what is not there does not exist; not known counts as behind."""
    return behind_seconds is not None and behind_seconds <= COMPLETE_SECONDS


def require_complete(ctx: Context, what: str) -> None:
    """Raises Unavailable, saying `what` is not sure, while the mirror may lack something that exists."""
    if not is_complete(ctx.behind_seconds()):
        raise Unavailable(f"{what} Send the same request again.", retry_after_seconds=_RETRY_SECONDS)


def _row(envelope: Envelope, own: Mapping[str, Any]) -> dict[str, Any]:
    data = envelope.data
    return {name: _member(data.get(name), kind) for name, kind in own.items()} | {
        "entity_id": envelope.entity_id,
        "code": data["code"],
        "codes": data["codes"],
        "name_vi": data["name_vi"],
        "name_en": data["name_en"],
        "epoch": envelope.epoch,
        "version": envelope.version,
    }


def _member(value: Any, kind: Any) -> Any:
    """An event writes a day as text; the driver takes a date."""
    return date.fromisoformat(value) if isinstance(kind, Date) and isinstance(value, str) else value


async def named(session: AsyncSession, kind: type[M], ids: Collection[UUID | None]) -> dict[UUID, M]:
    """The rows with these identifiers, with one statement at most; unknown ones are left out."""
    wanted = {entity_id for entity_id in ids if entity_id is not None}
    if not wanted:
        return {}
    rows = await session.scalars(select(kind).where(kind.entity_id.in_(wanted)))
    return {row.entity_id: row for row in rows}


async def find(session: AsyncSession, kind: type[M], references: Collection[str]) -> dict[str, M]:
    """The rows that these identifiers or codes name, by the reference; unknown ones are left out.

    A code is taken as it is written, else as registers write it (`code_form`).
    """
    ids = {reference: entity_id for reference in references if (entity_id := _identifier(reference))}
    codes = {reference: code_form(reference) for reference in references if reference not in ids}
    condition = or_(kind.entity_id.in_(ids.values()), kind.codes.overlap([*codes, *codes.values()]))
    by_name: dict[UUID | str, M] = {}
    for row in await session.scalars(select(kind).where(condition)) if references else ():
        by_name |= dict.fromkeys((row.entity_id, *row.codes), row)
    found = {reference: by_name.get(entity_id) for reference, entity_id in ids.items()}
    found |= {reference: by_name.get(reference) or by_name.get(code) for reference, code in codes.items()}
    return {reference: row for reference, row in found.items() if row is not None}


async def referenced(ctx: Context, kind: type[Mirrored], references: Mapping[str, str], word: str) -> dict[str, UUID]:
    """The identifiers of what a request names, by the JSON Pointer of the field or by the parameter that names it.

    Raises ReferenceUnknown with every field that names what does not exist; while that is not sure, because the mirror
    is behind by more than `COMPLETE_SECONDS` or it is not known by how much, Unavailable. `word` is the domain's word.
    """
    if not references:
        return {}
    known = await find(ctx.session, kind, set(references.values()))
    unknown = [pointer for pointer, reference in references.items() if reference not in known]
    if unknown:
        require_complete(ctx, f"What is named as {word} is not known here yet and may exist.")
        raise ReferenceUnknown(
            f"What is named as {word} does not exist.",
            errors=[unknown_reference(pointer, word) for pointer in unknown],
        )
    return {pointer: known[reference].entity_id for pointer, reference in references.items()}


def _identifier(reference: str) -> UUID | None:
    try:
        return UUID(reference)
    except ValueError:
        return None
