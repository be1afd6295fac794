"""Submissions, contacts and the log of accesses in the database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Boolean,
    ColumnElement,
    LargeBinary,
    Select,
    Text,
    and_,
    bindparam,
    delete,
    func,
    not_,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.counting import count_up_to
from sixclear.common.events.append import RowChanges, append_with
from sixclear.feedback.sealing.models import WrappedKey
from sixclear.feedback.submission.models import (
    HELD,
    Access,
    Contact,
    DueMove,
    HourStep,
    Pause,
    Submission,
    reviewed_by_none,
)
from sixclear.feedback.tables import Base
from sixclear.feedback.transparency.models import Statement

_COMPARED, _COPIES = 500, 100
_OPEN = Submission.status.not_in(("answered", "withdrawn"))
# A step that reached us later than this after it was taken tells the past. More of it is on its way: what we say of the
# case in between would be wrong, and newer than what comes. So we say nothing until as long after the last such step.
TELLS_THE_PAST = timedelta(hours=1)
_OF_KEY = {"purpose": Text, "recipient": Text, "period": Text, "wrapped": LargeBinary}
# The columns of each table of a new case, by the parameter that has the value.
_WRITTEN: dict[type[Base], dict[str, Any]] = {
    table: {f"{table.__tablename__}_{column.name}": column for column in table.__table__.columns}
    for table in (Submission, Statement, Contact)
}


def _insert(table: type[Base]) -> str:
    names = ", ".join(column.name for column in _WRITTEN[table].values())
    return f"INSERT INTO {table.__tablename__} ({names}) SELECT {', '.join(f':{name}' for name in _WRITTEN[table])}"


# Another transaction that adds the same case is waited for; when it has committed, nothing is added here. All that
# belongs to the case follows from `new`, so it is there or not as the case is.
_CASE = f"""
    WITH new AS ({_insert(Submission)} ON CONFLICT (submission_id) DO NOTHING RETURNING submission_id),
    stated AS ({_insert(Statement)} FROM new),
    reached AS ({_insert(Contact)} FROM new WHERE :is_reached),
    opened AS (
      INSERT INTO case_key (submission_id, purpose, recipient, period, wrapped)
      SELECT submission_id, purpose, recipient, period, wrapped
      FROM new, unnest(:purpose, :recipient, :period, :wrapped) AS made (purpose, recipient, period, wrapped))
    """  # noqa: S608 (names of tables and columns)
_PARAMETERS: list[BindParameter[Any]] = [
    *(bindparam(name, type_=column.type) for written in _WRITTEN.values() for name, column in written.items()),
    *(bindparam(name, type_=ARRAY(kind)) for name, kind in _OF_KEY.items()),
    bindparam("is_reached", type_=Boolean),
]
_ADD_WITH_EVENT = append_with(_CASE, *_PARAMETERS, after="new")
_ADD = text(f"{_CASE} SELECT 1 FROM new").bindparams(*_PARAMETERS)  # noqa: S608 (a constant)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a list of submissions is narrowed to; None does not narrow."""

    status: str | None
    kind: str | None
    overdue: bool | None
    organisation_id: UUID | None
    sender_wrote_last: bool | None
    held: bool = False


async def find_submission(session: AsyncSession, submission_id: UUID, *, lock: bool = False) -> Submission | None:
    """The submission with this identifier; its row locked when it is about to change."""
    return await session.get(Submission, submission_id, with_for_update=lock)


async def find_many(session: AsyncSession, submission_ids: Collection[UUID]) -> Sequence[Submission]:
    """The submissions with these identifiers."""
    return (await session.scalars(select(Submission).where(Submission.submission_id.in_(submission_ids)))).all()


async def handled_among(
    session: AsyncSession, submission_ids: Collection[UUID], visible_to: UUID | None, persons: Collection[str]
) -> set[UUID]:
    """Those of these submissions that are assigned to `visible_to`, all when it is None; none that `persons` review."""
    named = Submission.submission_id.in_(submission_ids), *_seen_by(visible_to, persons)
    return set(await session.scalars(select(Submission.submission_id).where(*named)))


def _seen_by(visible_to: UUID | None, persons: Collection[str]) -> list[ColumnElement[bool]]:
    """What every list of handlers is narrowed to: the body's own cases, and none that the caller reviews."""
    own = [Submission.organisation_id == visible_to] if visible_to else []
    return [*own, *reviewed_by_none(persons)]


