"""Experts as responses."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from sixclear.feedback.organisation.service import Briefs, brief
from sixclear.feedback.reviewer.models import Reviewer
from sixclear.feedback.reviewer.schemas import AffiliationView, ReviewerState, ReviewerView

_DERIVED = {"organisation", "affiliations"}


def reviewer_state(reviewer: Reviewer) -> ReviewerState:
    """That an expert is registered: nothing of the person, since answers are kept for retries."""
    return ReviewerState.model_validate(reviewer, from_attributes=True, extra="ignore")


def bodies_of(reviewers: Sequence[Reviewer]) -> Iterator[UUID | None]:
    """Every body that the entries name."""
    for reviewer in reviewers:
        yield reviewer.organisation_id
        yield from (UUID(one["organisation_id"]) for one in reviewer.affiliations)


def reviewer_response(reviewer: Reviewer, names: Briefs) -> ReviewerView:
    """An expert as the hub sees the register."""
    columns = {name: getattr(reviewer, name) for name in ReviewerView.model_fields if name not in _DERIVED}
    past = ((UUID(one["organisation_id"]), date.fromisoformat(one["until"])) for one in reviewer.affiliations)
    return ReviewerView(
        **columns,
        organisation=brief(names, reviewer.organisation_id),
        affiliations=[
            AffiliationView(organisation_id=body, organisation=brief(names, body), until=until) for body, until in past
        ],
    )
