"""Expert review over HTTP: the hub asks, experts review without seeing sender or others, who handles decides."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import OrganisationNotAllowed
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.openapi import TAGGED
from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Slug
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.feedback.answer.errors import PersonNotKnown
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.review import access, responses
from sixclear.feedback.review.errors import (
    DiscussionFull,
    KindNotReviewed,
    ReviewDecisionByDrafter,
    ReviewDecisionNotFound,
    ReviewerConflict,
    ReviewerFull,
    ReviewersEnough,
    ReviewNotFound,
    ScoresIncomplete,
)
from sixclear.feedback.review.rules import all_criteria
from sixclear.feedback.review.schemas import (
    Bare,
    CandidateView,
    CaseReviews,
    CriteriaSetView,
    DecisionEntry,
    DecisionState,
    Declaration,
    DiscussionEntry,
    Opinion,
    OwnReview,
    OwnReviewSummary,
    ReviewEntry,
    ReviewState,
    ReviewStatus,
    SentMessage,
)
from sixclear.feedback.review.service import assigning, deciding, judging
from sixclear.feedback.reviewer.errors import ReviewerNotFound
from sixclear.feedback.reviewer.responses import bodies_of, reviewer_response
from sixclear.feedback.submission.dependencies import NOT_KEPT, HubDep, ReceiptsDep
from sixclear.feedback.submission.errors import SubmissionNotFound

router = APIRouter(route_class=TransactionalRoute, tags=["expert review"])
_CASE = (SubmissionNotFound, TransitionNotAllowed)
_OWN = (ReviewNotFound, StaleVersion, TransitionNotAllowed)
_SAME: dict[int | str, dict[str, Any]] = {
    200: {"description": "This expert is asked already; nothing changed.", "model": ReviewState}
}


@router.get("/review-criteria", operation_id="listReviewCriteria", dependencies=[Depends(access.EVERYONE)])
async def list_criteria() -> list[CriteriaSetView]:
    """By what experts judge: every edition of every set. A review keeps the edition that it was begun with."""
    return [responses.criteria_response(one) for one in all_criteria()]


@router.get(
    "/submissions/{submission_id}/reviewer-candidates",
    operation_id="listReviewerCandidates",
    dependencies=[Depends(access.ASSIGNER), NOT_KEPT, Depends(RouteOptions(writes=True))],
    responses=problem_responses(SubmissionNotFound, KindNotReviewed, OrganisationNotAllowed),
)
async def list_candidates(
    ctx: ContextDep,
    hub: HubDep,
    receipts: ReceiptsDep,
    submission_id: UUID,
    field: Annotated[Slug | None, Query(description="Experts who know this field.")] = None,
    limit: Annotated[int, Query(ge=1, le=50, description="So many at most.")] = 10,
) -> list[CandidateView]:
    """Experts who could review this case, those with the fewest open reviews first.

    Who has no room or a conflict of interest is left out; which of both is not told. Of experts whose mail domain was
    entered after the case came in, only those of the first ten domains are compared with it.
    """
    found = await assigning.candidates(ctx, hub, receipts, submission_id, field, limit)
    names = await organisations.briefs(ctx, bodies_of([reviewer for reviewer, _ in found]))
    return [
        CandidateView(reviewer=reviewer_response(reviewer, names), open_reviews=open_now)
        for reviewer, open_now in found
    ]


@router.post(
    "/submissions/{submission_id}/reviews",
    operation_id="assignReviewer",
    dependencies=[Depends(access.ASSIGNER)],
    status_code=201,
    responses=problem_responses(
        *(*_CASE, OrganisationNotAllowed, ReviewerNotFound, ReviewerConflict, ReviewerFull),
        *(ReviewersEnough, KindNotReviewed),
    )
    | _SAME,
)
async def assign(
    ctx: ContextDep,
    hub: HubDep,
    receipts: ReceiptsDep,
    submission_id: UUID,
    entry: ReviewEntry,
    response: Response,
) -> ReviewState:
    """Ask an expert to review an initiative or a solution; its answer is then published after the decision on it."""
    review, asked = await assigning.assign(ctx, hub, receipts, submission_id, entry.reviewer_id)
    response.status_code = 201 if asked else 200
    return responses.review_state(review)


@router.post(
    "/submissions/{submission_id}/reviews/{review_id}/withdraw",
    operation_id="withdrawReview",
    dependencies=[Depends(access.ASSIGNER)],
    responses=problem_responses(SubmissionNotFound, TransitionNotAllowed, OrganisationNotAllowed, ReviewNotFound),
)
async def withdraw(ctx: ContextDep, hub: HubDep, submission_id: UUID, review_id: UUID, _step: Bare) -> ReviewState:
    """Take back a review that is not given yet; its expert no longer sees it."""
    return responses.review_state(await assigning.withdraw(ctx, hub, submission_id, review_id))


@router.get(
    "/submissions/{submission_id}/reviews",
    operation_id="readReviews",
    dependencies=[Depends(access.HANDLER), NOT_KEPT],
    responses=problem_responses(SubmissionNotFound),
)
async def read_reviews(ctx: ContextDep, hub: HubDep, submission_id: UUID) -> CaseReviews:
    """What experts said of a case, with the discussion and what was decided; who they are is told to the hub only."""
    found = await deciding.read_reviews(ctx, hub, submission_id)
    return responses.case_response(
        found.key, found.submission, found.reviews, found.reviewers, found.discussion, found.decisions
    )


@router.post(
    "/submissions/{submission_id}/review-discussion",
    operation_id="discussReviews",
    dependencies=[Depends(access.HANDLER)],
    status_code=201,
    responses=problem_responses(SubmissionNotFound, TransitionNotAllowed, DiscussionFull),
)
async def discuss_reviews(ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: DiscussionEntry) -> SentMessage:
    """Write to the reviewers who have given their review."""
    return responses.sent_response(await deciding.discuss(ctx, hub, submission_id, entry.text))


@router.post(
    "/submissions/{submission_id}/review-decisions",
    operation_id="draftReviewDecision",
    dependencies=[Depends(access.HANDLER)],
    status_code=201,
    responses=problem_responses(*_CASE, PersonNotKnown),
)
async def draft_decision(ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: DecisionEntry) -> DecisionState:
    """Draft what is decided on the reviews, with its reason, once all are given; it replaces an earlier draft."""
    return responses.decision_state(await deciding.draft(ctx, hub, submission_id, entry))


@router.post(
    "/submissions/{submission_id}/review-decisions/{decision_id}/confirm",
    operation_id="confirmReviewDecision",
    dependencies=[Depends(access.CONFIRMER)],
    responses=problem_responses(*_CASE, PersonNotKnown, ReviewDecisionNotFound, ReviewDecisionByDrafter),
)
async def confirm_decision(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, decision_id: UUID, _step: Bare
) -> DecisionState:
    """Confirm a decision that another person drafted; it is the ground of the answer, which may be published now."""
    return responses.decision_state(await deciding.confirm(ctx, hub, submission_id, decision_id))


@router.get(
    "/own/reviews",
    operation_id="listOwnReviews",
    dependencies=[Depends(access.EXPERT), NOT_KEPT],
    responses=problem_responses(InvalidCursor),
)
async def list_own(
    ctx: ContextDep, status: ReviewStatus | None = None, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[OwnReviewSummary]:
    """The reviews that you are asked for, by due time; an empty list for who is no expert."""
    context = f"own reviews {status}"
    counted, *after = decode_cursor(cursor, int, datetime, UUID, context=context) if cursor else (None,)
    rows = await judging.list_own(ctx, status, (after[0], after[1]) if after else None, limit + 1)
    if counted is None:
        counted = await judging.count_own(ctx, status)
    return page_of(
        rows,
        limit,
        item=lambda row: responses.own_summary(*row),
        key=lambda row: (row[0].due_at, row[0].review_id),
        context=context,
        counted=counted,
    )


@router.get(
    "/own/reviews/{review_id}",
    operation_id="getOwnReview",
    dependencies=[Depends(access.EXPERT), NOT_KEPT, Depends(RouteOptions(writes=True))],
    responses=TAGGED | problem_responses(ReviewNotFound),
)
async def get_own(ctx: ContextDep, review_id: UUID, response: Response) -> OwnReview:
    """One of your reviews. The text comes once you declared to be free of conflicts; others' words after your own.

    Reading a sealed initiative is logged, and its author sees that.
    """
    found = await judging.read_own(ctx, review_id)
    tag(response, ctx.log, found.review)
    names = await organisations.briefs(ctx, [found.submission.organisation_id])
    return responses.own_response(
        found.key, found.review, found.submission, found.words, found.others, found.discussion, found.decision, names
    )


@router.post(
    "/own/reviews/{review_id}/declaration",
    operation_id="declareConflict",
    dependencies=[Depends(access.EXPERT)],
    responses=problem_responses(*_OWN),
)
async def declare(
    ctx: ContextDep, review_id: UUID, said: Declaration, expect: ExpectDep, response: Response
) -> ReviewState:
    """Declare that you are free of conflicts, and then read; or that you are not, also later: the review ends."""
    review = await judging.declare(ctx, review_id, said, expect)
    tag(response, ctx.log, review)
    return responses.review_state(review)


@router.post(
    "/own/reviews/{review_id}/opinion",
    operation_id="giveReview",
    dependencies=[Depends(access.EXPERT)],
    responses=problem_responses(*_OWN, ScoresIncomplete),
)
async def give(
    ctx: ContextDep, review_id: UUID, opinion: Opinion, expect: ExpectDep, response: Response
) -> ReviewState:
    """Give your review, once: points for each criterion, advice and words. Others' are shown to you after it."""
    review = await judging.give(ctx, review_id, opinion, expect)
    tag(response, ctx.log, review)
    return responses.review_state(review)


@router.post(
    "/own/reviews/{review_id}/discussion",
    operation_id="discussOwnReview",
    dependencies=[Depends(access.EXPERT)],
    status_code=201,
    responses=problem_responses(ReviewNotFound, TransitionNotAllowed, DiscussionFull),
)
async def discuss(ctx: ContextDep, review_id: UUID, entry: DiscussionEntry) -> SentMessage:
    """Write to the other reviewers and to who handles the case, after your own review; until it is decided."""
    return responses.sent_response(await judging.discuss(ctx, review_id, entry.text))
