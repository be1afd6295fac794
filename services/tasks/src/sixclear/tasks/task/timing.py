"""Where a task stands against its deadline: each rule once in Python and once in SQL, side by side.

What a deadline makes of work is said by `common.timing`, for every service; here is what that means for a task.
`tests/cases/task_bucket.json` says what both must answer, here and in monitoring. A bucket is recurring first, else
completed, else overdue, else in term (R4); a task that is only proposed, a draft or cancelled is in none. One that was
handed in stays in its bucket: whether it was in time is told by its submission (`task_handed_in.json`).
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from sqlalchemy import ColumnElement, Date, Integer, SQLColumnExpression, and_, case, cast, func, literal

from sixclear.common import timing
from sixclear.common.clock import CIVIL_ZONE, civil_date
from sixclear.tasks.task.lifecycle import OPEN_STATUSES, WORKED_ON, TaskState


def is_overdue(task: TaskState, now: datetime) -> bool:
    """Whether the body still works on a one-off task when its current deadline is over; at the deadline it is not."""
    late = timing.is_over(task.current_deadline, now)
    return late and task.kind == "one_off" and task.status in OPEN_STATUSES


def is_overdue_in_sql(
    status: SQLColumnExpression[str],
    kind: SQLColumnExpression[str],
    deadline: SQLColumnExpression[datetime | None],
    now: datetime,
) -> ColumnElement[bool]:
    """`is_overdue` in SQL."""
    return and_(deadline < now, kind == "one_off", status.in_(OPEN_STATUSES))


def days_late(task: TaskState, now: datetime) -> int | None:
    """Civil days (Asia/Ho_Chi_Minh) since the day of the current deadline; None for a task that is not overdue."""
    if task.current_deadline is None or not is_overdue(task, now):
        return None
    return (civil_date(now) - civil_date(task.current_deadline)).days


def handed_in_on_time(task: TaskState) -> bool | None:
    """Whether the submission that waits or was accepted came by the current deadline; None without one of the two.

    A submission that was returned does not count.
    """
    return _IN_TIME[timing.handed_in(task.submitted_at, task.current_deadline)]


_IN_TIME = {"on_time": True, "late": False, None: None}


def bucket(task: TaskState, now: datetime) -> str | None:
    """The bucket in which the task is counted at `now`; None for a task that is not counted."""
    if task.status != "completed" and task.status not in OPEN_STATUSES:
        return None
    if task.kind == "recurring":
        return "recurring"
    if task.status == "completed":
        return "completed"
    return "overdue" if is_overdue(task, now) else "in_term"


def bucket_in_sql(
    status: SQLColumnExpression[str],
    kind: SQLColumnExpression[str],
    deadline: SQLColumnExpression[datetime | None],
    now: datetime,
) -> ColumnElement[str | None]:
    """`bucket` in SQL."""
    return case(
        (status.not_in({"completed", *OPEN_STATUSES}), None),
        (kind == "recurring", "recurring"),
        (status == "completed", "completed"),
        (is_overdue_in_sql(status, kind, deadline, now), "overdue"),
        else_="in_term",
    )


def standing(task: TaskState, original_deadline: datetime | None, percent: int, now: datetime) -> timing.Timing | None:
    """How a one-off task stands to its deadlines with the percentage that a caller reads; None for one not counted."""
    state = _STATES.get(task.status)
    if state is None or task.kind == "recurring":
        return None
    work = timing.Work(state, task.current_deadline, original_deadline, task.submitted_at, percent, task.expected_on)
    return timing.timing(work, now)


_STATES: Mapping[str, Literal["open", "submitted", "paused", "completed"]] = {
    **dict.fromkeys(WORKED_ON, "open"),
    "submitted": "submitted",
    "paused": "paused",
    "completed": "completed",
}


def turned(task: TaskState, now: datetime) -> str | None:
    """A word for what time alone has made of how a one-off task can stand, whatever was reported; None: nothing."""
    if task.kind == "recurring" or task.status not in WORKED_ON:
        return "overdue" if is_overdue(task, now) else None
    return _TURNED.get(timing.timing(timing.Work("open", task.current_deadline, None), now).standing)


_TURNED: Mapping[str | None, str] = {"overdue": "overdue", "at_risk": "near", "due_soon": "soon"}


def slip_days(task: TaskState) -> int | None:
    """The slip that was last reported of a task on which a body works; None of another one."""
    return timing.slip_days(task.expected_on, task.current_deadline) if task.status in WORKED_ON else None


def slips_in_sql(
    status: SQLColumnExpression[str],
    expected_on: SQLColumnExpression[date | None],
    deadline: SQLColumnExpression[datetime | None],
    days: int,
) -> ColumnElement[bool]:
    """Whether `slip_days` is so many days or more, in SQL."""
    due_on = cast(func.timezone(CIVIL_ZONE.key, deadline), Date)
    return and_(expected_on >= due_on + literal(days, Integer), status.in_(WORKED_ON))
