"""The discussion of a case's reviews, between its experts and who handles it."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.feedback.review import lifecycle, repository
from sixclear.feedback.review.errors import DiscussionFull
from sixclear.feedback.review.models import ReviewMessage, seal_text
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission.models import Submission

_MOST_MESSAGES = 200


async def add_message(ctx: Context, submission: Submission, text: str, *, review_id: UUID | None) -> ReviewMessage:
    """Add a message to the discussion of a locked case; raises DiscussionFull, TransitionNotAllowed once decided."""
    lifecycle.require_undecided(in_review=submission.in_expert_review)
    number = await repository.count_messages(ctx.session, submission.submission_id) + 1
    if number > _MOST_MESSAGES:
        raise DiscussionFull(f"A discussion holds at most {_MOST_MESSAGES} messages.")
    message = ReviewMessage(
        submission_id=submission.submission_id,
        number=number,
        review_id=review_id,
        client_id=ctx.caller.client_id,
        text_sealed=seal_text(await sealing.key_to_write(ctx, submission.submission_id), number, text),
        sent_at=ctx.now,
    )
    ctx.session.add(message)
    return message
