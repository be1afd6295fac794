"""What a new description or a decision does to a field, and since when it counts. Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# By which a field counts, in a finding or as none.
LINK = (
    *("element_id", "role", "territories", "subjects", "source_entry_id", "method", "max_age_seconds"),
    "service_entry_id",
)
FORM = ("element_id", "role", "type", "max_length", "unit", "code_list")
BASIS = ("element_id", "role", "legal_basis")
# What a decision says; who decided is kept beside it.
GROUNDS = ("standing", "decision_basis", "decision_reason")
# What else is said of it, and moves no instant.
PLAIN = ("name", "label", "classification", "synchronised_at")


@dataclass(frozen=True, slots=True)
class Step:
    """The columns that a step sets; `leaves` when what the field counted as before has ended."""

    columns: Mapping[str, Any]
    leaves: bool


def describe(before: Mapping[str, Any] | None, described: Mapping[str, Any], now: datetime) -> Step | None:
    """What a description does to a field; None when it says what is there. `before` is None for a new field.

    Another link is a new declaration: what was decided on the one before it counts no more. A dispute stays while
    element and role stay: only another decision ends it. What states no classification leaves the one that is there.
    """
    if described["classification"] is None:
        described = {**described, "classification": "public" if before is None else before["classification"]}
    if before is None:
        since = dict.fromkeys(("counts_since", "form_since", "basis_since"), now)
        return Step({**described, **_UNDECIDED, **since, "removed_at": None}, leaves=False)
    back = before["removed_at"] is not None
    changed = {name: value for name, value in described.items() if back or before[name] != value}
    if not changed:
        return None
    linked = back or any(name in changed for name in LINK)
    held = before["standing"] == "disputed" and all(before[name] == described[name] for name in ("element_id", "role"))
    columns = dict(changed)
    columns |= {"counts_since": now} if linked else {}
    columns |= _UNDECIDED if linked and not held else {}
    columns |= {"form_since": now} if any(name in changed for name in FORM) else {}
    columns |= {"basis_since": now} if any(name in changed for name in BASIS) else {}
    return Step(columns | {"removed_at": None}, leaves=linked and counts(before))


def decide(before: Mapping[str, Any], decided: Mapping[str, Any], now: datetime) -> Step | None:
    """What a decision does to a field; None when it was decided so, on the same grounds. A disputed one counts as none.

    The same decision on other grounds corrects them, and moves no instant from which on the field counts.
    """
    if all(before[name] == decided[name] for name in GROUNDS):
        return None
    turned = before["standing"] != decided["standing"]
    columns: dict[str, Any] = {**decided, "decided_at": now}
    if turned and "disputed" in (decided["standing"], before["standing"]):
        columns["counts_since"] = now
    return Step(columns, leaves=turned and decided["standing"] == "disputed")


def counts(state: Mapping[str, Any]) -> bool:
    """Whether the field counts in its role."""
    return state["removed_at"] is None and state["standing"] != "disputed"


_UNDECIDED: Mapping[str, Any] = {
    "standing": "declared",
    "decided_at": None,
    "decided_by_organisation_id": None,
    "decision_basis": None,
    "decision_reason": None,
}
