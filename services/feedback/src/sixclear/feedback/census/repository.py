"""Submissions of the whole country, counted in the database."""

from datetime import datetime

from sqlalchemy import case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.census import CensusCount
from sixclear.feedback.submission.models import HourStep, Submission


async def count_submissions(session: AsyncSession, at: datetime) -> list[CensusCount]:
    """Submissions that are not sealed, by the state of their clock as at an instant (`AnswerClock.state`).

    As the log says it: what waits for the end of its hour is not counted yet, for a count would tell when it came.
    """
    waits = exists().where(HourStep.submission_id == Submission.submission_id)
    # A correction waits too, and changes nothing that is counted: its hour is after that of the answer.
    answer_waits = waits.where(HourStep.change == "answered", HourStep.hour >= Submission.answered_at)
    reopening_waits = waits.where(HourStep.change == "reopened") & ~waits.where(HourStep.change == "answered")
    end_waits = answer_waits | waits.where(HourStep.change == "taken_back")
    counted = (
        select(
            case(
                (Submission.status.in_(("answered", "withdrawn")) & ~end_waits, Submission.status),
                (reopening_waits, "answered"),
                (Submission.due_at < at, "overdue"),
                (Submission.due_soon_at < at, "due_soon"),
                else_="in_time",
            ).label("state")
        )
        .where(Submission.visibility != "sealed", Submission.published_version.is_not(None))
        .subquery()
    )
    statement = select(counted.c.state, func.count()).group_by(counted.c.state)
    return [CensusCount(group=None, state=row[0], count=row[1]) for row in await session.execute(statement)]
