"""The life of a decision. Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sixclear.common.calendar import calendar
from sixclear.common.change import Change, TransitionNotAllowed, allow
from sixclear.common.clock import civil_date, close_of_day
from sixclear.tasks.decision.effects import Value
from sixclear.tasks.decision.errors import DecisionReasonMissing
from sixclear.tasks.task.lifecycle import TaskState

_ALLOWED_FROM = {
    "granted": {"asked"},
    "refused": {"asked"},
    "taken_back": {"asked"},
    "accepted": {"granted", "granted_otherwise"},
    "declined": {"granted", "granted_otherwise"},
}
# What a completed task can still take.
_OF_COMPLETED = frozenset({"regrouping", "reopening"})
# The body that receives the task has the last word.
NEED_ACCEPTANCE = frozenset({"transfer"})


@dataclass(frozen=True, slots=True)
class DecisionState:
    """What the rules read of a decision."""

    kind: str
    state: str
    proposed: Value


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


def lapse() -> Change:
    """Close what its task's end leaves without an object."""
    return Change("lapsed", {"state": "lapsed"})


def lapses(kind: str, task_status: str) -> bool:
    """Whether an open request ends with its task: all of a cancelled one, of a completed one what it cannot take."""
    return task_status == "cancelled" or (task_status == "completed" and kind not in _OF_COMPLETED)


def is_open(kind: str, state: str) -> bool:
    """Whether somebody has still to decide, or to accept."""
    return state == "asked" or (kind in NEED_ACCEPTANCE and state in _ALLOWED_FROM["accepted"])


def accept(decision: DecisionState) -> Change:
    """Take over what was granted."""
    _allow_receiver(decision, "accepted")
    return Change("accepted", {"state": "accepted"})


def succeed(by: UUID, occurred_at: datetime) -> Change:
    """The transfer to the successor of a body that has ended: asked, granted and accepted in one act."""
    return Change("accepted", _decided("accepted", by, None, occurred_at))


def decline(decision: DecisionState, reason: str) -> Change:
    """Do not take over what was granted, with the reason."""
    _allow_receiver(decision, "declined")
    return Change("declined", {"state": "declined", "decision_reason": reason})


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


def _allow_receiver(decision: DecisionState, step: str) -> None:
    if decision.kind not in NEED_ACCEPTANCE:
        raise TransitionNotAllowed("Only a transfer is accepted or declined; what else is granted holds at once.")
    _allow(decision, step)


def _allow(decision: DecisionState, step: str) -> None:
    allow("The decision", decision.state, step, _ALLOWED_FROM)
