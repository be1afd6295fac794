"""Assessments in the database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.assessment.models import Assessment


@dataclass(frozen=True, slots=True)
class AssessmentFilter:
    """What a list of assessments is narrowed to."""

    code: str | None = None
    period: str | None = None
    state: str | None = None
    organisation_ids: Collection[UUID] | None = None


async def find_assessment(session: AsyncSession, assessment_id: UUID, *, lock: bool = False) -> Assessment | None:
    """The assessment with this identifier; its row locked when it is about to change."""
    return await session.get(
        Assessment, assessment_id, with_for_update={"of": Assessment} if lock else None, populate_existing=lock
    )


async def list_assessments(
    session: AsyncSession, narrow: AssessmentFilter, *, after: UUID | None, limit: int
) -> Sequence[Assessment]:
    """Assessments in the order of their identifiers, after the cursor."""
    statement = select(Assessment).order_by(Assessment.assessment_id).limit(limit)
    if narrow.code is not None:
        statement = statement.where(Assessment.code == narrow.code)
    if narrow.period is not None:
        statement = statement.where(Assessment.period == narrow.period)
    if narrow.state is not None:
        statement = statement.where(Assessment.state == narrow.state)
    if narrow.organisation_ids is not None:
        statement = statement.where(Assessment.organisation_id.in_(narrow.organisation_ids))
    if after is not None:
        statement = statement.where(Assessment.assessment_id > after)
    return (await session.scalars(statement)).all()
