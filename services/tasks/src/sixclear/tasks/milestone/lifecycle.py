"""The life of a milestone: what each step needs and what it changes. Pure: no database, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sixclear.common.change import Change, TransitionNotAllowed, allow
from sixclear.common.clock import civil_date
from sixclear.tasks.task.lifecycle import OPEN_STATUSES, TaskState

MOST = 50
# A proposal says in which parts it would be done; what is over is not divided any more.
_PROPOSED = frozenset({"draft", "proposed"})
_PLANNED_IN = _PROPOSED | OPEN_STATUSES
# In these statuses a task is over; a proposal that was refused or taken back is `cancelled` too.
OVER = frozenset({"completed", "cancelled"})
_ALLOWED_FROM = {"moved": {"open"}, "reached": {"open"}, "lapsed": {"open"}, "planned": {"lapsed"}}


@dataclass(frozen=True, slots=True)
class MilestoneState:
    """What the rules read of a milestone."""

    current_deadline: datetime
    reached_at: datetime | None
    lapsed_at: datetime | None = None
    # The evidence by which it was reached: another piece may take its place.
    evidence_refused: bool = False

    @property
    def word(self) -> str:
        """`open`, `reached` or `lapsed`; `open` also after its evidence was refused."""
        if self.reached_at is not None and not self.evidence_refused:
            return "reached"
        return "open" if self.lapsed_at is None else "lapsed"


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


def counted_at(task: TaskState, now: datetime) -> datetime | None:
    """The instant by which the deadlines of a task's milestones are over or not; None while it is only proposed.

    Time stands still for a paused task: it crosses none, and what the pause found overdue stays so.
    """
    if task.status in _PROPOSED:
        return None
    return task.paused_since if task.status == "paused" else now


def after_pause(
    deadline: datetime, paused_at: datetime, resumed_at: datetime, holds: datetime | None
) -> datetime | None:
    """The deadline after a pause of a milestone that was due within it; None where it was due before, or is later.

    It is as many days later as the pause had, but not after `holds`, the deadline of the task that the resume states.
    """
    if not paused_at <= deadline <= resumed_at:
        return None
    later = deadline + (civil_date(resumed_at) - civil_date(paused_at))
    later += timedelta(days=later <= resumed_at)
    return later if holds is None or holds <= resumed_at else min(later, holds)


def is_overdue(deadline: datetime, counted: datetime | None) -> bool:
    """Whether the deadline of an open milestone is over at the instant of `counted_at`."""
    return counted is not None and deadline < counted


def move(milestone: MilestoneState, deadline: datetime) -> Change:
    """Move the current deadline; the original one stays."""
    _allow(milestone, "moved")
    return Change("moved", {"current_deadline": deadline})


def reach(milestone: MilestoneState, occurred_at: datetime, evidence_id: UUID) -> Change:
    """Say that it is reached, by a piece of evidence."""
    _allow(milestone, "reached")
    return Change("reached", {"reached_at": occurred_at, "evidence_id": evidence_id})


def ends(task_status: str, changed: Mapping[str, Any]) -> bool:
    """Whether a change of a task, whose status is this one now, ended it."""
    return "status" in changed and task_status in OVER


def lapse(milestone: MilestoneState, occurred_at: datetime) -> Change:
    """Close what was not reached when its task ended."""
    _allow(milestone, "lapsed")
    return Change("lapsed", {"lapsed_at": occurred_at})


def hold_again(milestone: MilestoneState, carried: Mapping[str, Any]) -> Change:
    """Take up again what had lapsed, with its deadlines, when its task is reopened; it carries what the task says."""
    _allow(milestone, "planned")
    return Change("planned", {"lapsed_at": None, **carried})


def reached(weights: Sequence[tuple[int, bool]]) -> Reached:
    """What is reached of milestones with these weights; the second part says whether one is."""
    return Reached(sum(weight for weight, _ in weights), sum(weight for weight, done in weights if done))


def _allow(milestone: MilestoneState, step: str) -> None:
    allow("The milestone", milestone.word, step, _ALLOWED_FROM)
