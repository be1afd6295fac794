"""The whole case is given to the body that must answer, over submission and answers."""

from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.feedback.answer import service as answers
from sixclear.feedback.fields import Step
from sixclear.feedback.handling.schemas import AssignmentEntry
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.review.service import assigning as reviews
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission.access import require_hub
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.receipts import Receipts
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service import steps
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.transfer import service as transfers
from sixclear.feedback.transfer.models import Transfer

_BODY = "#/organisation_id"


async def assign(
    ctx: Context, hub: UUID, receipts: Receipts, submission_id: UUID, entry: AssignmentEntry, expect: Expect
) -> Submission:
    """Give it to the body that must answer; the hub does. Drafts of the body that had it before are withdrawn.

    So are open reviews of experts who are tied to the body that has it now.
    """
    submission = await submissions.locked(ctx, hub, submission_id, expect)
    require_hub(ctx, hub, "assign submissions")
    ctx = of_case(ctx, submission)
    occurred_at = ctx.fact_time(entry.occurred_at, submission.occurred_at)
    organisation_id = (await organisations.referenced(ctx, {_BODY: entry.organisation_id}))[_BODY]
    await transfers.lapse(ctx, submission, occurred_at)
    if submission.organisation_id not in (None, organisation_id):
        await transfers.keep_taken(ctx, submission, occurred_at)
    reason = await sealing.seal_reason(ctx, submission_id, entry.reason)
    await steps.assign(ctx, submission, organisation_id, occurred_at, reason=reason)
    await sealing.give_to_body(ctx, submission_id, organisation_id)
    await answers.withdraw_drafts(ctx, submission_id, occurred_at)
    if submission.in_expert_review:
        await reviews.after_transfer(ctx, hub, receipts, submission)
    return submission


async def accept_transfer(
    ctx: Context, hub: UUID, receipts: Receipts, submission_id: UUID, transfer_id: UUID, step: Step, expect: Expect
) -> tuple[Transfer, Submission]:
    """Take a case that was offered. Drafts of the body before are withdrawn, and reviews of experts tied to it."""
    transfer, submission = await transfers.accept(ctx, submission_id, transfer_id, step, expect)
    await sealing.give_to_body(ctx, submission_id, transfer.to_organisation_id)
    await answers.withdraw_drafts(ctx, submission_id, submission.occurred_at)
    if submission.in_expert_review:
        await reviews.after_transfer(ctx, hub, receipts, submission)
    return transfer, submission
