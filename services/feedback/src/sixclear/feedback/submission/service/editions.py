"""A new edition of the calendar: open cases get the due time that it gives them, and each says so by an event."""

from datetime import datetime

import structlog

from sixclear.common.calendar import Calendar, calendar, earlier_editions
from sixclear.common.caller import Caller
from sixclear.common.clock import Clock, civil_date
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog, NewEvent
from sixclear.common.recording import apply, event_of
from sixclear.common.use_case import Context, fact_time
from sixclear.feedback.submission import lifecycle, repository
from sixclear.feedback.submission.clocks import answer_clock
from sixclear.feedback.submission.metrics import CALENDAR_LEFT, DUE_MOVED
from sixclear.feedback.submission.models import Submission, clock_start, state_of
from sixclear.feedback.submission.recording import SUBMISSION
from sixclear.feedback.submission.repository import OpenClock
from sixclear.feedback.submission.service.hours import HourLog, of_case
from sixclear.feedback.submission.service.stating import state

_log = structlog.get_logger(__name__)
# A transaction that writes events ends within seconds.
_CHUNK = 500
# The decision on a year's holidays comes weeks before the year: time to enter it, and to install the release.
WARN_DAYS = 90
_DAY_SECONDS = 86_400
_CALENDAR = Caller("calendar")


async def move_open_cases(database: Database, log: EventLog, now: datetime) -> int:
    """Move each open case whose due time differs by the newest edition, with an event; answers how many.

    Safe to run again, to interrupt and to run in several processes: a case that has the newest edition is left. One
    statement reads all open cases of earlier editions, three write 500 that move.
    """
    newest, editions = calendar(), earlier_editions()
    async with database.session() as session:
        clocks = await repository.list_open_clocks(session, editions)
    differing = sorted(clock.submission_id for clock in clocks if _moves(clock, newest))
    moved = 0
    for start in range(0, len(differing), _CHUNK):
        async with database.transaction() as session:
            ctx = Context(session, log, _CALENDAR, now)
            cases = await repository.lock_open(session, differing[start : start + _CHUNK], editions)
            events = [await _move(ctx, submission, newest) for submission in cases]
            await session.flush()
            for keeper, published in ((log, True), (HourLog(log), False)):
                told = [event for event in events if event.published is published]
                await keeper.publish_many(session, told, recorded_at=now)
        moved += len(cases)
    if moved:
        log.wake()
        DUE_MOVED.inc(moved)
        _log.info("due times moved", edition=newest.edition, cases=moved)
    return moved


def watch_end(clock: Clock) -> None:
    """Tell the metric how long the published calendar still reaches, and warn when that is less than 90 days."""
    CALENDAR_LEFT.set_function(lambda: calendar().days_left(civil_date(clock())) * _DAY_SECONDS)
    days_left = calendar().days_left(civil_date(clock()))
    if days_left < WARN_DAYS:
        _log.warning("calendar ends soon", edition=calendar().edition, last=str(calendar().last), days_left=days_left)


def _moves(clock: OpenClock, newest: Calendar) -> bool:
    by_newest = answer_clock(clock.received_at, newest)
    return (by_newest.due_at, by_newest.due_soon_at) != (clock.due_at, clock.due_soon_at)


async def _move(ctx: Context, submission: Submission, newest: Calendar) -> NewEvent:
    clock = answer_clock(clock_start(submission), newest)
    change = lifecycle.move_due(
        state_of(submission),
        due_at=clock.due_at,
        due_soon_at=clock.due_soon_at,
        first_due_at=submission.first_due_at or submission.due_at,
        edition=newest.edition,
    )
    ctx = of_case(ctx, submission)
    moved_at = fact_time(None, submission.occurred_at, ctx.now)
    previous = apply(submission, change, moved_at, ctx.now, SUBMISSION)
    state(ctx, submission, "due_changed")
    data = await SUBMISSION.data(ctx, submission, change.name)
    reason = f"calendar edition {newest.edition}"
    return event_of(ctx, submission, change.name, data, moved_at, previous, SUBMISSION, reason=reason)
