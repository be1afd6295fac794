"""How a task stands to its deadline, as the full peer answers it."""

from datetime import datetime, timedelta, timezone

from pydantic import BaseModel
from tests.benchmarks.peers.full_models import Task

OPEN = ("assigned", "in_progress", "submitted", "returned", "paused")
HANOI = timezone(timedelta(hours=7))


class TimingView(BaseModel):
    standing: str | None
    original: str | None
    waits_since: datetime | None


def timing(task: Task, now: datetime) -> TimingView | None:
    """Of a task on which a body has just reported, and so works."""
    if task.kind == "recurring":
        return None
    if task.current_deadline is None:
        return TimingView(standing="on_track", original=None, waits_since=None)
    due, today = (at.astimezone(HANOI).date() for at in (task.current_deadline, now))
    left = (due - today).days
    slips = task.expected_on is not None and (task.expected_on - due).days >= 5
    standing = "due_soon" if left <= 7 else "on_track"
    if slips or (left <= 5 and task.percent < 80):
        standing = "at_risk"
    if task.current_deadline < now:
        standing = "overdue"
    return TimingView(standing=standing, original=None, waits_since=None)


def bucket(task: Task, now: datetime) -> str | None:
    if task.status != "completed" and task.status not in OPEN:
        return None
    if task.kind == "recurring" or task.status == "completed":
        return "recurring" if task.kind == "recurring" else "completed"
    late = task.current_deadline is not None and task.current_deadline < now
    return "overdue" if late else "in_term"


def days_late(task: Task, now: datetime) -> int | None:
    if bucket(task, now) != "overdue" or task.current_deadline is None:
        return None
    due, today = (at.astimezone(HANOI).date() for at in (task.current_deadline, now))
    return (today - due).days
