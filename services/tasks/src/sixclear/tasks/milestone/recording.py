"""The public state of a milestone. It is published as its task is."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.milestone.events import MilestoneData, MilestoneWithdrawn
from sixclear.tasks.milestone.models import Milestone
from sixclear.tasks.task.lifecycle import is_published


async def milestone_data(_ctx: Context, milestone: Milestone, change: str) -> MilestoneData | MilestoneWithdrawn:
    """The public state of a milestone after `change`; of a withdrawn one only identifiers are left."""
    if change == "withdrawn":
        return MilestoneWithdrawn(change=change, milestone_id=milestone.milestone_id, task_id=milestone.task_id)
    own = {name: getattr(milestone, name) for name in MilestoneData.model_fields if name != "change"}
    return MilestoneData(change=change, **own)


MILESTONE = EntityKind[Milestone](
    "milestone",
    lambda milestone: milestone.milestone_id,
    milestone_data,
    lambda milestone, change: is_published(milestone.classification, change),
)
