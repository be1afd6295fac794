"""The life of a value: typed, submitted, returned or approved, corrected, withdrawn. Pure: no database, no clock.

A value is a slot: an indicator, a body, a period. What is typed into it is a statement; a correction is the next one,
and the approved one stands until that is approved too.
"""

from dataclasses import dataclass
from datetime import datetime

from sixclear.common.change import Change, allow
from sixclear.common.targets import Measure

# From which state of the slot a step may begin.
_FROM = {
    "entered": {"draft", "returned", "approved", "withdrawn"},
    "submitted": {"draft"},
    "returned": {"submitted"},
    "approved": {"submitted"},
    "withdrawn": {"approved"},
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a statement says: what was measured, with what explains and proves it."""

    measure: Measure
    note: str | None
    evidence: str | None


@dataclass(frozen=True, slots=True)
class SlotState:
    """What the rules read of a slot: the number of its newest statement, and of the `approved` one that holds."""

    status: str
    statement: int
    approved: int | None


@dataclass(frozen=True, slots=True)
class Hands:
    """Who had a statement in hand: the client or person that typed it, and the one that submitted it."""

    entered_by: str
    submitted_by: str | None

    def holds(self, who: str) -> bool:
        """Whether it was one of them."""
        return who in (self.entered_by, self.submitted_by)


def check(slot: SlotState | None, step: str) -> None:
    """Raises TransitionNotAllowed unless the step may begin.

    What holds may be withdrawn also while a correction of it is open, which goes with it: who supplies a value cannot
    keep it by typing another one.
    """
    if slot is not None:
        holds = step == "withdrawn" and slot.approved is not None
        allow("The value", "approved" if holds else slot.status, step, _FROM)


def next_statement(slot: SlotState | None) -> int:
    """The number of the statement that is typed now: a draft is typed over, anything else stays."""
    if slot is None:
        return 1
    return slot.statement if slot.status == "draft" else slot.statement + 1


def needs_reason(slot: SlotState | None) -> bool:
    """Whether what is typed now is a correction."""
    return slot is not None and slot.approved is not None


def approval(slot: SlotState, corrected_at: datetime | None, occurred_at: datetime) -> tuple[Change, datetime]:
    """The change by which the newest statement holds, and from when on it is true.

    A correction is true from the instant of the value that it corrects, and known from now.
    """
    fields = {"status": "approved", "approved": slot.statement}
    if slot.approved is None:
        return Change("approved", fields), occurred_at
    assert corrected_at is not None, "what holds has its instant"
    return Change("corrected", fields), corrected_at


def withdrawal(slot: SlotState) -> Change:
    """No statement holds any more."""
    return Change("withdrawn", {"status": "withdrawn", "statement": slot.statement + 1, "approved": None})
