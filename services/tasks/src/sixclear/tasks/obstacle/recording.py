"""The public state of an obstacle. It is published as its tasks are, unless it was told while one was restricted."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.obstacle.events import ObstacleData, ObstacleWithdrawn
from sixclear.tasks.obstacle.models import Obstacle
from sixclear.tasks.task.lifecycle import is_published


async def obstacle_data(_ctx: Context, obstacle: Obstacle, change: str) -> ObstacleData | ObstacleWithdrawn:
    """The public state of an obstacle after `change`; of a withdrawn one only identifiers are left."""
    if change == "withdrawn":
        return ObstacleWithdrawn(change=change, obstacle_id=obstacle.obstacle_id, task_ids=obstacle.task_ids)
    own = {name: getattr(obstacle, name) for name in ObstacleData.model_fields if name != "change"}
    return ObstacleData(change=change, **own)


OBSTACLE = EntityKind[Obstacle](
    "obstacle",
    lambda obstacle: obstacle.obstacle_id,
    obstacle_data,
    lambda obstacle, change: not obstacle.hidden and is_published(obstacle.classification, change),
)
