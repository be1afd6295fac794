"""The life of a decision, and what each kind does to its task. Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sixclear.common.calendar import calendar
from sixclear.common.change import Change, TransitionNotAllowed, allow
from sixclear.common.clock import civil_date, close_of_day
from sixclear.tasks.decision.errors import DecisionReasonMissing, DecisionValueWrong
from sixclear.tasks.task import lifecycle as tasks
from sixclear.tasks.task.lifecycle import TaskState

_ALLOWED_FROM = {"granted": {"asked"}, "refused": {"asked"}, "taken_back": {"asked"}}
# Which part of a value each kind has.
_VALUES = {"extension": "deadline", "cancellation": None}


@dataclass(frozen=True, slots=True)
class Value:
    """What a decision is about."""

    deadline: datetime | None = None


@dataclass(frozen=True, slots=True)
class DecisionState:
    """What the rules read of a decision."""

    kind: str
    state: str
    proposed: Value


def check_value(kind: str, value: Value) -> None:
    """Raises DecisionValueWrong for a value that the kind needs and has not, or has and knows no use for."""
    needed = _VALUES[kind]
    for field in Value.__dataclass_fields__:
        given = getattr(value, field) is not None
        if given != (field == needed):
            word = "Leave it out" if given else "Give it"
            raise DecisionValueWrong(
                f"A decision of the kind {kind} {'has no' if given else 'needs a'} {field}.",
                errors=[{"pointer": f"#/{field}", "code": "decision-value", "detail": f"{word} with this kind."}],
            )


def effect(kind: str, task: TaskState, value: Value, occurred_at: datetime) -> Change:
    """What the decision does to its task when it is granted with this value.

    Raises TransitionNotAllowed where the task's state does not allow it, DecisionValueWrong for a deadline that is
    earlier than the current one.
    """
    if kind == "cancellation":
        return tasks.cancel(task, occurred_at)
    assert value.deadline is not None, "checked"
    change = tasks.extend(task, value.deadline)
    if task.current_deadline is not None and value.deadline < task.current_deadline:
        raise _not_later()
    return change


def check_later(task: TaskState, value: Value) -> None:
    """Raises DecisionValueWrong for a request for the deadline that the task has."""
    if value.deadline is not None and value.deadline == task.current_deadline:
        raise _not_later()


def _not_later() -> DecisionValueWrong:
    return DecisionValueWrong(
        "An extension moves the deadline to a later time.",
        errors=[{"pointer": "#/deadline", "code": "not-later", "detail": "Give a time after the current deadline."}],
    )


def former(task: TaskState, kind: str) -> Value:
    """What holds before the decision, of what its kind changes."""
    return Value(deadline=task.current_deadline if kind == "extension" else None)


def decide_by(asked_at: datetime, working_days: int) -> datetime:
    """Until when a request is to be decided: the close of the working day with this number after it."""
    return close_of_day(calendar().after(civil_date(asked_at), working_days))


def is_late(kind: str, deadline: datetime | None, asked_at: datetime, notice_days: int) -> bool:
    """Whether an extension is asked for after the deadline, or with less notice than so many days."""
    return kind == "extension" and deadline is not None and asked_at > deadline - timedelta(days=notice_days)


def grant(decision: DecisionState, value: Value, reason: str | None, by: UUID, occurred_at: datetime) -> Change:
    """Grant it with a value; another value than the proposed one needs a reason."""
    _allow(decision, "granted")
    state = "granted" if value == decision.proposed else "granted_otherwise"
    if state == "granted_otherwise" and reason is None:
        raise DecisionReasonMissing("Say why it is granted otherwise than it was asked.")
    return Change("granted", _decided(state, by, reason, occurred_at))


def refuse(decision: DecisionState, reason: str | None, by: UUID, occurred_at: datetime) -> Change:
    """Refuse it, with the reason."""
    _allow(decision, "refused")
    if reason is None:
        raise DecisionReasonMissing("Say why it is refused.")
    return Change("refused", _decided("refused", by, reason, occurred_at))


def take_back(decision: DecisionState) -> Change:
    """Take the request back."""
    _allow(decision, "taken_back")
    return Change("taken_back", {"state": "withdrawn"})


def check_askable(task: TaskState) -> None:
    """Raises TransitionNotAllowed for a task that no body was given, or that is over."""
    if task.assigned_at is None:
        raise TransitionNotAllowed("This task is only proposed: its description can be changed.")


def _decided(state: str, by: UUID, reason: str | None, occurred_at: datetime) -> Mapping[str, Any]:
    return {
        "state": state,
        "decided_by_organisation_id": by,
        "decided_at": occurred_at,
        "decision_reason": reason,
    }


def _allow(decision: DecisionState, step: str) -> None:
    allow("The decision", decision.state, step, _ALLOWED_FROM)
