"""A hot route whose requests are stored in batches: what all of them share around reading and deciding."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Generic, Protocol, TypeAlias, TypeVar
from uuid import UUID

from opentelemetry import trace
from opentelemetry.trace import Span
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.batcher.batcher import Batcher
from sixclear.common.batcher.connection import Exchange, OwnConnections
from sixclear.common.caller import Caller
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.errors import DomainError
from sixclear.common.events.log import EventLog
from sixclear.common.telemetry import batch_span
from sixclear.common.web.access import Access
from sixclear.common.web.hot_front import HotAnswer, HotRequest
from sixclear.common.web.idempotency import Claim
from sixclear.common.web.idempotency_batch import NO_KEY, KeyCleaner, taken_key

C = TypeVar("C")

# None: the ordinary route must answer.
HotOutcome: TypeAlias = HotAnswer | DomainError | None


@dataclass(frozen=True, slots=True, eq=False)
class HotCommand(Generic[C]):
    """One request as it waits for its batch: what it asks of one entity."""

    entity_id: UUID
    command: C
    caller: Caller
    request_id: str
    if_match: str | None
    claim: Claim | None
    span: Span

    def keys(self) -> tuple[Hashable, ...]:
        """Of these only one may stand in a batch."""
        return (
            (self.entity_id,) if self.claim is None else (self.entity_id, (self.claim.client_id, self.claim.key_hash))
        )

    def key(self, answer: HotAnswer, *, is_made_again: bool = False) -> tuple[object, ...]:
        """The columns that keep its key with this answer (`idempotency_batch.taken_key`)."""
        if self.claim is None:
            return NO_KEY
        return taken_key(self.claim, answer.status, answer.headers, answer.body, is_made_again=is_made_again)


class HotBatch(Protocol):
    """Requests of different entities, decided at one instant."""

    async def write(self, exchange: Exchange) -> Sequence[HotOutcome]:
        """An outcome for each request; may be called again when nothing was stored."""


class BatchedRoute(ABC, Generic[C]):
    """A `HotRoute`. A route says what its body asks (`read`) and how a batch is decided and stored (`make_batch`)."""

    method: ClassVar[str] = "POST"
    path: ClassVar[str]
    access: ClassVar[Access]
    # One word for metrics, and its plural for the connections and the span.
    word: ClassVar[str]
    plural: ClassVar[str]

    def __init__(self, database: Database, log: EventLog, clock: Clock) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._cleaner = KeyCleaner(database)
        self._connections = OwnConnections(database, f"{database.application_name}-{self.plural}")
        keys: Callable[[HotCommand[C]], tuple[Hashable, ...]] = HotCommand.keys
        self._batcher: Batcher[HotCommand[C], HotOutcome] = Batcher(log.service, self.word, self._write, keys)

    @abstractmethod
    def read(self, body: bytes, caller: Caller) -> C | None:
        """What a body asks, checked as the ordinary route checks it; None for what only that one can judge."""

    @abstractmethod
    def make_batch(self, session: AsyncSession, waiting: Sequence[HotCommand[C]], now: datetime) -> HotBatch:
        """A batch of these; the session only reads."""

    def require_room(self) -> None:
        """See `HotRoute.require_room`."""
        self._batcher.require_room()

    async def answer(self, request: HotRequest) -> HotAnswer | None:
        """See `HotRoute.answer`: what was asked is committed."""
        command = self.read(request.body, request.caller)
        if command is None:
            return None
        client, path = request.caller.client_id, f"{self.method} {request.path}"
        claim = None if request.key is None else Claim.made(client, request.key, path, b"", request.body)
        entity_id, span = UUID(request.parameters[0]), trace.get_current_span()
        outcome = await self._batcher.run(
            HotCommand(entity_id, command, request.caller, request.request_id, request.if_match, claim, span)
        )
        if isinstance(outcome, DomainError):
            raise outcome
        return outcome

    def configure(self, in_flight: int) -> None:
        """See `HotRoute.configure`."""
        self._batcher.in_flight = in_flight

    async def close(self) -> None:
        """Write what was taken, then close the connections."""
        await self._batcher.stop()
        await self._cleaner.stop()
        await self._connections.close()

    async def _write(self, waiting: Sequence[HotCommand[C]]) -> Sequence[HotOutcome]:
        async with self._database.read_session() as session:
            now = self._clock()
            batch = self.make_batch(session, waiting, now)
            with batch_span(self._log.service, f"write {self.plural}", [one.span for one in waiting]):
                outcomes = await self._connections.exchange(batch.write)
        self._log.wake()
        self._cleaner.begin((one.claim for one in waiting if one.claim is not None), now)
        return outcomes
