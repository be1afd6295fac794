"""The certificate of silence: a case that became overdue gets a statement that no answer was given by its due time."""

from datetime import timedelta
from uuid import UUID

import structlog

from sixclear.common.caller import Caller
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context
from sixclear.feedback.submission import repository
from sixclear.feedback.submission.metrics import NO_ANSWERS
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.submission.service.stating import state

_log = structlog.get_logger(__name__)
# An answer whose request began before the due time has ended by then, one way or the other.
GRACE = timedelta(minutes=1)
# A transaction that writes ends within seconds.
_CHUNK = 500
_CLOCK = Caller("clock")


async def state_silence(database: Database, log: EventLog, clock: Clock, hub: UUID) -> int:
    """State of each open case whose due time is over that no answer came, once for each due time; answers how many.

    It is counted of the body that has the case then; the `hub` has it until another one does.

    Safe to run again, late, and in several processes: the row of the case says for which due time it was stated, and is
    locked meanwhile. Late, the statement says its true due time and the instant at which it was made.
    """
    stated = 0
    while True:
        async with database.transaction() as session:
            ctx = Context(session, log, _CLOCK, clock())
            cases = await repository.lock_silent(session, ctx.now - GRACE, ctx.now, _CHUNK)
            for submission in cases:
                state(of_case(ctx, submission), submission, "no_answer", silent=submission.organisation_id or hub)
                submission.no_answer_stated_for = submission.due_at
        stated += len(cases)
        if len(cases) < _CHUNK:
            break
    if stated:
        NO_ANSWERS.inc(stated)
        _log.info("no answer by the due time", cases=stated)
    return stated
