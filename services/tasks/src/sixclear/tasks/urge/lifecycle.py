"""The life of an urge, and what time makes of a ladder. Pure: no database, no clock.

A rung is sent once for a task and a deadline. Where several are due, only the highest is sent; the others are skipped.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.change import Change, TransitionNotAllowed, allow
from sixclear.tasks.programme.ladder import REMINDED, Ladder, Rung
from sixclear.tasks.task.lifecycle import OPEN_STATUSES, WORKED_ON, TaskState

_ALLOWED_FROM = {"answered": {"open"}, "lapsed": {"open"}}
# In these statuses a task is over.
OVER = frozenset({"completed", "cancelled"})
# By these a deadline begins to run, runs on or stops.
MOVES_LADDER = frozenset(
    {"assigned", "extended", "paused", "resumed", "submitted", "returned", "completed", "reopened", "cancelled"}
)


@dataclass(frozen=True, slots=True)
class UrgeState:
    """What the rules read of an urge."""

    kind: str
    state: str
    text: str | None
    answer: str | None
    answered_by_organisation_id: UUID | None


@dataclass(frozen=True, slots=True)
class Due:
    """A rung, and from when on it is to be sent."""

    rung: Rung
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Climbed:
    """What time has made of a ladder: what is sent now, what is skipped, how far it was told, when to look again."""

    sent: Due | None
    skipped: Sequence[Due]
    told_to: datetime
    next_at: datetime | None


def runs(task: TaskState) -> bool:
    """Whether a ladder runs for the task: its body works on it, and a deadline runs. A report does not end it."""
    return task.kind == "one_off" and task.status in WORKED_ON and task.current_deadline is not None


def climb(ladder: Ladder, deadline: datetime, told_to: datetime, now: datetime, known: Collection[str] = ()) -> Climbed:
    """What is to be sent of a ladder up to `now`.

    `told_to` is the instant up to which its rungs were told for this deadline, or at which the deadline was given: a
    rung that was due by then is not sent. Nor is one of a rule in `known`, told or skipped for this deadline before: it
    is due again where sending begins later since, or its day became a day off. Outside of its hours nothing is sent.
    """
    rungs = [rung for rung in ladder.rungs if rung.rule not in known]
    open_ = [Due(rung, due_at) for rung in rungs if (due_at := ladder.due_at(rung, deadline)) > told_to]
    due = [one for one in open_ if one.due_at <= now]
    if due and not ladder.sends_at(now):
        return Climbed(None, (), told_to, ladder.next_sending(now))
    if due:
        told_to = due[-1].due_at
    to_come = [one.due_at for one in open_ if one.due_at > told_to]
    return Climbed(due[-1] if due else None, due[:-1], told_to, min(to_come, default=None))


def change_of(rung: Rung) -> str:
    """The change by which a rung is sent: to the doer it reminds, to others it escalates."""
    return "reminded" if rung.to == REMINDED else "escalated"


def check_urgeable(task: TaskState, kind: str) -> None:
    """Raises TransitionNotAllowed where no body works on the task: a remark also holds while it waits or is paused."""
    if task.status not in (WORKED_ON if kind == "urging" else OPEN_STATUSES):
        raise TransitionNotAllowed(f"The task is {task.status}: no answer of the body that does it is waited for.")


def is_repetition(newest: UrgeState | None, kind: str, text: str) -> bool:
    """Whether a body says again what it said last of the task, and nothing was answered to it."""
    return newest is not None and (newest.state, newest.kind, newest.text) == ("open", kind, text)


def is_answered_so(urge: UrgeState, organisation_id: UUID, text: str) -> bool:
    """Whether the same body answered the same before."""
    return (urge.answered_by_organisation_id, urge.answer) == (organisation_id, text)


def answer(urge: UrgeState, organisation_id: UUID, text: str, occurred_at: datetime) -> Change:
    """Answer an urge; raises TransitionNotAllowed for one that wants no answer, or has one."""
    allow("The urge", urge.state, "answered", _ALLOWED_FROM)
    said = {"answer": text, "answered_by_organisation_id": organisation_id, "answered_at": occurred_at}
    return Change("answered", {"state": "answered", **said})


def ends(task_status: str, changed: Mapping[str, Any]) -> bool:
    """Whether a change of a task, whose status is this one now, ended it."""
    return "status" in changed and task_status in OVER


def lapse(urge: UrgeState) -> Change:
    """Close what was not answered when its task ended."""
    allow("The urge", urge.state, "lapsed", _ALLOWED_FROM)
    return Change("lapsed", {"state": "lapsed"})
