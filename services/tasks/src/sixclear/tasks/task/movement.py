"""Whether a task is without movement: its body said "no change" of it once too often. Pure."""

from datetime import datetime

from sixclear.common.change import Change
from sixclear.tasks.task.lifecycle import WORKED_ON, TaskState


def is_unmoved(unmoved_at: datetime | None, last_report_at: datetime | None) -> bool:
    """Whether it was found to be without movement, and no report is of later: a report says that it moves."""
    return unmoved_at is not None and (last_report_at is None or last_report_at < unmoved_at)


def stand_still(task: TaskState, unmoved_at: datetime | None, occurred_at: datetime) -> Change | None:
    """Note that a task is without movement; None where that is known, or no body works on it."""
    if task.status not in WORKED_ON or is_unmoved(unmoved_at, task.last_report_at):
        return None
    return Change("stood_still", {"unmoved_at": occurred_at})
