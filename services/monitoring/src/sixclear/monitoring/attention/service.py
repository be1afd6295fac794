"""What needs attention, each list with the rule by which something is on it."""

from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date
from sixclear.monitoring.attention import repository
from sixclear.monitoring.attention.schemas import (
    Attention,
    AwaitingTask,
    AwaitingTasks,
    DatabaseAtRisk,
    DatabasesAtRisk,
    LateAnswer,
    LateAnswers,
    MissingFiling,
    MissingFilings,
    OpenObstacle,
    OpenObstacles,
    OverdueTask,
    OverdueTasks,
    ReturnedTask,
    ReturnedTasks,
    SilentTask,
    SilentTasks,
    UnmovedTask,
    UnmovedTasks,
)
from sixclear.monitoring.view.selection import Selection

# A report each week, and a day's grace; working days come with the calendar.
CYCLE = timedelta(days=8)


async def attention(session: AsyncSession, selection: Selection, *, now: datetime, limit: int = 20) -> Attention:
    """The nine lists, each at most `limit` long, the most pressing first."""
    found = await repository.lists(session, selection, now - CYCLE, limit)
    return Attention(
        as_of=now,
        reach=selection.reach or "national",
        longest_overdue=OverdueTasks(
            rule="One-off tasks that are neither completed, handed in nor paused and whose current deadline has "
            "passed; oldest first.",
            items=[OverdueTask(**row, days_late=_days(row["deadline"], now)) for row in found.longest_overdue],
        ),
        returned_twice=ReturnedTasks(
            rule="Tasks that are not completed and were returned at least twice; the most often returned first.",
            items=[ReturnedTask(**row) for row in found.returned_often],
        ),
        no_report_in_cycle=SilentTasks(
            rule=f"Open one-off tasks that are neither handed in nor paused, without a report for more than "
            f"{CYCLE.days} days; where there is no report yet, since their last change.",
            items=[SilentTask(**row, days_silent=_days(row["silent_since"], now)) for row in found.without_report],
        ),
        awaiting_confirmation=AwaitingTasks(
            rule="Tasks that were handed in and that another body has not confirmed; the longest waiting first.",
            items=[
                AwaitingTask(**row, days_waiting=_days(row["awaiting_since"], now))
                for row in found.awaiting_confirmation
            ],
        ),
        answers_past_clock=LateAnswers(
            rule="Submissions without an answer after their due time; sealed ones are counted but not listed.",
            items=[LateAnswer(**row, days_late=_days(row["due_at"], now)) for row in found.answers_past_clock],
        ),
        databases_at_risk=DatabasesAtRisk(
            rule="Databases with a declared high risk; the least advanced first.",
            items=[DatabaseAtRisk(**row) for row in found.databases_at_risk],
        ),
        without_movement=UnmovedTasks(
            rule='Tasks on which a body works and of which it said "no change" in four filings in a row, without a '
            "report since; the longest first.",
            items=[UnmovedTask(**row, days_unmoved=_days(row["unmoved_since"], now)) for row in found.without_movement],
        ),
        not_filed=MissingFilings(
            rule="Reports that programmes ask bodies for, that are late and were not filed; the longest late "
            "first. A body that is exempted owes none.",
            items=[MissingFiling(**row, days_late=_days(row["late_at"], now)) for row in found.not_filed],
        ),
        obstacles=OpenObstacles(
            rule="Obstacles that are open; those that hold work back longest first.",
            items=[OpenObstacle(**row, days_open=_days_since(row["since"], now)) for row in found.obstacles],
        ),
    )


def _days_since(day: str, now: datetime) -> int:
    return (civil_date(now) - date.fromisoformat(day)).days


def _days(since: str, now: datetime) -> int:
    """Civil days, as people count them: what was due yesterday is one day late this morning."""
    return (civil_date(now) - civil_date(datetime.fromisoformat(since))).days
