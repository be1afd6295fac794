"""The public state of an urge. It is published as its task is, unless it was said while that was restricted."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.task.lifecycle import is_published
from sixclear.tasks.urge.events import UrgeData, UrgeWithdrawn
from sixclear.tasks.urge.models import Urge


async def urge_data(_ctx: Context, urge: Urge, change: str) -> UrgeData | UrgeWithdrawn:
    """The public state of an urge after `change`; of a withdrawn one only identifiers are left."""
    if change == "withdrawn":
        return UrgeWithdrawn(change=change, urge_id=urge.urge_id, task_id=urge.task_id)
    own = {name: getattr(urge, name) for name in UrgeData.model_fields if name != "change"}
    return UrgeData(change=change, **own)


URGE = EntityKind[Urge](
    "urge",
    lambda urge: urge.urge_id,
    urge_data,
    lambda urge, change: not urge.hidden and is_published(urge.classification, change),
)
