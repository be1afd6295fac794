"""Erasing: the contact of a case, or all that was written in it. What law needs to know of the case stays."""

import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import structlog

from sixclear.common.caller import Caller
from sixclear.common.change import TransitionNotAllowed
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.recording import record
from sixclear.common.use_case import Context
from sixclear.feedback.notice import service as notices
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.sealing.models import Erasure
from sixclear.feedback.submission import lifecycle, repository
from sixclear.feedback.submission.models import Submission, state_of
from sixclear.feedback.submission.recording import SUBMISSION
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.transparency import service as transparency

_log = structlog.get_logger(__name__)
_ERASER = Caller("erasure")
Erase = Callable[[Context, Submission], Awaitable[Erasure]]
_HASH_BYTES = 32
# A statement is in the log after two hours at most.
_LATEST = timedelta(days=1)


async def erase_contact(ctx: Context, submission: Submission) -> Erasure:
    """Forget how the sender of a locked submission can be reached. Done again, it answers when it was done."""
    ctx = of_case(ctx, submission)
    submission.contact_given_at = None
    await repository.delete_contact(ctx.session, submission.submission_id)
    await notices.forget(ctx, submission.submission_id)
    return await sealing.erase(ctx, submission.submission_id, sealing.IDENTITY)


async def erase_address(ctx: Context, submission: Submission) -> Erasure:
    """Forget where the sender of a locked submission is told of news, also where a dump brought back a part of it."""
    ctx = of_case(ctx, submission)
    await notices.forget(ctx, submission.submission_id)
    return await sealing.erase(ctx, submission.submission_id, sealing.NOTICE)


async def shred(ctx: Context, submission: Submission) -> Erasure:
    """Erase all that was written in a locked submission that is answered or withdrawn, with its contact.

    The receipt code opens it no longer, as if it had never been. A saved receipt still verifies; nobody else can test
    what it is about. Raises TransitionNotAllowed while an answer is owed.
    """
    change = lifecycle.shred(state_of(submission), submission.step)
    ctx = of_case(ctx, submission)
    await erase_contact(ctx, submission)
    erasure = await sealing.erase(ctx, submission.submission_id, sealing.CONTENT)
    await transparency.forget(ctx.session, [submission.submission_id])
    submission.receipt_hash, submission.suggested_programme = os.urandom(_HASH_BYTES), None
    submission.fingerprint = b""  # who has the receipt secret could test guesses by it
    await record(ctx, submission, change, ctx.fact_time(None, submission.occurred_at), SUBMISSION)
    return erasure


async def forget_late_statements(database: Database, clock: Clock) -> None:
    """Forget what was stated on shredded cases and entered the log after they were."""
    async with database.transaction() as session:
        shredded = await sealing.shredded_since(session, clock() - _LATEST)
        await transparency.forget(session, shredded)


async def repeat_erasures(database: Database, log: EventLog, clock: Clock, erase_case: Erase) -> int:
    """Erase again what a dump that was put back brought back; answers how much. `erase_case` erases a whole one.

    What was erased is remembered beside the keys, which no restore of the database touches, for as long as a backup
    opens, and longer while keys are back that are not erased yet: a case that is not answered in the dump waits until
    it is. Safe to run again and in several processes.
    """
    now, repeated = clock(), 0
    async with database.session() as session:
        keys, known = sealing.vault_of(session).keys, await sealing.erased_within(session, now)
    remembered = keys.erased()
    for (case_id, purpose), until in remembered.items():
        if known.get((case_id, purpose), now) >= until > now:
            continue
        async with database.transaction() as session:
            if await sealing.may_be_back(session, case_id, purpose, until, now):
                erase = {sealing.CONTENT: erase_case, sealing.NOTICE: erase_address}.get(purpose, erase_contact)
                repeated += await _erase_again(Context(session, log, _ERASER, now), case_id, erase)
            elif until <= now:
                keys.forget_erased(case_id, purpose)
    for (case_id, purpose), until in known.items():
        if until > remembered.get((case_id, purpose), now):
            keys.forget_erased(case_id, purpose)  # of an erasure before, whose days end earlier
            keys.remember_erased(case_id, purpose, until)
    if repeated:
        _log.warning("erased again what a dump brought back", erasures=repeated)
    return repeated


async def _erase_again(ctx: Context, case_id: UUID, erase: Erase) -> bool:
    submission = await repository.find_submission(ctx.session, case_id, lock=True)
    if submission is None:
        return False
    try:
        await erase(ctx, submission)
    except TransitionNotAllowed:
        return False
    return True
