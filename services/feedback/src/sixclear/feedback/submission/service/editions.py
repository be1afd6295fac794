"""A new edition of the calendar: open cases get the due time that it gives them, and each says so by an event."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import structlog

from sixclear.common.calendar import Calendar, calendar, earlier_editions
from sixclear.common.caller import Caller
from sixclear.common.clock import Clock, civil_date
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog, NewEvent
from sixclear.common.recording import apply, event_of
from sixclear.common.use_case import Context, fact_time
from sixclear.feedback.submission import lifecycle, repository
from sixclear.feedback.submission.clocks import AnswerClock, case_clock
from sixclear.feedback.submission.metrics import CALENDAR_LEFT, DUE_MOVED
from sixclear.feedback.submission.models import DueMove, Pause, Submission, clock_start, facts_of, state_of
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
# What moved the clocks of cases, by case.
Pauses = Mapping[UUID, Sequence[Pause]]
Moves = Mapping[UUID, Sequence[DueMove]]
_Row = TypeVar("_Row", Pause, DueMove)


async def move_open_cases(database: Database, log: EventLog, now: datetime) -> int:
    """Move each open case whose due time differs by the newest edition, with an event; answers how many.

    Safe to run again, to interrupt and to run in several processes: a case that has the newest edition is left. One
    statement reads all open cases of earlier editions, two what moved their clocks, three write 500 that move.
    """
    newest, editions = calendar(), earlier_editions()
    async with database.session() as session:
        clocks = await repository.list_open_clocks(session, editions)
        pauses = _by_case(await repository.list_open_pauses(session, editions))
        moves = _by_case(await repository.list_open_moves(session, editions))
    differing = sorted(clock.submission_id for clock in clocks if _moves(clock, pauses, moves, newest))
    moved = 0
    for start in range(0, len(differing), _CHUNK):
        async with database.transaction() as session:
            ctx = Context(session, log, _CALENDAR, now)
            cases = await repository.lock_open(session, differing[start : start + _CHUNK], editions)
            ids = [submission.submission_id for submission in cases]
            pauses = _by_case(await repository.list_pauses(session, ids))
            moves = _by_case(await repository.list_moves(session, ids))
            events = [await _move(ctx, submission, pauses, moves, newest) for submission in cases]
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


def _by_case(rows: Sequence[_Row]) -> Mapping[UUID, Sequence[_Row]]:
    found: dict[UUID, list[_Row]] = {}
    for row in rows:
        found.setdefault(row.submission_id, []).append(row)
    return found


def _moves(clock: OpenClock, pauses: Pauses, moves: Moves, newest: Calendar) -> bool:
    told = (clock.due_at, clock.due_soon_at, clock.body_due_at)
    by_newest = _by(newest, clock, clock.received_at, pauses, moves)
    return (by_newest.due_at, by_newest.due_soon_at, by_newest.body_due_at) != told


def _by(newest: Calendar, case: OpenClock | Submission, start: datetime, pauses: Pauses, moves: Moves) -> AnswerClock:
    own = pauses.get(case.submission_id, []), moves.get(case.submission_id, [])
    return case_clock(facts_of(start, case.body_started_at, *own), newest)


async def _move(ctx: Context, submission: Submission, pauses: Pauses, moves: Moves, newest: Calendar) -> NewEvent:
    clock = _by(newest, submission, clock_start(submission), pauses, moves)
    first = submission.first_due_at or submission.due_at
    change = lifecycle.move_due(state_of(submission), clock.due, first_due_at=first, edition=newest.edition)
    ctx = of_case(ctx, submission)
    moved_at = fact_time(None, submission.occurred_at, ctx.now)
    previous = apply(submission, change, moved_at, ctx.now, SUBMISSION)
    state(ctx, submission, "due_changed")
    data = await SUBMISSION.data(ctx, submission, change.name)
    reason = f"calendar edition {newest.edition}"
    return event_of(ctx, submission, change.name, data, moved_at, previous, SUBMISSION, reason=reason)
