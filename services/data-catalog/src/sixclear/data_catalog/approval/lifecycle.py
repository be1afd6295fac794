"""The life of a version: draft, approved, superseded or withdrawn. Pure: no database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass

from sixclear.common.caller import Caller
from sixclear.common.change import TransitionNotAllowed
from sixclear.data_catalog.approval.errors import ApprovalByAuthor


@dataclass(frozen=True, slots=True)
class Hand:
    """Who had a part in a draft: the client, and the person where the provider names one."""

    client_id: str
    person: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules read: which version is approved, which one is a draft, and the newest number of all."""

    approved_number: int | None = None
    draft_number: int | None = None
    last_number: int = 0


def number_of_draft(standing: Standing) -> int:
    """Which version a wording belongs to: the open draft, else the next one. No number is given twice."""
    return standing.draft_number or standing.last_number + 1


def approve(what: str, standing: Standing, hands: Iterable[Hand], caller: Caller) -> str:
    """The change that an approval is: `approved`, or `superseded` where the draft takes the place of a version.

    Raises TransitionNotAllowed without a draft, ApprovalByAuthor for one who had a part in it. Two persons are told
    apart by their names; where a name is missing, by their clients.
    """
    require_draft(what, standing)
    if any(_is_same(hand, caller) for hand in hands):
        raise ApprovalByAuthor("You wrote a part of this draft.")
    return "approved" if standing.approved_number is None else "superseded"


def require_draft(what: str, standing: Standing) -> None:
    """Raises TransitionNotAllowed without a draft: what was approved before is not approved again."""
    if standing.draft_number is None:
        raise TransitionNotAllowed(f"{what} has no draft that could be approved.")


def require_approved(what: str, standing: Standing) -> int:
    """The number of the approved version; raises TransitionNotAllowed where there is none that could be withdrawn."""
    if standing.approved_number is None:
        raise TransitionNotAllowed(f"{what} has no approved version that could be withdrawn.")
    return standing.approved_number


def _is_same(hand: Hand, caller: Caller) -> bool:
    if hand.person is not None and caller.person is not None:
        return hand.person == caller.person
    return hand.client_id == caller.client_id
