"""What a census of tasks counts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.census import CensusCount
from sixclear.tasks.census import repository


async def count(session: AsyncSession, at: datetime) -> Sequence[CensusCount]:
    """Public tasks by programme and bucket as at an instant."""
    return await repository.count_tasks(session, at)
