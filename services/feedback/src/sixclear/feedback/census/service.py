"""What a census of feedback counts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.census import CensusCount
from sixclear.feedback.census import repository


async def count(session: AsyncSession, at: datetime) -> Sequence[CensusCount]:
    """Submissions of the whole country by the state of their clock as at an instant."""
    return await repository.count_submissions(session, at)
