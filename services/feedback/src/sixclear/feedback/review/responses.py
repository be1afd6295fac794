"""Reviews as responses: whole for the bodies that handle a case, blind for its experts."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sixclear.feedback.organisation.service import Briefs, brief
from sixclear.feedback.review.models import (
    Review,
    ReviewDecision,
    ReviewMessage,
    conflict_of,
    reason_of,
    text_of,
    words_of,
)
from sixclear.feedback.review.rules import CriteriaEdition, criteria_of
from sixclear.feedback.review.schemas import (
    CaseReviews,
    CriteriaSetView,
    DecisionState,
    DecisionTold,
    DecisionView,
    DiscussionMessage,
    OwnReview,
    OwnReviewSummary,
    PeerReview,
    ReviewState,
    ReviewView,
    SentMessage,
)
from sixclear.feedback.reviewer.models import Reviewer
from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.submission.models import Submission

_DERIVED = {"reviewer_id", "reviewer_name", "conflict", "total", "words"}


def review_state(review: Review) -> ReviewState:
    """Where a review stands: nothing that a retry could tell to somebody else."""
    return ReviewState(review_id=review.review_id, status=review.status, version=review.version, due_at=review.due_at)


def criteria_response(criteria: CriteriaEdition) -> CriteriaSetView:
    """A set of criteria."""
    return CriteriaSetView.model_validate(criteria, from_attributes=True)


def handled_review(key: CaseKey, review: Review, reviewers: Mapping[UUID, Reviewer] | None) -> ReviewView:
    """A review as the bodies see it that handle the case; who wrote it is told where `reviewers` are given."""
    columns = {name: getattr(review, name) for name in ReviewView.model_fields if name not in _DERIVED}
    known = reviewers is not None
    return ReviewView(
        **columns,
        reviewer_id=review.reviewer_id if known else None,
        reviewer_name=reviewers[review.reviewer_id].name if reviewers else None,
        conflict=conflict_of(key, review) if known else None,
        words=words_of(key, review),
        total=_total(review),
    )


def discussion_response(
    key: CaseKey, messages: Sequence[ReviewMessage], labels: Mapping[UUID, str]
) -> list[DiscussionMessage]:
    """The discussion: each message by the label of its reviewer, or by `handler`."""
    return [
        DiscussionMessage(author=labels[one.review_id] if one.review_id else "handler", text=text_of(key, one))
        for one in messages
    ]


def sent_response(message: ReviewMessage) -> SentMessage:
    """That a message was taken."""
    return SentMessage(number=message.number, sent_at=message.sent_at)


def decision_response(key: CaseKey, decision: ReviewDecision) -> DecisionView:
    """A decision, or a draft of one."""
    columns = {name: getattr(decision, name) for name in DecisionView.model_fields if name != "reason"}
    return DecisionView(**columns, reason=reason_of(key, decision))


def decision_state(decision: ReviewDecision) -> DecisionState:
    """That a decision was drafted or confirmed."""
    return DecisionState(
        decision_id=decision.decision_id, advice=decision.advice, confirmed=decision.confirmed_at is not None
    )


def own_summary(review: Review, submission: Submission) -> OwnReviewSummary:
    """One of the expert's own reviews: nothing of the sender, and of the case its kind and programme only."""
    state = review_state(review).model_dump()
    return OwnReviewSummary(**state, kind=submission.kind, programme=submission.programme)


def own_response(
    key: CaseKey,
    review: Review,
    submission: Submission,
    words: Mapping[str, str | None],
    others: Sequence[Review],
    discussion: Sequence[ReviewMessage],
    decision: ReviewDecision | None,
    names: Briefs,
) -> OwnReview:
    """A review as its expert sees it: `words` are title and text, where they may be read."""
    given = review.status == "given"
    labels = {one.review_id: one.label for one in (review, *others)}
    return OwnReview(
        **own_summary(review, submission).model_dump(),
        title=words["title"],
        text=words["text"],
        abstract=words.get("abstract"),
        organisation=brief(names, submission.organisation_id),
        criteria=criteria_response(criteria_of(review.criteria, review.edition)),
        label=review.label if given else None,
        scores=review.scores,
        advice=review.advice,
        words=words_of(key, review),
        others=[_peer(key, one) for one in others] if given else None,
        discussion=discussion_response(key, discussion, labels) if given else None,
        decision=None if decision is None else DecisionTold(advice=decision.advice, reason=reason_of(key, decision)),
    )


def _peer(key: CaseKey, review: Review) -> PeerReview:
    return PeerReview(
        label=review.label,
        scores=review.scores,
        total=_total(review),
        advice=review.advice,
        words=words_of(key, review),
    )


def _total(review: Review) -> int | None:
    return None if review.scores is None else sum(review.scores.values())


def case_response(
    key: CaseKey,
    submission: Submission,
    reviews: Sequence[Review],
    reviewers: Mapping[UUID, Reviewer] | None,
    discussion: Sequence[ReviewMessage],
    decisions: Sequence[ReviewDecision],
) -> CaseReviews:
    """All that was said of a case by experts, for the bodies that handle it."""
    criteria = criteria_of(reviews[0].criteria, reviews[0].edition) if reviews else None
    return CaseReviews(
        in_expert_review=submission.in_expert_review,
        criteria=None if criteria is None else criteria_response(criteria),
        reviews=[handled_review(key, review, reviewers) for review in reviews],
        discussion=discussion_response(key, discussion, {one.review_id: one.label for one in reviews}),
        decisions=[decision_response(key, decision) for decision in decisions],
    )
