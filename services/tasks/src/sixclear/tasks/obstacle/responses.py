"""Obstacles as the API answers them."""

from collections.abc import Sequence

from sixclear.common.use_case import Context
from sixclear.tasks.obstacle.models import Obstacle
from sixclear.tasks.obstacle.schemas import ObstacleView
from sixclear.tasks.organisation.service import briefs, named

_BODIES = {
    "owner": "organisation_id",
    "opened_by": "opened_by_organisation_id",
    "decision_from": "decider_organisation_id",
    "escalated_by": "escalated_by_organisation_id",
    "settled_by": "settled_by_organisation_id",
}
_COLUMNS = set(ObstacleView.model_fields) - {"late", *_BODIES}


async def obstacle_responses(ctx: Context, obstacles: Sequence[Obstacle]) -> list[ObstacleView]:
    """Obstacles at the instant of the request."""
    names = await briefs(ctx.session, [getattr(one, column) for one in obstacles for column in _BODIES.values()])
    return [
        ObstacleView(
            late=is_late(ctx, one),
            **{name: named(names, getattr(one, column)) for name, column in _BODIES.items()},
            **{name: getattr(one, name) for name in _COLUMNS},
        )
        for one in obstacles
    ]


def is_late(ctx: Context, obstacle: Obstacle) -> bool:
    """Whether it is open, and was to be decided."""
    return obstacle.is_open and obstacle.decide_by < ctx.now
