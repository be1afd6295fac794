"""Milestones as the API answers them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sixclear.tasks.milestone.lifecycle import counted_at, is_overdue, reached
from sixclear.tasks.milestone.models import Milestone
from sixclear.tasks.milestone.schemas import MilestoneList, MilestoneView
from sixclear.tasks.task.models import Task, state_of

_COLUMNS = set(MilestoneView.model_fields) - {"overdue", "evidence_state"}


# Whether each piece of evidence was accepted, by identifier.
States = Mapping[UUID, str]


def milestone_response(milestone: Milestone, task: Task, states: States, now: datetime) -> MilestoneView:
    """A milestone of a task at the instant `now`."""
    own = {name: getattr(milestone, name) for name in _COLUMNS}
    overdue = milestone.is_open and is_overdue(milestone.current_deadline, counted_at(state_of(task), now))
    return MilestoneView(overdue=overdue, evidence_state=evidence_state(milestone, states), **own)


def evidence_state(milestone: Milestone, states: States) -> str | None:
    """Whether the evidence was accepted by which it is reached; None until it is."""
    return None if milestone.evidence_id is None else states[milestone.evidence_id]


def _is_reached(milestone: Milestone, states: States) -> bool:
    """By evidence that was not refused; what lapsed is neither open nor reached."""
    return milestone.reached_at is not None and evidence_state(milestone, states) != "refused"


def milestone_list(
    milestones: Sequence[Milestone], task: Task, states: States, reported_percent: int, now: datetime
) -> MilestoneList:
    """All milestones of a task, with the share that is reached."""
    found = reached([(milestone.weight, _is_reached(milestone, states)) for milestone in milestones])
    proved = reached([(milestone.weight, evidence_state(milestone, states) == "accepted") for milestone in milestones])
    return MilestoneList(
        items=[milestone_response(milestone, task, states, now) for milestone in milestones],
        weight=found.weight,
        reached_weight=found.reached_weight,
        reached_percent=found.percent,
        accepted_weight=proved.reached_weight,
        accepted_percent=proved.percent,
        reported_percent=reported_percent,
    )
