"""Requests and responses about reviews."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Slug, Text
from sixclear.feedback.fields import Reason
from sixclear.feedback.organisation.schemas import OrganisationBrief
from sixclear.feedback.reviewer.schemas import ReviewerView
from sixclear.feedback.submission.schemas import Kind

Advice = Literal["accept", "accept_in_part", "reject"]
ReviewStatus = Literal["assigned", "accepted", "declined", "given", "withdrawn"]
Points = Annotated[int, Field(ge=0, le=1_000)]


class CriterionView(Schema):
    """What a review gives points for."""

    code: str
    name_vi: str
    name_en: str
    points: int = Field(description="The most that it gives.")


class CriteriaSetView(Schema):
    """A set of criteria in one edition, which never changes."""

    code: str
    edition: int
    kinds: list[Kind]
    source: str
    criteria: list[CriterionView]


class ReviewEntry(Schema):
    """The expert who is asked to review."""

    reviewer_id: UUID


class CandidateView(Schema):
    """An expert to whom nothing that is known forbids this review."""

    reviewer: ReviewerView
    open_reviews: int = Field(description="How many reviews are open with this expert now.")


class ReviewState(Schema):
    """Where a review stands; nothing of what was written, nor of the case."""

    review_id: UUID
    status: ReviewStatus
    version: int
    due_at: datetime


class ReviewView(Schema):
    """A review as the bodies see it that handle the case."""

    label: str = Field(description="What the reviewers of this case are called to each other.")
    review_id: UUID
    status: ReviewStatus
    version: int
    assigned_at: datetime
    due_at: datetime
    declared_at: datetime | None
    given_at: datetime | None
    reviewer_id: UUID | None = Field(description="Told to the hub only.")
    reviewer_name: str | None = Field(description="Told to the hub only.")
    conflict: str | None = Field(description="What the expert declared; told to the hub only.")
    scores: dict[str, int] | None
    total: int | None
    advice: Advice | None
    words: str | None


class DiscussionMessage(Schema):
    """A message of the discussion."""

    author: str = Field(description="The label of a reviewer, or `handler`.")
    text: str


class SentMessage(Schema):
    """That a message was taken."""

    number: int
    sent_at: datetime


class DecisionView(Schema):
    """What was decided on the reviews, or drafted."""

    decision_id: UUID
    advice: Advice
    reason: str
    drafted_by: str
    drafted_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    withdrawn_at: datetime | None


class DecisionState(Schema):
    """That a decision on the reviews was drafted or confirmed."""

    decision_id: UUID
    advice: Advice
    confirmed: bool


class CaseReviews(Schema):
    """All that was said of a case by experts, for the bodies that handle it."""

    in_expert_review: bool
    criteria: CriteriaSetView | None
    reviews: list[ReviewView]
    discussion: list[DiscussionMessage]
    decisions: list[DecisionView]


class Bare(Schema):
    """A step that says nothing more."""


class DiscussionEntry(Schema):
    """A message to the reviewers, and to who handles the case."""

    text: Text


class DecisionEntry(Schema):
    """What is decided on the reviews, with its reason; it becomes the ground of the answer."""

    advice: Advice
    reason: Text


class Declaration(Schema):
    """What the expert declares before reading."""

    conflict: bool = Field(description="Whether anything ties the expert to sender, idea, or a body that handles it.")
    reason: Reason | None = Field(default=None, description="What ties the expert; told to the hub only.")


class Opinion(Schema):
    """A review: points for each criterion, advice, and words."""

    scores: dict[Slug, Points] = Field(min_length=1, max_length=50, description="Points by the code of a criterion.")
    advice: Advice
    words: Text


class OwnReviewSummary(ReviewState):
    """One of the expert's own reviews."""

    kind: Kind
    programme: str | None


class PeerReview(Schema):
    """Another review of the same case, for who has given the own one."""

    label: str
    scores: dict[str, int]
    total: int
    advice: Advice
    words: str


class DecisionTold(Schema):
    """What was decided on the reviews of a case, for the experts who gave one."""

    advice: Advice
    reason: str


class OwnReview(OwnReviewSummary):
    """A review as its expert sees it. The sender is never shown; others' reviews only after the own one."""

    title: str | None = Field(
        description="Null of a sealed initiative before the expert declared to be free, and once declined."
    )
    text: str | None = Field(description="Null before the expert declared to be free of conflicts.")
    abstract: str | None = Field(
        default=None, description="Of a sealed initiative: its public abstract, by which to see a conflict."
    )
    organisation: OrganisationBrief | None = Field(description="The body that must answer.")
    criteria: CriteriaSetView
    label: str | None = Field(description="What the others call this review; null before it is given.")
    scores: dict[str, int] | None
    advice: Advice | None
    words: str | None
    others: list[PeerReview] | None = Field(description="Null before the own review is given.")
    discussion: list[DiscussionMessage] | None = Field(description="Null before the own review is given.")
    decision: DecisionTold | None = Field(
        default=None, description="What was decided on the reviews; null before that, and without an own review."
    )
