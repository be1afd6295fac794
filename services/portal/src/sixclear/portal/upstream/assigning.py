"""Cases and who reviews them at `feedback`, asked for who is signed in as the hub."""

from datetime import datetime
from uuid import UUID

from pydantic import RootModel

from sixclear.portal.upstream.answer import Answer, Listing, Operation
from sixclear.portal.upstream.cases import NamedBody
from sixclear.portal.upstream.transport import Query, Transport


class CaseSummary(Answer):
    """A case as handlers list it; no title of a sealed one."""

    submission_id: UUID
    kind: str
    status: str
    title: str | None = None
    due_at: datetime
    organisation: NamedBody | None = None
    demonstration: bool = False


class AssignedReview(Answer):
    """A review of a case; who gives it, and which conflict was declared, is told to the hub only."""

    label: str
    review_id: UUID
    status: str
    due_at: datetime
    reviewer_name: str | None = None
    conflict: str | None = None
    total: int | None = None
    advice: str | None = None


class CaseReviews(Answer):
    """The reviews of a case."""

    reviews: list[AssignedReview]


class Expert(Answer):
    """An expert of the register; `capacity` is how many reviews may be open."""

    reviewer_id: UUID
    name: str
    organisation: NamedBody | None = None
    fields: list[str]
    capacity: int


class Candidate(Answer):
    """An expert to whom nothing that is known forbids this review."""

    reviewer: Expert
    open_reviews: int


class Candidates(RootModel[list[Candidate]]):
    """Experts who could review a case, those with the fewest open reviews first."""


CASES = Operation("feedback", "GET", "/api/feedback/v1/submissions", Listing[CaseSummary])
REVIEWS = Operation("feedback", "GET", "/api/feedback/v1/submissions/{submission_id}/reviews", CaseReviews)
CANDIDATES = Operation(
    "feedback", "GET", "/api/feedback/v1/submissions/{submission_id}/reviewer-candidates", Candidates
)
# Of these answers nothing is read: the list of reviews shows what was done.
ASSIGNMENT = Operation("feedback", "POST", "/api/feedback/v1/submissions/{submission_id}/reviews", Answer)
TAKEN_BACK = Operation(
    "feedback", "POST", "/api/feedback/v1/submissions/{submission_id}/reviews/{review_id}/withdraw", Answer
)
_MOST = 50


class Assigning:
    """The calls of the hub about reviewers, each for the person who is signed in, and kept for no one."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def cases(self, query: Query) -> Listing[CaseSummary]:
        """The cases that the person's body handles, those that are due first first."""
        return await self._transport.signed(CASES, query=query)

    async def reviews(self, submission_id: UUID) -> CaseReviews:
        """Who was asked to review a case, and how far each review is."""
        return await self._transport.signed(REVIEWS, submission_id=submission_id)

    async def candidates(self, submission_id: UUID, field: str) -> list[Candidate]:
        """Experts who know a field, have room, and are not tied to the case."""
        asked: Query = {"field": field, "limit": _MOST}
        return (await self._transport.signed(CANDIDATES, query=asked, submission_id=submission_id)).root

    async def assign(self, submission_id: UUID, reviewer_id: UUID, key: str) -> None:
        """Asks an expert to review a case."""
        body = {"reviewer_id": str(reviewer_id)}
        await self._transport.signed(ASSIGNMENT, body=body, key=key, submission_id=submission_id)

    async def take_back(self, submission_id: UUID, review_id: UUID, key: str) -> None:
        """Takes back a review that is not given yet."""
        await self._transport.signed(TAKEN_BACK, body={}, key=key, submission_id=submission_id, review_id=review_id)
