"""Erases contacts and whole cases whose time is over, run by no request; tells senders when that is."""

from itertools import chain

import structlog

from sixclear.common.caller import Caller
from sixclear.common.change import TransitionNotAllowed
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context
from sixclear.feedback.answer import service as answers
from sixclear.feedback.answer.models import Answers
from sixclear.feedback.appeal import service as appeals
from sixclear.feedback.appeal.service import Asked
from sixclear.feedback.retention import repository
from sixclear.feedback.retention.metrics import ERASED, KEPT
from sixclear.feedback.retention.rules import Closing, What, kept_until, period, running
from sixclear.feedback.retention.schemas import RetentionView
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service.erasing import Erase, erase_contact

_log = structlog.get_logger(__name__)
# A transaction of so many cases ends within seconds.
_CHUNK = 100
_CLOCK = Caller("retention")
_PURPOSES: dict[What, tuple[str, ...]] = {"text": (sealing.CONTENT,), "contact": (sealing.IDENTITY, sealing.NOTICE)}


def of_case(submission: Submission, found: Answers, again: Asked) -> RetentionView:
    """Until when a case is kept as it stands now, by its answers and by what its sender had looked at again."""
    case = _closing(submission, found, again)
    return RetentionView(
        contact_until=kept_until(case, "contact"), text_until=kept_until(case, "text"), waits_for=running(case)
    )


async def erase_what_is_over(database: Database, log: EventLog, clock: Clock, erase_case: Erase) -> int:
    """Erase contacts and cases whose time is over; answers how many. `erase_case` erases a whole one.

    Safe to run again, to interrupt and to run in several processes: rows are locked, and what is erased has no keys
    any more.
    """
    erased = 0
    ways: dict[What, Erase] = {"text": erase_case, "contact": erase_contact}
    for what, erase in ways.items():
        done, kept = await _erase_all(database, log, clock, what, erase)
        KEPT.labels(what).set(kept)
        erased += done
    if erased:
        _log.info("erased what was kept long enough", erasures=erased)
    return erased


async def _erase_all(database: Database, log: EventLog, clock: Clock, what: What, erase: Erase) -> tuple[int, int]:
    """How many were erased, and how many are kept by a clock though their answer is old enough."""
    done, kept, after = 0, 0, None
    while True:
        async with database.transaction() as session:
            ctx = Context(session, log, _CLOCK, clock())
            until = period(what).start(ctx.now)
            cases = await repository.lock_closed(session, _PURPOSES[what], until, after, _CHUNK)
            for submission in cases:
                if await _is_over(ctx, submission, what) and await _erased(ctx, submission, erase):
                    done += 1
                    ERASED.labels(what).inc()
                else:
                    kept += 1
        if len(cases) < _CHUNK:
            return done, kept
        after = cases[-1].submission_id


async def _erased(ctx: Context, submission: Submission, erase: Erase) -> bool:
    try:
        await erase(ctx, submission)
    except TransitionNotAllowed:
        return False  # a step of a later release keeps it, which the rule here does not know
    return True


async def _is_over(ctx: Context, submission: Submission, what: What) -> bool:
    found = await answers.list_answers(ctx, submission.submission_id)
    until = kept_until(_closing(submission, found, await appeals.of_case_now(ctx, submission)), what)
    return until is not None and until <= ctx.now


def _closing(submission: Submission, found: Answers, again: Asked) -> Closing:
    """What the rule reads. Of a case that was taken back the last step is its end: no other follows but a decision."""
    promised = chain.from_iterable(found.promises[answer.answer_id] for answer in found.published())
    way = () if again.way is None else (again.way.until,)
    return Closing(
        status=submission.status,
        ended_at=submission.answered_at if submission.status == "answered" else submission.occurred_at,
        appeals=[appeal.decided_at for appeal in again.appeals],
        steps=[promise.done_at for promise in promised],
        waits_for_reply=submission.message_due_at is not None,
        given_at=submission.contact_given_at,
        windows=[until for until in (again.reopen_until, *way) if until is not None],
    )
