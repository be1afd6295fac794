"""Overdue cases are told one rung higher, by the sender's clock: no transfer puts that off."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.calendar import calendar
from sixclear.common.recording import record
from sixclear.common.use_case import Context
from sixclear.feedback.submission import lifecycle, repository
from sixclear.feedback.submission.clocks import overdue_since
from sixclear.feedback.submission.metrics import ESCALATIONS
from sixclear.feedback.submission.models import Submission, state_of
from sixclear.feedback.submission.recording import SUBMISSION
from sixclear.feedback.terms import term

# As the certificate of silence: what was sent before the due time has ended by then.
GRACE = timedelta(minutes=1)
_BEFORE = {"head": None, "superior": "head", "standing": "superior"}


async def lock_escalating(session: AsyncSession, rung: str, now: datetime, limit: int) -> Sequence[Submission]:
    """Open cases that are to be told at `rung` and were told at the one before; their rows locked.

    Not yet those whose past is being told (`repository.TELLS_THE_PAST`): what is told at a rung is told now, and no
    earlier step could follow it.
    """
    due_before = overdue_since(now - GRACE, term(f"escalate_{rung}").count, calendar())
    return await repository.lock_escalating(session, _BEFORE[rung], due_before, now, limit)


async def escalate(ctx: Context, submission: Submission, rung: str) -> datetime:
    """Say of a locked case that it was told at this rung; answers when."""
    told_at = ctx.fact_time(None, submission.occurred_at)
    await record(ctx, submission, lifecycle.escalate(state_of(submission), rung), told_at, SUBMISSION)
    ESCALATIONS.labels(rung).inc()
    return told_at
