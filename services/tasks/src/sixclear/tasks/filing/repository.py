"""Filings in the database, the bodies that owe them, and how far obligations were opened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.filing.models import Filing, FilingCourse
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.obligation import Obligation, Span
from sixclear.tasks.task.filters import among
from sixclear.tasks.task.lifecycle import WORKED_ON
from sixclear.tasks.task.models import Task

Place = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class FilingFilter:
    """What a list of filings is narrowed to; None: to nothing."""

    period: str | None = None
    state: str | None = None
    programme: str | None = None
    organisation_ids: Sequence[UUID] | None = None


@dataclass(frozen=True, slots=True)
class OwedFor:
    """A task that a body leads in the span of a filing."""

    task_id: UUID
    public: bool
    worked_on: bool
    last_report_at: datetime | None


async def find_filing(session: AsyncSession, filing_id: UUID, *, lock: bool = False) -> Filing | None:
    """The filing with this identifier; its row locked when it is about to change."""
    return await session.get(Filing, filing_id, with_for_update=lock or None, populate_existing=lock)


async def owed(session: AsyncSession, organisation_id: UUID, period: str, programme: str | None) -> Sequence[UUID]:
    """What a body owes for a period, exempted or not."""
    wanted = [Filing.organisation_id == organisation_id, Filing.period == period]
    wanted += [] if programme is None else [Filing.programme == programme]
    return (await session.scalars(select(Filing.filing_id).where(*wanted))).all()


async def lock_filings(session: AsyncSession, filing_ids: Collection[UUID]) -> Sequence[Filing]:
    """These filings as they are now, their rows locked in one order."""
    wanted = select(Filing).where(Filing.filing_id == among(filing_ids)).order_by(Filing.starts_at, Filing.filing_id)
    locked = wanted.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(locked)).all()


async def list_filings(
    session: AsyncSession, narrow: FilingFilter, now: datetime, *, after: Place | None, limit: int
) -> Sequence[Filing]:
    """Filings, those of the newest spans first, after the cursor."""
    place = tuple_(Filing.starts_at, Filing.filing_id)
    statement = select(Filing).where(*_conditions(narrow, now))
    if after is not None:
        statement = statement.where(place < tuple_(*after))
    ordered = statement.order_by(Filing.starts_at.desc(), Filing.filing_id.desc())
    return (await session.scalars(ordered.limit(limit))).all()


def _conditions(narrow: FilingFilter, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if narrow.period is not None:
        found.append(Filing.period == narrow.period)
    if narrow.programme is not None:
        found.append(Filing.programme == narrow.programme)
    if narrow.organisation_ids is not None:
        found.append(Filing.organisation_id == among(narrow.organisation_ids))
    if narrow.state is not None:
        found.append(_timed(narrow.state, now))
    return found


def _timed(state: str, now: datetime) -> ColumnElement[bool]:
    """The SQL twin of `lifecycle.timing`."""
    if state == "exempted":
        return Filing.state == "exempted"
    filed = {"on_time": Filing.filed_at <= Filing.late_at, "late": Filing.filed_at > Filing.late_at}
    if state in filed:
        return and_(Filing.state != "exempted", Filing.filed_at.is_not(None), filed[state])
    late = Filing.late_at < now if state == "missing" else Filing.late_at >= now
    return and_(Filing.state != "exempted", Filing.filed_at.is_(None), late)


async def list_filings_of(session: AsyncSession, filing_ids: Collection[UUID]) -> Sequence[Filing]:
    """These filings, their rows not locked."""
    return (await session.scalars(select(Filing).where(Filing.filing_id == among(filing_ids)))).all()


async def list_latest_filed(session: AsyncSession, filing: Filing, most: int) -> Sequence[Filing]:
    """What the body filed last for the obligation of a filing, that of the newest span first."""
    same = (
        Filing.organisation_id == filing.organisation_id,
        Filing.programme_id == filing.programme_id,
        Filing.obligation == filing.obligation,
        Filing.state == "filed",
    )
    return (await session.scalars(select(Filing).where(*same).order_by(Filing.starts_at.desc()).limit(most))).all()


async def list_owed_for(session: AsyncSession, filing: Filing) -> Sequence[OwedFor]:
    """The tasks that the body of a filing leads in its span, in one order."""
    own = Task.lead_organisation_id == filing.organisation_id, Task.programme_id == filing.programme_id
    found = await session.execute(
        select(Task.task_id, Task.classification == "public", Task.status.in_(WORKED_ON), Task.last_report_at)
        .where(*own, _led_within(filing.starts_at, filing.ends_at))
        .order_by(Task.task_id)
    )
    return [OwedFor(*row) for row in found]


async def led_among(session: AsyncSession, organisation_id: UUID, task_ids: Collection[UUID]) -> Sequence[UUID]:
    """Those of these tasks that a body leads."""
    own = Task.lead_organisation_id == organisation_id, Task.task_id == among(task_ids)
    return (await session.scalars(select(Task.task_id).where(*own))).all()


def _led_within(starts_at: datetime, ends_at: datetime) -> ColumnElement[bool]:
    """Whether a task was worked on at some time of a span."""
    over_at = func.coalesce(Task.completed_at, Task.cancelled_at)
    return and_(Task.assigned_at < ends_at, or_(over_at.is_(None), over_at >= starts_at))


@dataclass(frozen=True, slots=True)
class Asked:
    """An obligation and a span of it; bodies of a level are among `within` (None: all), and `only` one is meant."""

    programme: Programme
    obligation: Obligation
    span: Span
    within: Collection[UUID] | None
    only: UUID | None


async def list_owing(session: AsyncSession, asked: Asked, most: int) -> Sequence[UUID]:
    """Bodies that owe a filing for a span and have none yet."""
    body = _owing(asked).subquery()
    has_one = exists().where(
        Filing.organisation_id == body.c.organisation_id,
        Filing.programme_id == asked.programme.programme_id,
        Filing.period == asked.span.key,
        Filing.obligation == asked.obligation.name,
    )
    missing = select(body.c.organisation_id).where(~has_one).order_by(body.c.organisation_id).limit(most)
    if asked.only is not None:
        missing = missing.where(body.c.organisation_id == asked.only)
    return (await session.scalars(missing)).all()


def _owing(asked: Asked) -> Select[Any]:
    obligation, span = asked.obligation, asked.span
    if obligation.who == "leading":
        # Of restricted work nothing is told, not even that there is some. A body that has ended is asked for nothing
        # new, also while work waits there that its successor could not take.
        leads = select(Task.lead_organisation_id.label("organisation_id")).where(
            Task.lead_organisation_id == Organisation.organisation_id,
            Organisation.ended.is_(None),
            Task.programme_id == asked.programme.programme_id,
            Task.classification == "public",
            _led_within(span.starts_at, span.ends_at),
        )
        return leads.distinct()
    bodies = select(Organisation.organisation_id).where(Organisation.ended.is_(None))
    if obligation.who == "named":
        return bodies.where(Organisation.organisation_id == among([UUID(one) for one in obligation.organisation_ids]))
    if asked.within is not None:
        bodies = bodies.where(Organisation.organisation_id == among(asked.within))
    return bodies.where(Organisation.level == obligation.level)


async def lock_course(session: AsyncSession, programme_id: UUID, obligation: str) -> FilingCourse | None:
    """How far an obligation was opened, its row locked: who opens something of it holds it."""
    return await session.get(FilingCourse, (programme_id, obligation), with_for_update=True, populate_existing=True)


async def lock_due_course(session: AsyncSession, now: datetime) -> FilingCourse | None:
    """An obligation that is to be looked at, its row locked; None: there is none, or others look at them."""
    due = select(FilingCourse).where(FilingCourse.next_at <= now).order_by(FilingCourse.next_at).limit(1)
    locked = due.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return (await session.scalars(locked)).first()


async def lock_courses(session: AsyncSession, programme_id: UUID) -> Sequence[FilingCourse]:
    """How far the obligations of a programme were opened, their rows locked."""
    own = select(FilingCourse).where(FilingCourse.programme_id == programme_id).order_by(FilingCourse.obligation)
    return (await session.scalars(own.with_for_update().execution_options(populate_existing=True))).all()


async def lock_due(session: AsyncSession, now: datetime, most: int) -> Sequence[Filing]:
    """Filings to which time has done something, their rows locked; those that others look at are left out."""
    due = select(Filing).where(Filing.next_at < now).order_by(Filing.next_at, Filing.filing_id).limit(most)
    locked = due.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return (await session.scalars(locked)).all()


async def programme_of(session: AsyncSession, programme_id: UUID) -> Programme:
    """The programme of an obligation."""
    found = await session.get(Programme, programme_id, populate_existing=True)
    assert found is not None, "programmes are never deleted"
    return found


async def asked_programmes(session: AsyncSession, slug: str | None) -> Sequence[Programme]:
    """The programmes with obligations, or the one of this slug if it has some."""
    wanted = select(Programme).where(Programme.obligations.is_not(None))
    if slug is not None:
        wanted = wanted.where(Programme.slug == slug)
    return (await session.scalars(wanted.order_by(Programme.slug))).all()
