"""Rows of assignments and owners as responses."""

from collections.abc import Sequence
from typing import Any

from sixclear.data_catalog.assignment.models import Assignment
from sixclear.data_catalog.assignment.repository import Owned
from sixclear.data_catalog.assignment.schemas import AssignmentView, OwnerView
from sixclear.data_catalog.organisation.service import Briefs, Ends, brief

_NAMED = {"organisation", "successor"}


def assignment_response(assignment: Assignment, names: Briefs, ends: Ends) -> AssignmentView:
    """An assignment with its body by name, and the one that took its place."""
    told: dict[str, Any] = {
        name: getattr(assignment, name) for name in AssignmentView.model_fields if name not in _NAMED
    }
    body = assignment.organisation_id
    ended = ends.get(body)
    return AssignmentView.model_validate(
        told | {"organisation": brief(names, body), "successor": brief(names, ended.successor_id) if ended else None}
    )


def owner_responses(owners: Sequence[Owned], names: Briefs, ends: Ends) -> list[OwnerView]:
    """Owners, newest first: each until the next one began."""
    views, until = [], None
    for one in owners:
        ended = ends.get(one.organisation_id)
        views.append(
            OwnerView(
                organisation_id=one.organisation_id,
                organisation=brief(names, one.organisation_id),
                from_at=one.from_at,
                to_at=until,
                successor=brief(names, ended.successor_id) if ended else None,
                ended_on=ended.last_day if ended else None,
            )
        )
        until = one.from_at
    return views
