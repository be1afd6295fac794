"""The life of a milestone: what each step needs and what it changes. Pure: no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.common.change import Change, TransitionNotAllowed, allow
from sixclear.tasks.task.lifecycle import OPEN_STATUSES, TaskState

MOST = 50
# A proposal says in which parts it would be done; what is over is not divided any more.
_PLANNED_IN = frozenset({"draft", "proposed", *OPEN_STATUSES})
_ALLOWED_FROM = {"moved": {"open"}, "reached": {"open"}}


@dataclass(frozen=True, slots=True)
class MilestoneState:
    """What the rules read of a milestone."""

    current_deadline: datetime
    reached_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reached:
    """How much of a task's plan is reached: the sum of the weights, and that of the milestones that are reached."""

    weight: int
    reached_weight: int

    @property
    def percent(self) -> float | None:
        """The reached share, half up with two decimals; None without a milestone."""
        if not self.weight:
            return None
        return (self.reached_weight * 20_000 + self.weight) // (2 * self.weight) / 100


def check_plannable(task: TaskState) -> None:
    """Raises TransitionNotAllowed for a task that is over."""
    if task.status not in _PLANNED_IN:
        raise TransitionNotAllowed(f"A task that is {task.status} is not divided any more.")


def move(milestone: MilestoneState, deadline: datetime) -> Change:
    """Move the current deadline; the original one stays."""
    _allow(milestone, "moved")
    return Change("moved", {"current_deadline": deadline})


def reach(milestone: MilestoneState, occurred_at: datetime, evidence_id: UUID) -> Change:
    """Say that it is reached, by a piece of evidence."""
    _allow(milestone, "reached")
    return Change("reached", {"reached_at": occurred_at, "evidence_id": evidence_id})


def reached(weights: Sequence[tuple[int, bool]]) -> Reached:
    """What is reached of milestones with these weights; the second part says whether one is."""
    return Reached(sum(weight for weight, _ in weights), sum(weight for weight, done in weights if done))


def _allow(milestone: MilestoneState, step: str) -> None:
    allow("The milestone", "open" if milestone.reached_at is None else "reached", step, _ALLOWED_FROM)