def new_case(
    submission: Submission, stated: Statement, keys: Sequence[WrappedKey], contact: Contact | None
) -> RowChanges:
    """A new case with what belongs to it, to be written with its first event, unless its identifier is there already.

    The session does not know these rows: what changes them later reads them.
    """
    values: dict[str, Any] = {name: [getattr(key, name) for key in keys] for name in _OF_KEY}
    values["is_reached"] = contact is not None
    for table, row in ((Submission, submission), (Statement, stated), (Contact, contact)):
        for name, column in _WRITTEN[table].items():
            values[name] = getattr(row, column.name, None)
    return RowChanges(_ADD_WITH_EVENT, values, alone=_ADD)


async def find_by_receipt(session: AsyncSession, receipt_hash: bytes, *, lock: bool = False) -> Submission | None:
    """The submission whose receipt code has this keyed hash."""
    statement = select(Submission).where(Submission.receipt_hash == receipt_hash)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def list_submissions(
    session: AsyncSession,
    narrow: Narrowing,
    *,
    visible_to: UUID | None,
    persons: Collection[str],
    now: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Submission]:
    """Submissions by due time, soonest first, after the cursor: those assigned to `visible_to`, all when it is None.

    None that `persons` review.
    """
    key = tuple_(Submission.due_at, Submission.submission_id)
    statement = select(Submission).where(*_conditions(narrow, visible_to, now), *_seen_by(visible_to, persons))
    if after:
        statement = statement.where(key > tuple_(*after))
    ordered = statement.order_by(Submission.due_at, Submission.submission_id).limit(limit)
    return (await session.scalars(ordered)).all()


async def list_comparable(
    session: AsyncSession, submission: Submission, *, visible_to: UUID | None, persons: Collection[str], since: datetime
) -> Sequence[Submission]:
    """Cases of the field and place of this one, the newest 500, and 100 with its words; those of `visible_to`.

    None that `persons` review.
    """
    bounds = [
        Submission.received_at >= since,
        Submission.visibility != "sealed",
        not_(HELD),
        Submission.submission_id != submission.submission_id,
    ]
    bounds += _seen_by(visible_to, persons)
    alike = (
        Submission.field.is_not_distinct_from(submission.field),
        Submission.place_id.is_not_distinct_from(submission.place_id),
    )
    newest = select(Submission.submission_id).where(*alike, *bounds).order_by(Submission.received_at.desc())
    copies = select(Submission.submission_id).where(Submission.words_hash == submission.words_hash, *bounds)
    either = or_(
        Submission.submission_id.in_(newest.limit(_COMPARED).subquery().select()),
        Submission.submission_id.in_(copies.order_by(Submission.received_at.desc()).limit(_COPIES).subquery().select()),
    )
    # An order of its own: cases that are as much alike would else change places with the rows on disk.
    ordered = select(Submission).where(either).order_by(Submission.received_at.desc(), Submission.submission_id)
    return (await session.scalars(ordered)).all()


async def count_decided(session: AsyncSession, submission: Submission, since: datetime) -> Sequence[tuple[UUID, int]]:
    """How many cases of the field and place of this one were given to which body, the five with the most."""
    times = func.count()
    statement = select(Submission.organisation_id, times).where(
        Submission.field == submission.field,
        Submission.place_id.is_not_distinct_from(submission.place_id),
        Submission.received_at >= since,
        Submission.visibility != "sealed",
        Submission.organisation_id.is_not(None),
        Submission.submission_id != submission.submission_id,
    )
    most = statement.group_by(Submission.organisation_id).order_by(times.desc(), Submission.organisation_id).limit(5)
    return [(body, count) for body, count in await session.execute(most) if body is not None]


async def count_submissions(
    session: AsyncSession, narrow: Narrowing, *, visible_to: UUID | None, persons: Collection[str], now: datetime
) -> int:
    """How many submissions that list has, as `count_up_to` says it."""
    conditions = (*_conditions(narrow, visible_to, now), *_seen_by(visible_to, persons))
    return await count_up_to(session, select(Submission.submission_id).where(*conditions))


