"""Programmes as the API answers them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.organisation.service import briefs, named
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.rules import obstacle_kinds_of
from sixclear.tasks.programme.schemas import ObstacleKind, ProgrammeView

_COLUMNS = set(ProgrammeView.model_fields) - {"owner", "evidence_organisation", "obstacle_kinds"}


async def programme_responses(session: AsyncSession, programmes: Sequence[Programme]) -> list[ProgrammeView]:
    """Programmes with their owners' names."""
    bodies = {row.owner_organisation_id for row in programmes} | {row.evidence_organisation_id for row in programmes}
    names = await briefs(session, bodies)
    return [
        ProgrammeView(
            owner=names[row.owner_organisation_id],
            evidence_organisation=named(names, row.evidence_organisation_id),
            obstacle_kinds=[ObstacleKind(**kind) for kind in obstacle_kinds_of(row.obstacle_kinds)],
            **{name: getattr(row, name) for name in _COLUMNS},
        )
        for row in programmes
    ]
