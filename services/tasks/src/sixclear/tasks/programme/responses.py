"""Programmes as the API answers them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.organisation.service import briefs
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.schemas import ProgrammeView

_COLUMNS = set(ProgrammeView.model_fields) - {"owner"}


async def programme_responses(session: AsyncSession, programmes: Sequence[Programme]) -> list[ProgrammeView]:
    """Programmes with their owners' names."""
    names = await briefs(session, (row.owner_organisation_id for row in programmes))
    return [
        ProgrammeView(owner=names[row.owner_organisation_id], **{name: getattr(row, name) for name in _COLUMNS})
        for row in programmes
    ]
