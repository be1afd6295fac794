"""Why a registration is not approved, whose turn it is and since when. Pure: no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Turn = Literal["owner", "reviewer"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules read of a registration, and how its documents stand."""

    status: str
    submitted_at: datetime | None
    returned_at: datetime | None
    documents: Sequence[str] = ()


def turn_of(standing: Standing) -> tuple[Turn | None, datetime | None]:
    """Who is to act next, and since when; no one waits before the first handing in."""
    if standing.status == "approved":
        return None, None
    if standing.status == "submitted":
        return "reviewer", standing.submitted_at
    return "owner", standing.returned_at if standing.status == "returned" else None


def why_not_approved(standing: Standing) -> list[str]:
    """Each reason why it is not approved, the step first; none when it is."""
    if standing.status == "approved":
        return []
    step = "under_review" if standing.status == "submitted" else standing.status
    lacks = [f"documents_{state}" for state in ("missing", "refused") if state in standing.documents]
    return [step, *lacks]
