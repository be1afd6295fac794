"""What handlers read: lists, one submission, and what is protected, which is logged before it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.feedback.metrics import CONTACTS_READ
from sixclear.feedback.models import Access, Contact, Submission
from sixclear.feedback.repository import submissions as rows
from sixclear.feedback.service.handling import get_submission


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a caller narrows a list of submissions to, as it was asked for."""

    status: str | None
    kind: str | None
    overdue: bool | None
    organisation_id: UUID | None


async def list_submissions(
    ctx: Context, hub: UUID, narrow: Narrowing, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Submission]:
    """Submissions by due time: all for the hub, those that are assigned to it for another body."""
    own = ctx.caller.own_organisation()
    wanted = rows.SubmissionFilter(
        status=narrow.status,
        kind=narrow.kind,
        overdue=narrow.overdue,
        organisation_id=narrow.organisation_id,
        visible_to=None if own == hub else own,
    )
    return await rows.list_submissions(ctx.session, wanted, now=ctx.now, after=after, limit=limit)


async def read_submission(ctx: Context, hub: UUID, submission_id: UUID) -> Submission:
    """One submission; that a sealed one was read is logged."""
    submission = await get_submission(ctx, hub, submission_id)
    if submission.visibility == "sealed":
        _log_access(ctx, submission_id, "sealed_text", None)
    return submission


async def read_contact(ctx: Context, hub: UUID, submission_id: UUID, reason: str) -> Contact | None:
    """How the sender can be reached; who asked and why is logged, also when nothing was given."""
    submission = await get_submission(ctx, hub, submission_id)
    _log_access(ctx, submission.submission_id, "contact", reason)
    CONTACTS_READ.inc()
    return await rows.find_contact(ctx.session, submission_id)


def _log_access(ctx: Context, submission_id: UUID, what: str, reason: str | None) -> None:
    access = Access(
        access_id=ctx.new_id(),
        submission_id=submission_id,
        client_id=ctx.caller.client_id,
        organisation_id=ctx.caller.organisation_id,
        what=what,
        reason=reason,
        read_at=ctx.now,
    )
    ctx.session.add(access)
