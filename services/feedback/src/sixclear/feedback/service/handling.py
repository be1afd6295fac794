"""What handlers do with a submission: triage, assign, draft an answer, publish one that somebody else drafted."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.recording import record
from sixclear.common.use_case import Context
from sixclear.feedback import lifecycle
from sixclear.feedback.errors import AnswerNotFound, PublicationByDrafter, SubmissionNotFound
from sixclear.feedback.metrics import ANSWERS
from sixclear.feedback.models import Answer, Submission
from sixclear.feedback.repository import submissions as rows
from sixclear.feedback.schemas import AnswerEntry, AssignmentEntry, Step, TriageEntry
from sixclear.feedback.service.recording import SUBMISSION


async def get_submission(ctx: Context, hub: UUID, submission_id: UUID, *, lock: bool = False) -> Submission:
    """The submission, if the caller is of the hub or of the body that it is assigned to; raises SubmissionNotFound."""
    return await submission_of(ctx.session, ctx.caller.organisation_id, hub, submission_id, lock=lock)


async def submission_of(
    session: AsyncSession, own: UUID | None, hub: UUID, submission_id: UUID, *, lock: bool = False
) -> Submission:
    """The submission, if this organisation is the hub or the body that it is assigned to; raises SubmissionNotFound."""
    submission = await rows.find_submission(session, submission_id, lock=lock)
    if submission is None or own is None or own not in (hub, submission.organisation_id):
        raise SubmissionNotFound("No submission that you handle has this identifier.")
    return submission


async def triage(ctx: Context, hub: UUID, submission: Submission, entry: TriageEntry) -> None:
    """Check what it is and which programme it concerns; the hub does."""
    ctx.require_organisation({hub}, "triage submissions")
    occurred_at = ctx.fact_time(entry.occurred_at, submission.occurred_at)
    change = lifecycle.triage(submission, entry.kind or submission.kind, entry.programme or submission.programme)
    await record(ctx, submission, change, occurred_at, SUBMISSION)


async def assign(ctx: Context, hub: UUID, submission: Submission, entry: AssignmentEntry) -> None:
    """Give it to the body that must answer; the hub does. The reason stays inside the service.

    Drafts of the body that had it before are withdrawn.
    """
    ctx.require_organisation({hub}, "assign submissions")
    occurred_at = ctx.fact_time(entry.occurred_at, submission.occurred_at)
    change = lifecycle.assign(submission, entry.organisation_id)
    await rows.withdraw_drafts(ctx.session, submission.submission_id, occurred_at)
    await record(ctx, submission, change, occurred_at, SUBMISSION, reason=entry.reason)


async def draft_answer(ctx: Context, submission: Submission, entry: AnswerEntry) -> Answer:
    """Draft an answer; another client publishes it."""
    occurred_at = ctx.fact_time(entry.occurred_at, submission.occurred_at)
    await record(ctx, submission, lifecycle.draft_answer(submission), occurred_at, SUBMISSION)
    answer = Answer(
        answer_id=ctx.new_id(),
        submission_id=submission.submission_id,
        drafted_by=ctx.caller.client_id,
        drafted_at=occurred_at,
        **entry.model_dump(exclude={"occurred_at"}),
    )
    ctx.session.add(answer)
    return answer


async def publish_answer(ctx: Context, submission: Submission, answer_id: UUID, step: Step) -> None:
    """Publish a draft to the sender. Raises AnswerNotFound, and PublicationByDrafter for the one who drafted it."""
    answer = await rows.find_answer(ctx.session, submission.submission_id, answer_id)
    if answer is None:
        raise AnswerNotFound("This submission has no answer with this identifier.")
    if answer.drafted_by == ctx.caller.client_id:
        raise PublicationByDrafter("Four eyes: whoever drafted an answer does not publish it.")
    occurred_at = ctx.fact_time(step.occurred_at, submission.occurred_at)
    change = lifecycle.answer(submission, answer, occurred_at)
    answer.published_by = ctx.caller.client_id
    answer.published_at = occurred_at
    await record(ctx, submission, change, occurred_at, SUBMISSION)
    ANSWERS.labels("late" if occurred_at > submission.due_at else "in_time").inc()
