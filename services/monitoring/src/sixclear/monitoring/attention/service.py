"""What needs attention, each list with the rule by which something is on it."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date
from sixclear.monitoring.attention import repository as changes
from sixclear.monitoring.attention.schemas import (
    Attention,
    AwaitingTask,
    AwaitingTasks,
    DatabaseAtRisk,
    DatabasesAtRisk,
    LateAnswer,
    LateAnswers,
    OverdueTask,
    OverdueTasks,
    ReturnedTask,
    ReturnedTasks,
    SilentTask,
    SilentTasks,
)

# A report each week, and a day's grace; working days come with the calendar.
CYCLE = timedelta(days=8)
# Once is a remark; twice means that the two sides do not agree what the result is.
RETURNS = 2


async def attention(session: AsyncSession, programme: str | None, *, now: datetime, limit: int = 20) -> Attention:
    """The six lists, each at most `limit` long, the most pressing first."""
    overdue = await changes.longest_overdue(session, programme, limit)
    returned = await changes.returned_often(session, programme, RETURNS, limit)
    silent = await changes.without_report(session, programme, now - CYCLE, limit)
    waiting = await changes.awaiting_confirmation(session, programme, limit)
    at_risk = await changes.databases_at_risk(session, limit)
    unanswered = await changes.answers_past_clock(session, programme, limit)
    return Attention(
        as_of=now,
        longest_overdue=OverdueTasks(
            rule="One-off tasks that are neither completed nor handed in and whose current deadline has passed; "
            "oldest first.",
            items=[OverdueTask(**row._mapping, days_late=_days(row.deadline, now)) for row in overdue],
        ),
        returned_twice=ReturnedTasks(
            rule="Tasks that are not completed and were returned at least twice; the most often returned first.",
            items=[ReturnedTask(**row._mapping) for row in returned],
        ),
        no_report_in_cycle=SilentTasks(
            rule=f"Open one-off tasks that are not handed in, without a report for more than {CYCLE.days} days; "
            "where there is no report yet, since their last change.",
            items=[SilentTask(**row._mapping, days_silent=_days(row.silent_since, now)) for row in silent],
        ),
        awaiting_confirmation=AwaitingTasks(
            rule="Tasks that were handed in and that another body has not confirmed; the longest waiting first.",
            items=[AwaitingTask(**row._mapping, days_waiting=_days(row.awaiting_since, now)) for row in waiting],
        ),
        answers_past_clock=LateAnswers(
            rule="Submissions without an answer after their due time; sealed ones are counted but not listed.",
            items=[LateAnswer(**row._mapping, days_late=_days(row.due_at, now)) for row in unanswered],
        ),
        databases_at_risk=DatabasesAtRisk(
            rule="Databases with a declared high risk; the least advanced first.",
            items=[DatabaseAtRisk(**row._mapping) for row in at_risk],
        ),
    )


def _days(since: datetime, now: datetime) -> int:
    """Civil days, as people count them: what was due yesterday is one day late this morning."""
    return (civil_date(now) - civil_date(since)).days
