"""Expert review at `feedback`, asked for who is signed in: an expert's own reviews."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.portal.upstream.answer import Answer, Listing, Operation
from sixclear.portal.upstream.cases import NamedBody
from sixclear.portal.upstream.transport import Query, Transport


class Criterion(Answer):
    """What a review gives points for, and the most that it gives."""

    code: str
    name_vi: str
    name_en: str
    points: int


class CriteriaSet(Answer):
    """By what a case is judged."""

    criteria: list[Criterion]


class OwnReviewSummary(Answer):
    """One of an expert's own reviews, as lists show it: nothing of the sender."""

    review_id: UUID
    status: str
    due_at: datetime
    kind: str
    programme: str | None = None


class PeerReview(Answer):
    """The review of another expert, by its letter."""

    label: str
    scores: dict[str, int]
    total: int
    advice: str
    words: str


class DiscussionMessage(Answer):
    """A message of the discussion: by the letter of a reviewer, or by `handler`."""

    author: str
    text: str


class DecisionTold(Answer):
    """What was decided on the reviews of a case."""

    advice: str
    reason: str


class OwnReview(OwnReviewSummary):
    """A review as its expert may see it now; what is not to be seen yet is not answered, and is null here."""

    title: str | None = None
    text: str | None = None
    abstract: str | None = None
    organisation: NamedBody | None = None
    criteria: CriteriaSet
    label: str | None = None
    scores: dict[str, int] | None = None
    advice: str | None = None
    words: str | None = None
    others: list[PeerReview] | None = None
    discussion: list[DiscussionMessage] | None = None
    decision: DecisionTold | None = None


OWN_REVIEWS = Operation("feedback", "GET", "/api/feedback/v1/own/reviews", Listing[OwnReviewSummary])
OWN_REVIEW = Operation("feedback", "GET", "/api/feedback/v1/own/reviews/{review_id}", OwnReview)
# Of these answers nothing is read: the review shows what was done.
DECLARATION = Operation("feedback", "POST", "/api/feedback/v1/own/reviews/{review_id}/declaration", Answer)
OPINION = Operation("feedback", "POST", "/api/feedback/v1/own/reviews/{review_id}/opinion", Answer)
DISCUSSION = Operation("feedback", "POST", "/api/feedback/v1/own/reviews/{review_id}/discussion", Answer)


class Reviews:
    """The calls of experts, each for the person who is signed in, and kept for no one."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def own(self, query: Query) -> Listing[OwnReviewSummary]:
        """The person's own reviews, those that are due first first."""
        return await self._transport.signed(OWN_REVIEWS, query=query)

    async def review(self, review_id: UUID) -> OwnReview:
        """One of the person's own reviews."""
        return await self._transport.signed(OWN_REVIEW, review_id=review_id)

    async def declare(self, review_id: UUID, conflict: bool, reason: str | None, key: str) -> None:
        """Says whether anything ties the person to the case."""
        body = {"conflict": conflict, "reason": reason}
        await self._transport.signed(DECLARATION, body=body, key=key, review_id=review_id)

    async def give(self, review_id: UUID, opinion: Mapping[str, Any], key: str) -> None:
        """Gives the review, once."""
        await self._transport.signed(OPINION, body=opinion, key=key, review_id=review_id)

    async def discuss(self, review_id: UUID, text: str, key: str) -> None:
        """Writes to the other reviewers and to who handles the case."""
        await self._transport.signed(DISCUSSION, body={"text": text}, key=key, review_id=review_id)
