"""Progress reports as the API answers them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.organisation.service import briefs, named
from sixclear.tasks.reporting.schemas import ProgressView
from sixclear.tasks.task.models import ProgressReport

_PROGRESS_COLUMNS = set(ProgressView.model_fields) - {"organisation", "percent"}


async def progress_responses(
    session: AsyncSession, reports: Sequence[ProgressReport], *, public: bool
) -> list[ProgressView]:
    """Reports with the names of the bodies that made them; with `public` the percentages that everyone reads."""
    names = await briefs(session, (row.organisation_id for row in reports))
    return [
        ProgressView(
            organisation=named(names, row.organisation_id),
            percent=row.public_percent if public and row.public_percent is not None else row.percent,
            **{name: getattr(row, name) for name in _PROGRESS_COLUMNS},
        )
        for row in reports
    ]
