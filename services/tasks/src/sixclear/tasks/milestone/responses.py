"""Milestones as the API answers them."""

from collections.abc import Sequence
from datetime import datetime

from sixclear.tasks.milestone.lifecycle import reached
from sixclear.tasks.milestone.models import Milestone
from sixclear.tasks.milestone.schemas import MilestoneList, MilestoneView

_COLUMNS = set(MilestoneView.model_fields) - {"overdue"}


def milestone_response(milestone: Milestone, now: datetime) -> MilestoneView:
    """A milestone at the instant `now`."""
    own = {name: getattr(milestone, name) for name in _COLUMNS}
    return MilestoneView(overdue=milestone.is_open and milestone.current_deadline < now, **own)


def milestone_list(milestones: Sequence[Milestone], reported_percent: int, now: datetime) -> MilestoneList:
    """All milestones of a task, with the share that is reached."""
    found = reached([(milestone.weight, not milestone.is_open) for milestone in milestones])
    return MilestoneList(
        items=[milestone_response(milestone, now) for milestone in milestones],
        weight=found.weight,
        reached_weight=found.reached_weight,
        reached_percent=found.percent,
        reported_percent=reported_percent,
    )
