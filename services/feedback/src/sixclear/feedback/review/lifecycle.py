"""The life of a review and of the decision on reviews. Pure: no database, no clock."""

from dataclasses import dataclass

from sixclear.common.caller import Caller
from sixclear.common.change import TransitionNotAllowed, allow
from sixclear.feedback.answer.lifecycle import had_no_part
from sixclear.feedback.review.errors import ReviewDecisionByDrafter

# Where a review may be when a step is taken.
_ALLOWED_FROM = {
    "accept": {"assigned"},
    "decline": {"assigned", "accepted"},
    "give": {"accepted"},
    "withdraw": {"assigned", "accepted"},
    "assign again": {"withdrawn"},
    "discuss": {"given"},
}
OPEN = ("assigned", "accepted")
# In these an expert may read the text.
READING = ("accepted", "given")


@dataclass(frozen=True, slots=True)
class DecisionState:
    """What the rules read of a decision."""

    drafted_by: str
    person: str | None
    position: str | None
    confirmed: bool
    withdrawn: bool


def step(status: str, name: str) -> None:
    """Raises TransitionNotAllowed unless the step may be taken in this state of a review."""
    allow("The review", status, name, _ALLOWED_FROM)


def require_open_case(status: str) -> None:
    """Raises TransitionNotAllowed for a case that is answered or withdrawn."""
    if status in ("answered", "withdrawn"):
        raise TransitionNotAllowed(f"The submission is {status}; reviews come before the answer.")


def require_undecided(*, in_review: bool) -> None:
    """Raises TransitionNotAllowed where no review is under way: none was assigned, or it is decided."""
    if not in_review:
        raise TransitionNotAllowed("No review of this case is under way: none was assigned, or it is decided.")


def require_decidable(statuses: list[str]) -> None:
    """Raises TransitionNotAllowed while a review is open, or none was given."""
    if any(status in OPEN for status in statuses):
        raise TransitionNotAllowed("A review is still open; wait for it, or take it back.")
    if "given" not in statuses:
        raise TransitionNotAllowed("No review was given; there is nothing to decide on.")


def require_confirmable(decision: DecisionState, caller: Caller) -> None:
    """Four eyes, as for answers: raises ReviewDecisionByDrafter unless two persons are shown.

    Raises PersonNotKnown for a caller who is none, TransitionNotAllowed for a decision that another draft replaced.
    """
    if not had_no_part([Caller(decision.drafted_by, person=decision.person, position=decision.position)], caller):
        raise ReviewDecisionByDrafter(
            "Four eyes: two people must be shown, by their own tokens or by different positions; these are not."
        )
    if decision.confirmed:
        raise TransitionNotAllowed("This decision is confirmed.")
    if decision.withdrawn:
        raise TransitionNotAllowed("Another decision was drafted since; confirm that one.")
