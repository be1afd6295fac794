"""A body sends for itself, by its token, and reads where it stands."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.feedback.own_submission import repository
from sixclear.feedback.own_submission.access import require_sender
from sixclear.feedback.own_submission.schemas import OwnSubmissionEntry
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.receipts import Receipts
from sixclear.feedback.submission.schemas import Sender, SubmissionEntry
from sixclear.feedback.submission.service import intake
from sixclear.feedback.submission.service.intake import Received


async def send(ctx: Context, receipts: Receipts, key: str, entry: OwnSubmissionEntry) -> Received:
    """Take in what the caller's body sends for itself. Raises what `intake.receive` raises."""
    said = entry.model_dump(exclude={"points", "sender_kind"}, exclude_unset=True)
    sent = SubmissionEntry(**said, sender=Sender(kind=entry.sender_kind))
    return await intake.receive_of_body(ctx, receipts, key, sent, entry.points)


async def list_sent(
    ctx: Context, status: str | None, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Submission]:
    """What the caller's body sent, newest first."""
    return await repository.list_sent(ctx.session, ctx.caller.own_organisation(), status, before, limit)


async def count_sent(ctx: Context, status: str | None) -> int:
    """How many that list has, up to a bound."""
    return await repository.count_sent(ctx.session, ctx.caller.own_organisation(), status)


async def get_sent(ctx: Context, submission_id: UUID) -> Submission:
    """One of them. Raises SubmissionNotFound for what another body sent."""
    return require_sender(ctx, await repository.find_submission(ctx.session, submission_id))
