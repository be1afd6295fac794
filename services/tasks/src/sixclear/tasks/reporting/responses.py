"""Progress reports and evidence as the API answers them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.organisation.service import briefs, named
from sixclear.tasks.reporting.schemas import EvidenceView, ProgressView
from sixclear.tasks.task.models import Evidence, ProgressReport

_PROGRESS_COLUMNS = set(ProgressView.model_fields) - {"organisation", "percent"}
_EVIDENCE_COLUMNS = set(EvidenceView.model_fields) - {"organisation"}


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


async def evidence_responses(session: AsyncSession, evidence: Sequence[Evidence]) -> list[EvidenceView]:
    """Evidence with the names of the bodies that attached it."""
    names = await briefs(session, (row.organisation_id for row in evidence))
    return [
        EvidenceView(
            organisation=named(names, row.organisation_id),
            **{name: getattr(row, name) for name in _EVIDENCE_COLUMNS},
        )
        for row in evidence
    ]
