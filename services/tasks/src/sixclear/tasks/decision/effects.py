"""What each kind of decision does to its task. Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.change import Change, TransitionNotAllowed, allow
from sixclear.tasks.decision.errors import DecisionValueWrong
from sixclear.tasks.task import lifecycle as tasks
from sixclear.tasks.task.lifecycle import OPEN_STATUSES, TaskState

_ALLOWED_FROM = {
    "paused": {"assigned", "in_progress", "returned"},
    "resumed": {"paused"},
    "transferred": {"assigned", "in_progress", "returned", "paused"},
    "regrouped": {*OPEN_STATUSES, "completed"},
    "reopened": {"completed"},
}
# Which part of a value each kind has. A recurring task has a rule, not a deadline with which it is resumed.
_VALUES = {
    "extension": "deadline",
    "transfer": "organisation",
    "pause": None,
    "resume": "deadline",
    "cancellation": None,
    "split": "replaced_by",
    "merger": "replaced_by",
    "regrouping": "work_group",
    "reopening": None,
}


@dataclass(frozen=True, slots=True)
class Value:
    """What a decision is about; the names are those of requests."""

    deadline: datetime | None = None
    organisation: UUID | None = None
    work_group: str | None = None
    # In the order of the request: what a split or merged task becomes.
    replaced_by: tuple[UUID, ...] | None = None


def check_value(kind: str, task_kind: str, value: Value) -> None:
    """Raises DecisionValueWrong for a value that the kind needs and has not, or has and knows no use for."""
    needed = None if (kind, task_kind) == ("resume", "recurring") else _VALUES[kind]
    for field in Value.__dataclass_fields__:
        given = getattr(value, field) is not None
        if given != (field == needed):
            word = "Leave it out" if given else "Give it"
            raise DecisionValueWrong(
                f"A decision of the kind {kind} {'has no' if given else 'needs a'} {field}.",
                errors=[{"pointer": f"#/{field}", "code": "decision-value", "detail": f"{word} with this kind."}],
            )
    least = {"split": 2, "merger": 1}.get(kind, 0)
    if len(set(value.replaced_by or ())) < least or (kind == "merger" and len(value.replaced_by or ()) > 1):
        raise DecisionValueWrong(
            "A split names at least two other tasks, a merger one.",
            errors=[{"pointer": "#/replaced_by", "code": "decision-value", "detail": "Name as many tasks."}],
        )


def original_deadline(kind: str, source: datetime | None, own: datetime | None) -> datetime | None:
    """The original deadline of what replaces a task: a part inherits it, a merged task has the earliest one.

    So what was overdue stays late against it. A part of a recurring task, which has none, keeps its own.
    """
    if kind == "split" and source is not None:
        return source
    return min((one for one in (source, own) if one is not None), default=None)


def check_no_value(value: Value) -> None:
    """Raises DecisionValueWrong for a value beside an answer that takes what was asked."""
    for field in Value.__dataclass_fields__:
        if getattr(value, field) is not None:
            raise DecisionValueWrong(
                "Only what is granted otherwise has a value.",
                errors=[{"pointer": f"#/{field}", "code": "decision-value", "detail": "Leave it out."}],
            )


def effect(kind: str, task: TaskState, value: Value, occurred_at: datetime, reported_percent: int = 0) -> Change:
    """What the decision does to its task when it is granted with this value, or accepted.

    Raises TransitionNotAllowed where the task's state does not allow it, DecisionValueWrong for a deadline that is
    earlier than the current one. `reported_percent` is that of the last report.
    """
    match kind:
        case "extension":
            return _extend(task, value)
        case "pause":
            return _pause(task, occurred_at)
        case "resume":
            return _resume(task, value.deadline)
        case "transfer":
            return transfer(task, value, None, occurred_at)
        case "regrouping":
            return _regroup(task, value.work_group)
        case "split" | "merger":
            ended = tasks.cancel(task, occurred_at)
            return Change(ended.name, {**ended.fields, "replaced_by": list(value.replaced_by or ())})
        case "reopening":
            return _reopen(task, reported_percent, occurred_at)
        case _:
            return tasks.cancel(task, occurred_at)


def former(task: TaskState, kind: str, work_group: str | None) -> Value:
    """What holds before the decision, of what its kind changes."""
    match kind:
        case "extension" | "pause":
            return Value(deadline=task.current_deadline)
        case "transfer":
            return Value(organisation=task.lead_organisation_id)
        case "regrouping":
            return Value(work_group=work_group)
        case _:
            return Value()


def transfer(task: TaskState, value: Value, position: Mapping[str, Any] | None, occurred_at: datetime) -> Change:
    """Give the task to another lead body, which accepts it with that, with the position there that is responsible."""
    _allow(task, "transferred")
    lead = value.organisation
    if lead == task.lead_organisation_id:
        raise DecisionValueWrong(
            "This body leads the task already.",
            errors=[{"pointer": "#/organisation", "code": "leads-already", "detail": "Name another body."}],
        )
    others = [one for one in task.coordinating_organisation_ids if one != lead]
    return Change(
        "transferred",
        {
            "lead_organisation_id": lead,
            "coordinating_organisation_ids": others,
            "responsible_position": position,
            "accepted_at": occurred_at,
            "accept_by": None,
            "objected_at": None,
        },
    )


def succeed(task: TaskState, former: UUID, successor: UUID) -> dict[str, Any]:
    """The columns in which a body that has ended stands, with its successor in its place."""
    fields: dict[str, Any] = {}
    for name in ("assigning_organisation_id", "lead_organisation_id"):
        if getattr(task, name) == former:
            fields[name] = successor
    lead = fields.get("lead_organisation_id", task.lead_organisation_id)
    others = [successor if one == former else one for one in task.coordinating_organisation_ids]
    coordinating = sorted({one for one in others if one != lead})
    if former in task.coordinating_organisation_ids or lead in task.coordinating_organisation_ids:
        fields["coordinating_organisation_ids"] = coordinating
    return fields


def check_later(task: TaskState, kind: str, value: Value) -> None:
    """Raises DecisionValueWrong for an extension to the deadline that the task has."""
    if kind == "extension" and value.deadline == task.current_deadline:
        raise _not_later()


def _extend(task: TaskState, value: Value) -> Change:
    assert value.deadline is not None, "checked"
    change = tasks.extend(task, value.deadline)
    if task.current_deadline is not None and value.deadline < task.current_deadline:
        raise _not_later()
    return change


def _not_later() -> DecisionValueWrong:
    return DecisionValueWrong(
        "An extension moves the deadline to a later time.",
        errors=[{"pointer": "#/deadline", "code": "not-later", "detail": "Give a time after the current deadline."}],
    )


def _pause(task: TaskState, occurred_at: datetime) -> Change:
    """Stop the clock: the deadline ends with the pause, so that none is crossed.

    An overdue task keeps its deadline, and stays overdue.
    """
    _allow(task, "paused")
    overdue = task.current_deadline is not None and task.current_deadline < occurred_at
    stopped = {"status": "paused", "paused_since": occurred_at, "status_before_pause": task.status}
    return Change("paused", stopped if overdue else stopped | {"current_deadline": None})


def _resume(task: TaskState, deadline: datetime | None) -> Change:
    """Go on as before the pause, with the deadline that now holds."""
    _allow(task, "resumed")
    status = task.status_before_pause or "in_progress"
    held = {"status": status, "paused_since": None, "status_before_pause": None}
    return Change("resumed", held | {"current_deadline": deadline})


def _regroup(task: TaskState, work_group: str | None) -> Change:
    """Put the task into another group of work of its programme; what was said of it before stays."""
    _allow(task, "regrouped")
    return Change("regrouped", {"work_group": work_group})


def _reopen(task: TaskState, reported_percent: int, occurred_at: datetime) -> Change:
    """Take back a confirmation that was found wrong, from now on: the result is asked for once more."""
    _allow(task, "reopened")
    if task.kind == "recurring":
        raise TransitionNotAllowed("A recurring task is never confirmed as a whole.")
    again = {"status": "returned", "submitted_at": None, "returned_at": occurred_at, "percent": reported_percent}
    return Change("reopened", again | {"completed_at": None, "completed_by_organisation_id": None})


def _allow(task: TaskState, step: str) -> None:
    allow("The task", task.status, step, _ALLOWED_FROM)
