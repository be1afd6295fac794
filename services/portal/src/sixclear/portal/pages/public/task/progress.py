"""The progress of a task as a line: reports as points against an even pace to the deadline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sixclear.portal.upstream.tasks import HistoryEntry, Report, Task


@dataclass(frozen=True, slots=True)
class ReportPoint:
    """A report at its place, in percent of the chart."""

    x: str
    y: str
    percent: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ProgressChart:
    """Points in order of time; the pace runs from the lower corner to `deadline_x`, where 100 % is due."""

    points: tuple[ReportPoint, ...]
    first: datetime
    last: datetime
    deadline: datetime | None
    deadline_x: str | None


def draw(
    task: Task,
    reports: Sequence[Report],
    history: Sequence[HistoryEntry],
    now: datetime,
) -> ProgressChart | None:
    """The chart of a task's reports, or None when no report has a percentage."""
    said = sorted((r for r in reports if r.percent is not None), key=lambda report: report.occurred_at)
    if not said:
        return None
    first = min([entry.occurred_at for entry in history] + [said[0].occurred_at])
    ends = [said[-1].occurred_at, first + timedelta(days=1)]
    if task.current_deadline:
        ends.append(task.current_deadline)
    if task.completed_at is None:
        ends.append(now)
    last = max(ends)

    def place(at: datetime) -> float:
        return 96 * (at - first) / (last - first) + 2

    def text(value: float) -> str:
        return f"{value:.2f}%"

    points = tuple(
        ReportPoint(
            text(place(r.occurred_at)),
            text(100 - (r.percent or 0)),
            r.percent or 0,
            r.occurred_at,
        )
        for r in said
    )
    due = place(task.current_deadline) if task.current_deadline and task.current_deadline > first else None
    return ProgressChart(
        points=points,
        first=first,
        last=last,
        deadline=task.current_deadline if due is not None else None,
        deadline_x=text(due) if due is not None else None,
    )
