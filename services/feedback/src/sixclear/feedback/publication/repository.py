"""Public copies in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as member
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, exists, func, select, text, tuple_, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.counting import count_up_to
from sixclear.feedback.public_clock.models import PublicClock, PublicStep
from sixclear.feedback.publication.models import Publication

_STANDS = Publication.withdrawn_on.is_(None)
_OUT_OF_TIME = "57014"
_READ_ONLY = text("SELECT set_config('transaction_read_only', 'on', true)")
_COMPARED = 2_000
_BOUND = text("SELECT set_config('statement_timeout', :most, true)")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a list of public copies is narrowed to; None does not narrow. Clocks are those of the start of `day`."""

    kind: str | None
    field: str | None
    place_id: UUID | None
    organisation_id: UUID | None
    answered: bool | None
    overdue: bool | None = None
    open_steps: bool | None = None
    day: date | None = member(default=None, repr=False)


async def find_of_case(session: AsyncSession, submission_id: UUID) -> Publication | None:
    """The public copy of a case that stands."""
    return await session.scalar(select(Publication).where(Publication.submission_id == submission_id, _STANDS))


async def end_former(session: AsyncSession, submission_id: UUID, why: str) -> None:
    """Say of the copies of a case that were taken back before why they are over now."""
    former = update(Publication).where(Publication.submission_id == submission_id, ~_STANDS)
    await session.execute(former.values(withdrawn_why=why))


async def find_publication(session: AsyncSession, publication_id: UUID) -> Publication | None:
    """The public copy with this identifier, while it stands."""
    return await session.scalar(select(Publication).where(Publication.publication_id == publication_id, _STANDS))


async def list_publications(
    session: AsyncSession, narrow: Narrowing, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Publication]:
    """Public copies, newest day first, after the cursor."""
    key = tuple_(Publication.published_on, Publication.publication_id)
    statement = select(Publication).where(*_conditions(narrow))
    if after:
        statement = statement.where(key < tuple_(*after))
    ordered = statement.order_by(Publication.published_on.desc(), Publication.publication_id.desc()).limit(limit)
    return (await session.scalars(ordered)).all()


async def count_publications(session: AsyncSession, narrow: Narrowing) -> int:
    """How many public copies that list has, as `count_up_to` says it."""
    return await count_up_to(session, select(Publication.publication_id).where(*_conditions(narrow)))


def _conditions(narrow: Narrowing) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_STANDS]
    if narrow.kind:
        conditions.append(Publication.kind == narrow.kind)
    if narrow.field:
        conditions.append(Publication.field == narrow.field)
    if narrow.place_id:
        conditions.append(Publication.place_id == narrow.place_id)
    if narrow.organisation_id:
        conditions.append(Publication.organisation_id == narrow.organisation_id)
    if narrow.answered is not None:
        has = Publication.answer.is_not(None)
        conditions.append(has if narrow.answered else ~has)
    if narrow.overdue is not None:
        late = _told(PublicClock, ~PublicClock.paused, PublicClock.answered_on.is_(None))
        late = late.where(PublicClock.due_on < narrow.day)
        conditions.append(late if narrow.overdue else ~late)
    if narrow.open_steps is not None:
        waits = _told(PublicStep, PublicStep.done_on.is_(None))
        conditions.append(waits if narrow.open_steps else ~waits)
    return conditions


def _told(table: type[PublicClock] | type[PublicStep], *so: ColumnElement[bool]) -> Exists:
    """Whether a copy has such a row; partial indexes hold those that a list asks for."""
    return exists().where(table.publication_id == Publication.publication_id, *so)


async def nearest(
    session: AsyncSession, folded: str, narrow: Narrowing, *, since: date, most: int, milliseconds: int
) -> tuple[Sequence[Publication], bool]:
    """The public copies since a day whose folded titles share most trigrams with `folded`; whether all were compared.

    The server refuses every write of the transaction from here on. A GiST index gives them in their order, among all
    and among those of a field; of a place with few the planner sorts these. Where that takes more than `milliseconds`,
    the newest 2,000 are compared one by one, which takes the same time however many there are. Measured at 200,000
    (`docs/long-tests.md`).
    """
    conditions = [*_conditions(narrow), Publication.published_on >= since]
    await session.execute(_READ_ONLY)
    # Rolled back whatever comes: the end of a savepoint that is kept keeps its timeout too.
    bounded = await session.begin_nested()
    try:
        await session.execute(_BOUND, {"most": f"{milliseconds}ms"})
        indexed = select(Publication).where(*conditions).order_by(Publication.folded.op("<->")(folded))
        return (await session.scalars(indexed.limit(most))).all(), True
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _OUT_OF_TIME:
            raise
    finally:
        await bounded.rollback()
    return await _nearest_of_newest(session, folded, conditions, most)


async def _nearest_of_newest(
    session: AsyncSession, folded: str, conditions: Sequence[ColumnElement[bool]], most: int
) -> tuple[Sequence[Publication], bool]:
    newest = select(Publication.publication_id, Publication.folded).where(*conditions)
    some = newest.order_by(Publication.published_on.desc()).limit(_COMPARED).cte("some").prefix_with("MATERIALIZED")
    distance = some.c.folded.op("<->")(folded)
    best = select(some.c.publication_id, func.count().over().label("compared")).order_by(distance).limit(most)
    rows = (await session.execute(best)).all()
    named = [row.publication_id for row in rows]
    found = (await session.scalars(select(Publication).where(Publication.publication_id.in_(named)))).all()
    return found, all(row.compared < _COMPARED for row in rows)