def _conditions(narrow: Narrowing, visible_to: UUID | None, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [HELD if narrow.held else not_(HELD)]
    # The lateness of a body counts by its own clock, that of the country by the sender's.
    one_body = visible_to is not None or narrow.organisation_id is not None
    due_at = func.coalesce(Submission.body_due_at, Submission.due_at) if one_body else Submission.due_at
    if narrow.status:
        conditions.append(Submission.status == narrow.status)
    if narrow.kind:
        conditions.append(Submission.kind == narrow.kind)
    if narrow.organisation_id:
        conditions.append(Submission.organisation_id == narrow.organisation_id)
    if narrow.sender_wrote_last is not None:
        last = Submission.last_message_by
        conditions.append(last == "sender" if narrow.sender_wrote_last else last.is_distinct_from("sender"))
    if narrow.overdue is not None:
        late = and_(_OPEN, due_at < now)
        conditions.append(late if narrow.overdue else not_(late))
    return conditions


@dataclass(frozen=True, slots=True)
class OpenClock:
    """Since when an open case is counted, and what its clocks say by the edition that it was counted with."""

    submission_id: UUID
    received_at: datetime
    body_started_at: datetime | None
    due_at: datetime
    due_soon_at: datetime
    body_due_at: datetime | None


async def list_open_clocks(session: AsyncSession, editions: Collection[str]) -> Sequence[OpenClock]:
    """The clocks of all open cases that were counted with one of these editions of the calendar."""
    start = func.coalesce(Submission.reopened_at, Submission.received_at)
    begun = (Submission.submission_id, start, Submission.body_started_at)
    due = (Submission.due_at, Submission.due_soon_at, Submission.body_due_at)
    rows = await session.execute(select(*begun, *due).where(_OPEN, Submission.calendar_edition.in_(editions)))
    return [OpenClock(*row) for row in rows]


async def list_pauses(session: AsyncSession, submission_ids: Collection[UUID]) -> Sequence[Pause]:
    """Every time in which the clock of one of these cases stood still, in order."""
    statement = select(Pause).where(Pause.submission_id.in_(submission_ids))
    return (await session.scalars(statement.order_by(Pause.from_at))).all()


async def list_moves(session: AsyncSession, submission_ids: Collection[UUID]) -> Sequence[DueMove]:
    """Every decision that moved the due time of one of these cases, in order."""
    statement = select(DueMove).where(DueMove.submission_id.in_(submission_ids))
    return (await session.scalars(statement.order_by(DueMove.decided_at))).all()


async def list_open_pauses(session: AsyncSession, editions: Collection[str]) -> Sequence[Pause]:
    """As `list_pauses`, of all open cases that were counted with one of these editions of the calendar."""
    statement = select(Pause).where(Pause.submission_id.in_(_open_of(editions)))
    return (await session.scalars(statement.order_by(Pause.from_at))).all()


async def list_open_moves(session: AsyncSession, editions: Collection[str]) -> Sequence[DueMove]:
    """As `list_moves`, of all open cases that were counted with one of these editions of the calendar."""
    statement = select(DueMove).where(DueMove.submission_id.in_(_open_of(editions)))
    return (await session.scalars(statement.order_by(DueMove.decided_at))).all()


def _open_of(editions: Collection[str]) -> Select[UUID]:
    return select(Submission.submission_id).where(_OPEN, Submission.calendar_edition.in_(editions))


async def lock_over(session: AsyncSession, now: datetime, limit: int) -> Sequence[Submission]:
    """Cases with a pause that is over and was not ended; their rows locked, those that others hold left out."""
    over = select(Pause.submission_id).where(Pause.ended_at.is_(None), Pause.until_at < now).order_by(Pause.until_at)
    locked = select(Submission).where(Submission.submission_id.in_(over.limit(limit)))
    return (await session.scalars(locked.with_for_update(skip_locked=True))).all()


def _told_up_to(now: datetime) -> ColumnElement[bool]:
    """Cases of which no machine is telling the past right now (`TELLS_THE_PAST`)."""
    at_once = Submission.recorded_at - Submission.occurred_at <= TELLS_THE_PAST
    return or_(at_once, Submission.recorded_at <= now - TELLS_THE_PAST)


async def release_over(session: AsyncSession, now: datetime) -> int:
    """Hold no longer what was held until now; answers how many."""
    over = update(Submission).where(Submission.held_until <= now).values(held_until=None)
    return len((await session.scalars(over.returning(Submission.submission_id))).all())


async def count_held(session: AsyncSession) -> int:
    """How many are held as possible spam."""
    held = select(func.count()).select_from(Submission).where(HELD)
    return await session.scalar(held) or 0


async def lock_escalating(
    session: AsyncSession, told: str | None, due_before: datetime, now: datetime, limit: int
) -> Sequence[Submission]:
    """Open cases that were due by `due_before` and stand at the rung `told`; their rows locked, as of `lock_silent`."""
    at_rung = Submission.escalation_rung.is_not_distinct_from(told), Submission.due_at <= due_before
    narrowed = select(Submission).where(_OPEN, *at_rung, _told_up_to(now))
    locked = narrowed.order_by(Submission.due_at).limit(limit).with_for_update(skip_locked=True)
    return (await session.scalars(locked)).all()


async def lock_open(
    session: AsyncSession, submission_ids: Collection[UUID], editions: Collection[str]
) -> Sequence[Submission]:
    """Those of these cases that are still open and counted with one of these editions; their rows locked, in one order.

    What another process changed while its lock was waited for is not among them.
    """
    narrowed = select(Submission).where(
        _OPEN, Submission.submission_id.in_(submission_ids), Submission.calendar_edition.in_(editions)
    )
    return (await session.scalars(narrowed.order_by(Submission.submission_id).with_for_update())).all()


async def lock_silent(session: AsyncSession, due_before: datetime, now: datetime, limit: int) -> Sequence[Submission]:
    """Open cases whose due time passed and of which it was not stated yet; their rows locked.

    A case that another transaction holds is left out: it may be getting its answer, and is seen again in the next pass.
    So is one whose past is being told (`TELLS_THE_PAST`): its answer may follow.
    """
    unstated = or_(Submission.no_answer_stated_for.is_(None), Submission.no_answer_stated_for < Submission.due_at)
    narrowed = select(Submission).where(_OPEN, unstated, Submission.due_at < due_before, _told_up_to(now))
    locked = narrowed.order_by(Submission.due_at).limit(limit).with_for_update(skip_locked=True)
    return (await session.scalars(locked)).all()


async def try_publish_hours(session: AsyncSession) -> bool:
    """Become the one that publishes hours until the transaction ends; False when another process is."""
    return bool(await session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('sixclear feedback hours'))")))


async def steps_before(session: AsyncSession, hour: datetime, most_cases: int) -> Sequence[HourStep]:
    """The steps of hours before this one, of some cases that are chosen by chance; by case, and in their order."""
    over = HourStep.hour < hour
    waiting = select(HourStep.submission_id).where(over).group_by(HourStep.submission_id)
    chosen = waiting.order_by(func.random()).limit(most_cases)
    statement = select(HourStep).where(over, HourStep.submission_id.in_(chosen))
    return (await session.scalars(statement.order_by(HourStep.submission_id, HourStep.version))).all()


async def oldest_step(session: AsyncSession) -> datetime | None:
    """The hour of the oldest step that waits."""
    found: datetime | None = await session.scalar(select(func.min(HourStep.hour)))
    return found


async def forget_steps(session: AsyncSession, step_ids: Collection[UUID]) -> None:
    """Remove steps whose events are written."""
    await session.execute(delete(HourStep).where(HourStep.step_id.in_(step_ids)))


async def lock_all(
    session: AsyncSession, submission_ids: Collection[UUID], *, skip_locked: bool = False
) -> dict[UUID, Submission]:
    """These submissions; their rows locked, in one order. With `skip_locked` those that no other transaction holds."""
    named = select(Submission).where(Submission.submission_id.in_(submission_ids))
    rows = await session.scalars(named.order_by(Submission.submission_id).with_for_update(skip_locked=skip_locked))
    return {row.submission_id: row for row in rows}


async def named(session: AsyncSession, submission_ids: Collection[UUID]) -> dict[UUID, Submission]:
    """These submissions, by identifier."""
    rows = await session.scalars(select(Submission).where(Submission.submission_id.in_(submission_ids)))
    return {row.submission_id: row for row in rows}


async def find_contact(session: AsyncSession, submission_id: UUID) -> Contact | None:
    """How the sender can be reached, if anything was given."""
    return await session.get(Contact, submission_id)


async def delete_contact(session: AsyncSession, submission_id: UUID) -> None:
    """Forget how the sender can be reached."""
    await session.execute(delete(Contact).where(Contact.submission_id == submission_id))


async def list_accesses(session: AsyncSession, submission_id: UUID, limit: int) -> Sequence[Access]:
    """The newest reads of a case's protected data."""
    statement = select(Access).where(Access.submission_id == submission_id)
    return (await session.scalars(statement.order_by(Access.read_at.desc()).limit(limit))).all()
