"""What time makes of obligations, recorded without a request: filings are opened, missed and locked.

A filing is a row that a body, an obligation and a span have once, and rows are locked before they are changed. So it is
safe to run twice, in several processes, and after a standstill: each span is opened in its order, in chunks.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from sixclear.common.caller import Caller
from sixclear.common.change import Change
from sixclear.common.clock import Clock, civil_date, civil_day_start
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.ids import stable_id
from sixclear.common.recording import record_many
from sixclear.common.use_case import Context
from sixclear.tasks.filing import lifecycle
from sixclear.tasks.filing import repository as rows
from sixclear.tasks.filing.models import Filing, FilingCourse, filing_state
from sixclear.tasks.filing.recording import FILING
from sixclear.tasks.organisation.service import level_of, list_subtree
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.obligation import Obligation, Span, obligations_of

_log = structlog.get_logger(__name__)
_CALLER = Caller("calendar")
# A transaction that writes events ends within seconds.
_AT_ONCE = 500
_AGAIN_AFTER = timedelta(hours=1)
_DAY = timedelta(days=1)


async def pass_time(database: Database, log: EventLog, clock: Clock) -> int:
    """Open the filings of spans that began, then record those that were missed or locked; answers how many changes.

    An obligation at which the service itself fails stops no other: it is looked at again after an hour.
    """
    told = 0
    for work in (_open, _pass):
        found: int | None = 0
        while found is not None:
            told += found
            async with database.transaction() as session:
                found = await work(Context(session, log, _CALLER, clock()))
            log.wake()
    return told


async def _open(ctx: Context) -> int | None:
    """Look at one obligation; None: there is none to look at."""
    course = await rows.lock_due_course(ctx.session, ctx.now)
    if course is None:
        return None
    try:
        async with ctx.session.begin_nested():
            return await _open_next(ctx, course)
    except Exception as error:
        _log.error("obligation failed", programme_id=str(course.programme_id), exc_info=error)
        course.next_at = ctx.now + _AGAIN_AFTER
        return 0


async def _open_next(ctx: Context, course: FilingCourse) -> int:
    programme = await rows.programme_of(ctx.session, course.programme_id)
    known = {one.name: one for one in obligations_of(programme.obligations)}
    obligation = known.get(course.obligation)
    span = None if obligation is None else obligation.span(course.first)
    if obligation is None or span is None or not obligation.holds_in(span):
        course.next_at = None
        return 0
    if span.starts_at > ctx.now:
        course.next_at = span.starts_at
        return 0
    owing = await list_owing(ctx, programme, obligation, span, most=_AT_ONCE)
    await open_filings(ctx, programme, obligation, span, owing)
    if len(owing) == _AT_ONCE:
        return len(owing)
    if span.ends_at <= ctx.now:
        course.first, course.next_at = span.after, span.ends_at
    else:
        # Bodies that are given a first task within the span owe it, too.
        course.next_at = civil_day_start(civil_date(ctx.now) + _DAY)
    return len(owing)


async def list_owing(
    ctx: Context, programme: Programme, obligation: Obligation, span: Span, *, most: int, only: UUID | None = None
) -> Sequence[UUID]:
    """Bodies, or this one if it is one, that owe a filing for a span and have none yet."""
    within: Collection[UUID] | None = None
    if obligation.who == "level":
        owner = programme.owner_organisation_id
        central = await level_of(ctx.session, owner) == "central"
        within = None if central else await list_subtree(ctx.session, owner)
    return await rows.list_owing(ctx.session, rows.Asked(programme, obligation, span, within, only), most)


async def open_filings(
    ctx: Context, programme: Programme, obligation: Obligation, span: Span, bodies: Collection[UUID]
) -> list[Filing]:
    """Open what these bodies owe for a span, which has begun; they have none of it yet."""
    times = obligation.times(span, programme.due_roll)
    level = await level_of(ctx.session, programme.owner_organisation_id)
    opened = [
        Filing(
            filing_id=stable_id("filing", str(programme.programme_id), obligation.name, str(body), span.key),
            version=0,
            programme_id=programme.programme_id,
            programme=programme.slug,
            obligation=obligation.name,
            assigned_by=level,
            organisation_id=body,
            period=span.key,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            due_at=times.due_at,
            late_at=times.late_at,
            locks_at=times.locks_at,
            state="open",
            empty=False,
            no_change=0,
            no_change_ids=[],
            next_at=times.late_at,
            demonstration=programme.demonstration,
        )
        for body in bodies
    ]
    ctx.session.add_all(opened)
    begun = max(span.starts_at, civil_day_start(obligation.since))
    await record_many(ctx, [(one, Change("opened", {}), begun) for one in opened], FILING)
    return opened


async def _pass(ctx: Context) -> int | None:
    due = await rows.lock_due(ctx.session, ctx.now, _AT_ONCE)
    found: list[tuple[Filing, Change, datetime]] = []
    for filing in due:
        found += [(filing, *step) for step in lifecycle.pass_time(filing_state(filing), ctx.now)]
    await record_many(ctx, found, FILING)
    return len(found) if due else None
