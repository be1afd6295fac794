"""The clocks of a case: they stand still, go on, move by decision, and are counted again from the case's facts."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import structlog

from sixclear.common.calendar import calendar
from sixclear.common.caller import Caller
from sixclear.common.clock import Clock, civil_date, close_of_day
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.recording import record
from sixclear.common.use_case import Context
from sixclear.feedback.submission import clocks, lifecycle, repository
from sixclear.feedback.submission.clocks import AnswerClock
from sixclear.feedback.submission.errors import ClockOver, DecisionsUsedUp, PausesUsedUp
from sixclear.feedback.submission.metrics import PAUSES
from sixclear.feedback.submission.models import DueMove, Pause, Submission, clock_start, facts_of, state_of
from sixclear.feedback.submission.recording import SUBMISSION
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.submission.service.stating import state
from sixclear.feedback.terms import term

_log = structlog.get_logger(__name__)
# A transaction that writes events ends within seconds.
_CHUNK = 500
_CLOCK = Caller("clock")


async def pauses_and_moves(ctx: Context, submission_id: UUID) -> tuple[Sequence[Pause], Sequence[DueMove]]:
    """What moved the clocks of one case: when they stood still, and what was decided."""
    pauses = await repository.list_pauses(ctx.session, [submission_id])
    return pauses, await repository.list_moves(ctx.session, [submission_id])


def _clock(submission: Submission, pauses: Iterable[Pause], moves: Iterable[DueMove]) -> AnswerClock:
    facts = facts_of(clock_start(submission), submission.body_started_at, pauses, moves)
    return clocks.case_clock(facts, calendar(submission.calendar_edition))


async def pause(ctx: Context, submission: Submission, working_days: int, paused_at: datetime, asked: str) -> Pause:
    """Let the clocks of a locked case that is not overdue stand still while its sender is `asked` for what lacks.

    Raises TransitionNotAllowed and PausesUsedUp.
    """
    pauses, moves = await pauses_and_moves(ctx, submission.submission_id)
    edition = calendar(submission.calendar_edition)
    stops = facts_of(clock_start(submission), None, pauses, ()).stops
    left = clocks.days_left(stops, edition)
    if working_days > left:
        raise PausesUsedUp(
            f"The clock of this case may stand still for {left} working days more.",
            errors=[{"pointer": "#/working_days", "code": "pauses-used-up", "detail": f"Give at most {left}."}],
        )
    last = edition.after(civil_date(paused_at), working_days)
    made = Pause(
        pause_id=ctx.new_id(),
        submission_id=submission.submission_id,
        client_id=ctx.caller.client_id,
        working_days=working_days,
        from_at=paused_at,
        until_at=close_of_day(last),
        ended_at=None,
        ended_by=None,
    )
    clock = _clock(submission, [*pauses, made], moves)
    await record(ctx, submission, lifecycle.pause(state_of(submission), clock.due, paused_at), paused_at, SUBMISSION)
    ctx.session.add(made)
    state(ctx, submission, "due_changed", [("text", asked)], term="pause")
    PAUSES.inc()
    return made


def require_running(submission: Submission, now: datetime) -> None:
    """Raises ClockOver once a case is overdue. `now` is the instant, also of a case that keeps hours.

    The hour that such a case keeps can begin with the due time, and is not over when the mailbox shows it overdue.
    """
    if now > submission.due_at:
        raise ClockOver("The case is overdue: its sender was told so, and no due time hides that.")


def require_paused(submission: Submission) -> None:
    """Raises TransitionNotAllowed where the clocks of a case run."""
    lifecycle.require_paused(state_of(submission))


async def end_pause(ctx: Context, submission: Submission, ended_at: datetime, by: str) -> None:
    """Let the clocks of a locked case go on, where they stand still; `by` is sender, handler, time or answer.

    A step that closes a case calls it first. What is due earlier than the pause allowed is stated to the sender.
    """
    if submission.paused_since is None:
        return
    pauses, moves = await pauses_and_moves(ctx, submission.submission_id)
    still = _standing(pauses)
    still.ended_at, still.ended_by = min(ended_at, still.until_at), by
    before = submission.due_at
    clock = _clock(submission, pauses, moves)
    await record(ctx, submission, lifecycle.resume(state_of(submission), clock.due), ended_at, SUBMISSION)
    if submission.due_at != before:
        state(ctx, submission, "due_changed", term="pause")


async def move(ctx: Context, submission: Submission, working_days: int, decided_at: datetime, why: str) -> None:
    """Give both clocks of a locked case that is not overdue more working days by decision.

    Raises TransitionNotAllowed and DecisionsUsedUp.
    """
    pauses, moves = await pauses_and_moves(ctx, submission.submission_id)
    left = term("move").count - sum(move.working_days for move in moves)
    if working_days > left:
        raise DecisionsUsedUp(
            f"The due time of this case may move by {left} working days more.",
            errors=[{"pointer": "#/working_days", "code": "decisions-used-up", "detail": f"Give at most {left}."}],
        )
    made = DueMove(
        move_id=ctx.new_id(),
        submission_id=submission.submission_id,
        client_id=ctx.caller.client_id,
        working_days=working_days,
        decided_at=decided_at,
    )
    clock = _clock(submission, pauses, [*moves, made])
    await record(ctx, submission, lifecycle.change_due(state_of(submission), clock.due), decided_at, SUBMISSION)
    ctx.session.add(made)
    state(ctx, submission, "due_changed", [("text", why)], term="move")


async def transfer(
    ctx: Context, submission: Submission, organisation_id: UUID, accepted_at: datetime, started_at: datetime | None
) -> None:
    """Give a locked case to the body that accepted it, whose clock counts from `started_at`; the sender's goes on.

    None: the body's clock is the sender's.
    """
    pauses, moves = await pauses_and_moves(ctx, submission.submission_id)
    facts = facts_of(clock_start(submission), started_at, pauses, moves)
    clock = clocks.case_clock(facts, calendar(submission.calendar_edition))
    change = lifecycle.transfer(
        state_of(submission), organisation_id, body_started_at=started_at, body_due_at=clock.body_due_at
    )
    await record(ctx, submission, change, accepted_at, SUBMISSION)
    state(ctx, submission, "transferred")


async def end_pauses(database: Database, log: EventLog, clock: Clock) -> int:
    """End every pause whose time is over; answers how many. Safe to run again, late, and in several processes."""
    ended = 0
    while True:
        async with database.transaction() as session:
            ctx = Context(session, log, _CLOCK, clock())
            cases = await repository.lock_over(session, ctx.now, _CHUNK)
            for submission in cases:
                await _end_in_time(of_case(ctx, submission), submission)
        ended += len(cases)
        if len(cases) < _CHUNK:
            break
    if ended:
        log.wake()
        _log.info("pauses over", cases=ended)
    return ended


async def _end_in_time(ctx: Context, submission: Submission) -> None:
    """End the pause at its end, or at the case's last change where that came later."""
    (pauses, _) = await pauses_and_moves(ctx, submission.submission_id)
    ended_at = max(_standing(pauses).until_at, submission.occurred_at)
    await end_pause(ctx, submission, ended_at, "time")


def _standing(pauses: Iterable[Pause]) -> Pause:
    """The pause that is not over. Not the last one: two of a case that keeps hours can begin at the same time."""
    return next(pause for pause in pauses if pause.ended_at is None)
