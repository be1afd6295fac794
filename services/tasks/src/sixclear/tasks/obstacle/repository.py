"""Obstacles in the database."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, any_, exists, not_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.obstacle.lifecycle import OVER
from sixclear.tasks.obstacle.models import Obstacle
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.task.filters import Mandated, among, has_part, is_named
from sixclear.tasks.task.models import Task

# The part that a body has in the obstacles that it lists: of its tasks or said by it, its to decide, or by mandate.
Role = Literal["part", "deciding", "mandate"]
Place = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class ObstacleFilter:
    """What a list of obstacles is narrowed to; None: to nothing.

    With `own` those of a body by its `role`; with `mandated` those on tasks that a mandate names. Without both there
    are only public ones.
    """

    programme: str | None = None
    kind: str | None = None
    nature: str | None = None
    level: str | None = None
    state: str | None = None
    task_id: UUID | None = None
    organisation_ids: Sequence[UUID] | None = None
    own: UUID | None = None
    role: Role = "part"
    mandated: Mandated | None = None


async def find_obstacle(session: AsyncSession, obstacle_id: UUID) -> Obstacle | None:
    """The obstacle with this identifier."""
    return await session.get(Obstacle, obstacle_id)


async def lock_obstacle(session: AsyncSession, obstacle_id: UUID) -> Obstacle | None:
    """The obstacle as it is now, its row locked."""
    return await session.get(Obstacle, obstacle_id, with_for_update=True, populate_existing=True)


async def of_keys(session: AsyncSession, keys: Collection[UUID]) -> Sequence[Obstacle]:
    """The obstacles that are the same as some, settled ones included."""
    return (await session.scalars(select(Obstacle).where(Obstacle.key == among(keys)))).all()


async def lock_due(session: AsyncSession, now: datetime, most: int) -> Sequence[Obstacle]:
    """Obstacles that are to climb by now, their rows locked; those that another process holds are left to it."""
    due = select(Obstacle).where(Obstacle.climbs_at < now).order_by(Obstacle.climbs_at, Obstacle.obstacle_id)
    return (await session.scalars(due.limit(most).with_for_update(skip_locked=True))).all()


async def lock_open(session: AsyncSession, task_id: UUID) -> Sequence[Obstacle]:
    """What holds a task back, the rows locked in one order."""
    open_ = select(Obstacle).where(Obstacle.of_task(task_id), Obstacle.state == "open")
    return (await session.scalars(open_.order_by(Obstacle.obstacle_id).with_for_update())).all()


async def tasks_of(session: AsyncSession, task_ids: Collection[UUID]) -> Sequence[Task]:
    """The tasks that an obstacle holds back."""
    return (await session.scalars(select(Task).where(Task.task_id == among(task_ids)))).all()


async def is_one_restricted(session: AsyncSession, task_ids: Collection[UUID]) -> bool:
    """Whether one of these tasks is restricted, as it was committed last."""
    wanted = select(Task.task_id).where(Task.task_id == among(task_ids), Task.classification == "restricted")
    return bool(task_ids) and await session.scalar(wanted.limit(1)) is not None


async def is_one_open(session: AsyncSession, task_ids: Collection[UUID]) -> bool:
    """Whether work is left on one of these tasks."""
    wanted = select(Task.task_id).where(Task.task_id == among(task_ids), Task.status.not_in(OVER))
    return bool(task_ids) and await session.scalar(wanted.limit(1)) is not None


async def programmes_of(session: AsyncSession, slugs: Collection[str]) -> dict[str, Programme]:
    """These programmes, by slug."""
    found = await session.scalars(select(Programme).where(Programme.slug.in_(slugs)))
    return {programme.slug: programme for programme in found}


async def superior_of(session: AsyncSession, organisation_id: UUID) -> UUID | None:
    """The body directly above; of one that has ended that is its successor."""
    above = select(Organisation.parent_id).where(Organisation.organisation_id == organisation_id)
    return await session.scalar(above)


async def list_obstacles(
    session: AsyncSession, narrow: ObstacleFilter, *, after: Place | None, limit: int, newest_first: bool
) -> Sequence[Obstacle]:
    """Obstacles, those opened last first, or first, after the cursor."""
    statement, place = select(Obstacle).where(*_conditions(narrow)), tuple_(Obstacle.opened_at, Obstacle.obstacle_id)
    if after is not None:
        statement = statement.where(place < tuple_(*after) if newest_first else place > tuple_(*after))
    keys = Obstacle.opened_at, Obstacle.obstacle_id
    ordered = statement.order_by(*(one.desc() for one in keys)) if newest_first else statement.order_by(*keys)
    return (await session.scalars(ordered.limit(limit))).all()


def _conditions(narrow: ObstacleFilter) -> list[ColumnElement[bool]]:
    wanted: tuple[tuple[object, Callable[..., ColumnElement[bool]]], ...] = (
        (narrow.programme, lambda value: Obstacle.programme == value),
        (narrow.kind, lambda value: Obstacle.kind == value),
        (narrow.nature, lambda value: Obstacle.nature == value),
        (narrow.level, lambda value: Obstacle.level == value),
        (narrow.state, lambda value: Obstacle.state == value),
        (narrow.task_id, Obstacle.of_task),
        (narrow.organisation_ids, lambda value: Obstacle.organisation_id == among(value)),
    )
    return [_seen(narrow), *(condition(value) for value, condition in wanted if value is not None)]


def _seen(narrow: ObstacleFilter) -> ColumnElement[bool]:
    public = and_(Obstacle.classification == "public", Obstacle.hidden.is_(False))
    if narrow.mandated is not None:
        named = is_named(narrow.mandated)
        return and_(_touches(named), or_(public, not_(_touches(not_(named)))))
    if narrow.own is None:
        return public
    part, deciding = has_part(narrow.own), Obstacle.decider_organisation_id == narrow.own
    said = or_(Obstacle.opened_by_organisation_id == narrow.own, Obstacle.organisation_id == narrow.own)
    concerned = deciding if narrow.role == "deciding" else or_(deciding, said, _touches(part))
    # Who is to decide need not have a part in its tasks. Of one that is restricted, those who have one in all.
    return and_(concerned, or_(public, not_(_touches(part.is_not(True)))))


def _touches(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether one of its tasks is like this."""
    return exists().where(Task.task_id == any_(Obstacle.task_ids), condition)
