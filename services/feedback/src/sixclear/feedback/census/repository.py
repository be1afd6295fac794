"""Submissions of the whole country, counted in the database."""

from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.census import CensusCount
from sixclear.feedback.submission.models import Submission


async def count_submissions(session: AsyncSession, at: datetime) -> list[CensusCount]:
    """Submissions that are not sealed, by the state of their clock as at an instant (`AnswerClock.state`)."""
    counted = (
        select(
            case(
                (Submission.status.in_(("answered", "withdrawn")), Submission.status),
                (Submission.due_at < at, "overdue"),
                (Submission.due_soon_at < at, "due_soon"),
                else_="in_time",
            ).label("state")
        )
        .where(Submission.visibility != "sealed")
        .subquery()
    )
    statement = select(counted.c.state, func.count()).group_by(counted.c.state)
    return [CensusCount(group=None, state=row[0], count=row[1]) for row in await session.execute(statement)]
