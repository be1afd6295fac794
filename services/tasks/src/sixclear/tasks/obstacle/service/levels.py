"""The bodies that decide on an obstacle, from the one whose task it is up to the owner of its programme."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.tasks.obstacle import repository as rows
from sixclear.tasks.obstacle.lifecycle import Level, decide_by
from sixclear.tasks.obstacle.models import Obstacle
from sixclear.tasks.organisation import service as organisations
from sixclear.tasks.programme.models import Programme

# A tree is not as high: past this the owner of the programme is next, whatever stands above whom.
_MOST_LEVELS = 8


async def level_at(ctx: Context, organisation_id: UUID, programme: Programme, days: int | None = None) -> Level:
    """A body that is asked now, with the days of the programme unless others are given."""
    level = await organisations.level_of(ctx.session, organisation_id) or "central"
    until = decide_by(ctx.now, days or programme.decision_days, programme.terms)
    return Level(organisation_id, level, until, organisation_id == programme.owner_organisation_id)


async def level_above(ctx: Context, obstacle: Obstacle, programme: Programme) -> Level | None:
    """The next one: the body's superior, or its successor where it has ended; above all the programme's owner.

    None where the owner is to decide already.
    """
    owner, now = programme.owner_organisation_id, obstacle.decider_organisation_id
    if now == owner:
        return None
    above = await rows.superior_of(ctx.session, now) if obstacle.escalations < _MOST_LEVELS else None
    return await level_at(ctx, above or owner, programme)
