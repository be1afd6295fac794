"""The tasks that everyone sees, counted in the database."""

from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.census import CensusCount
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.timing import bucket_in_sql


async def count_tasks(session: AsyncSession, at: datetime) -> list[CensusCount]:
    """Public tasks by programme and bucket as at an instant, and by bucket in the whole country."""
    counted = (
        select(Programme.slug, bucket_in_sql(Task.status, Task.kind, Task.current_deadline, at).label("bucket"))
        .join(Programme, Programme.programme_id == Task.programme_id)
        .where(Task.classification == "public")
        .subquery()
    )
    slug, bucket = counted.c
    statement = (
        select(slug, bucket, func.count())
        .where(bucket.is_not(None))
        .group_by(func.grouping_sets(tuple_(slug, bucket), tuple_(bucket)))
    )
    return [CensusCount(group=row[0], state=row[1], count=row[2]) for row in await session.execute(statement)]
