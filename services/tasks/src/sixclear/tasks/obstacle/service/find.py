"""Finding obstacles: one, one to be changed, lists."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.tasks.obstacle import repository as rows
from sixclear.tasks.obstacle.errors import ObstacleNotFound
from sixclear.tasks.obstacle.models import Obstacle
from sixclear.tasks.obstacle.repository import ObstacleFilter, Place
from sixclear.tasks.organisation import service as organisations
from sixclear.tasks.task.access import read_whole


async def get_obstacle(ctx: Context, obstacle_id: UUID) -> Obstacle:
    """An obstacle that the caller may see; raises ObstacleNotFound.

    One of which a task is restricted, or was when it was told, is for those who read the whole of all its tasks.
    """
    return await _seen(ctx, await rows.find_obstacle(ctx.session, obstacle_id))


async def locked(ctx: Context, obstacle_id: UUID, expect: Expect) -> Obstacle:
    """As `get_obstacle`, its row locked until the transaction ends; raises then what `expect` raises.

    No task is locked: what restricts one waits for this row.
    """
    obstacle = await _seen(ctx, await rows.lock_obstacle(ctx.session, obstacle_id))
    expect(obstacle)
    return obstacle


async def list_obstacles(
    ctx: Context,
    narrow: ObstacleFilter,
    organisation: str | None,
    after: Place | None,
    limit: int,
    *,
    newest_first: bool,
) -> Sequence[Obstacle]:
    """Obstacles, those opened last first, or first.

    With an organisation, those that hold it back, or a body below it. Raises ReferenceUnknown for one that is not
    known.
    """
    if organisation is not None:
        named = await organisations.meant(ctx.session, "organisation", organisation)
        below = tuple(await organisations.list_subtree(ctx.session, named))
        narrow = replace(narrow, organisation_ids=below)
    return await rows.list_obstacles(ctx.session, narrow, after=after, limit=limit, newest_first=newest_first)


async def is_seen(ctx: Context, obstacle: Obstacle) -> bool:
    """Whether the caller may see it, as `get_obstacle` says."""
    if obstacle.classification == "public" and not obstacle.hidden:
        return True
    tasks = await rows.tasks_of(ctx.session, obstacle.task_ids)
    return len(await read_whole(ctx.session, ctx.caller, tasks)) == len(tasks)


async def _seen(ctx: Context, obstacle: Obstacle | None) -> Obstacle:
    if obstacle is None or not await is_seen(ctx, obstacle):
        raise ObstacleNotFound
    return obstacle
