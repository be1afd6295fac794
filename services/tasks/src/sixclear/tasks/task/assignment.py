"""Whether a lead body accepts what it was given: by saying so, or by its silence. Pure: no database, no clock.

A task without `accept_by` needs no answer: it was given before there was one, by the lead body to itself, or by a
transfer that the body accepted.
"""

from dataclasses import dataclass
from datetime import datetime

from sixclear.common.change import TransitionNotAllowed
from sixclear.tasks.task.lifecycle import OPEN_STATUSES, TaskState


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where the assignment of a task stands; `accept_by` is None where no answer was asked for."""

    state: str
    since: datetime
    accept_by: datetime | None


def assignment_of(task: TaskState, now: datetime) -> Assignment | None:
    """`waiting`, `accepted` or `objected`; None for a task that no body has. The end of the time is the acceptance."""
    if task.assigned_at is None or task.status not in (*OPEN_STATUSES, "completed"):
        return None
    until = task.accept_by
    if task.accepted_at is not None:
        return Assignment("accepted", task.accepted_at, until)
    if task.objected_at is not None:
        return Assignment("objected", task.objected_at, until)
    if until is None:
        return Assignment("accepted", task.assigned_at, None)
    return Assignment("waiting", task.assigned_at, until) if now <= until else Assignment("accepted", until, until)


def check_waits(task: TaskState, at: datetime) -> None:
    """Raises TransitionNotAllowed where no answer of the lead body is waited for at this instant."""
    found = assignment_of(task, at)
    if found is None:
        raise TransitionNotAllowed(f"This task is {task.status}: no body has been given it.")
    if found.state == "objected":
        raise TransitionNotAllowed("Your organisation has objected to the assignment: withdraw that first.")
    if found.state == "accepted":
        raise TransitionNotAllowed("The assignment is accepted: ask for a decision without an objection.")
