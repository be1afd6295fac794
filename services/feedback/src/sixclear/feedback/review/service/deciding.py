"""Who handles a case reads its reviews, discusses them, and decides: one person drafts, another confirms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.feedback.answer.lifecycle import require_person
from sixclear.feedback.review import lifecycle, repository
from sixclear.feedback.review.errors import ReviewDecisionNotFound
from sixclear.feedback.review.models import Review, ReviewDecision, ReviewMessage, seal_reason, state_of
from sixclear.feedback.review.schemas import DecisionEntry
from sixclear.feedback.review.service.discussing import add_message
from sixclear.feedback.reviewer import service as reviewers
from sixclear.feedback.reviewer.models import Reviewer
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service.hours import of_case


@dataclass(frozen=True, slots=True)
class HandledReviews:
    """All that experts said of a case; `reviewers` only for the hub, which knows who they are."""

    key: CaseKey
    submission: Submission
    reviews: Sequence[Review]
    reviewers: Mapping[UUID, Reviewer] | None
    discussion: Sequence[ReviewMessage]
    decisions: Sequence[ReviewDecision]


async def read_reviews(ctx: Context, hub: UUID, submission_id: UUID) -> HandledReviews:
    """The reviews of a case that the caller handles; raises SubmissionNotFound, also for its reviewers."""
    submission = await submissions.get_submission(ctx, hub, submission_id)
    reviews = await repository.list_reviews(ctx.session, submission_id)
    known = None
    if ctx.caller.organisation_id == hub:
        known = await reviewers.named(ctx, [review.reviewer_id for review in reviews])
    discussion = await repository.list_messages(ctx.session, submission_id)
    decisions = await repository.list_decisions(ctx.session, submission_id)
    key = await sealing.key_to_read(ctx, submission_id)
    return HandledReviews(key, submission, reviews, known, discussion, decisions)


async def discuss(ctx: Context, hub: UUID, submission_id: UUID, text: str) -> ReviewMessage:
    """Write to the reviewers who have given their review."""
    submission = await submissions.locked(ctx, hub, submission_id)
    return await add_message(of_case(ctx, submission), submission, text, review_id=None)


async def draft(ctx: Context, hub: UUID, submission_id: UUID, entry: DecisionEntry) -> ReviewDecision:
    """Draft a decision on the reviews, which takes the place of an earlier draft; another person confirms it."""
    require_person(ctx.caller)
    submission = await submissions.locked(ctx, hub, submission_id)
    ctx = of_case(ctx, submission)
    lifecycle.require_undecided(in_review=submission.in_expert_review)
    reviews = await repository.list_reviews(ctx.session, submission_id)
    lifecycle.require_decidable([review.status for review in reviews])
    await repository.withdraw_drafts(ctx.session, submission_id, ctx.now)
    decision_id = ctx.new_id()
    key = await sealing.key_to_write(ctx, submission_id)
    decision = ReviewDecision(
        decision_id=decision_id,
        submission_id=submission_id,
        advice=entry.advice,
        reason_sealed=seal_reason(key, decision_id, entry.reason),
        drafted_by=ctx.caller.client_id,
        drafted_person=ctx.caller.person,
        drafted_position=ctx.caller.position,
        drafted_at=ctx.now,
        number=repository.next_number(submission_id),
    )
    ctx.session.add(decision)
    return decision


async def confirm(ctx: Context, hub: UUID, submission_id: UUID, decision_id: UUID) -> ReviewDecision:
    """Confirm what another person drafted: the review ends, and the answer may be published.

    Raises ReviewDecisionNotFound, PersonNotKnown, ReviewDecisionByDrafter.
    """
    submission = await submissions.locked(ctx, hub, submission_id)
    ctx = of_case(ctx, submission)
    decision = await repository.find_decision(ctx.session, submission_id, decision_id)
    if decision is None:
        raise ReviewDecisionNotFound("This submission has no decision with this identifier.")
    lifecycle.require_confirmable(state_of(decision), ctx.caller)
    lifecycle.require_undecided(in_review=submission.in_expert_review)
    decision.confirmed_by, decision.confirmed_at = ctx.caller.client_id, ctx.now
    decision.confirmed_person, decision.confirmed_position = ctx.caller.person, ctx.caller.position
    submission.in_expert_review = False
    return decision
