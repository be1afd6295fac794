"""The end of an organisation, and what its successor takes over. Pure: no database, no clock."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sixclear.common.change import Change, TransitionNotAllowed
from sixclear.tasks.organisation.errors import SuccessorImpossible

# How an organisation ended.
Ended = Literal["merged", "closed"]


@dataclass(frozen=True, slots=True)
class OrganisationState:
    """What the rules read of an organisation."""

    organisation_id: UUID
    code: str
    codes: Sequence[str]
    name_vi: str
    type: str
    parent_id: UUID | None
    ended: str | None
    predecessors: Sequence[dict[str, Any]]


def end(body: OrganisationState, how: Ended, successor_id: UUID | None, day: date) -> Change:
    """It is no more from this day on.

    With a successor it stands below that one, which has its codes from now on: what names it by a code means the
    successor, and what is counted below the successor holds its past.
    """
    require_standing(body)
    fields: dict[str, Any] = {"ended": how, "valid_to": day}
    if successor_id is not None:
        fields |= {"successor_id": successor_id, "parent_id": successor_id, "codes": []}
    return Change(how, fields)


def take_over(successor: OrganisationState, body: OrganisationState, day: date, legal_basis: str) -> Change:
    """The successor has the codes of the body that ends, and names it and its predecessors as its own."""
    unit = {
        "organisation_id": str(body.organisation_id),
        "code": body.code,
        "name_vi": body.name_vi,
        "type": body.type,
        "valid_to": day.isoformat(),
        "legal_basis": legal_basis,
    }
    added = [code for code in body.codes if code not in successor.codes]
    return Change(
        "codes_added",
        {
            "codes": [*successor.codes, *added],
            "predecessors": [*successor.predecessors, *body.predecessors, unit],
        },
    )


def check_successor(
    body: OrganisationState, successor: OrganisationState, below: Collection[UUID], pointer: str
) -> None:
    """Raises SuccessorImpossible for a body that takes nothing over: itself, one below it, or one that has ended.

    `pointer` is the field of the request that names it.
    """
    if successor.organisation_id in below or successor.organisation_id == body.organisation_id:
        raise _impossible(
            pointer, "The work of an organisation goes neither to itself nor to one that stands below it."
        )
    if successor.ended is not None:
        raise _impossible(pointer, "The successor has ended itself: name the one that took its place.")


def require_standing(body: OrganisationState) -> None:
    """Raises TransitionNotAllowed for an organisation that was merged or closed."""
    if body.ended is not None:
        raise TransitionNotAllowed(f"The organisation is {body.ended}; this step needs one that is not.")


def _impossible(pointer: str, why: str) -> SuccessorImpossible:
    return SuccessorImpossible(why, errors=[{"pointer": pointer, "code": "no-successor", "detail": why}])
