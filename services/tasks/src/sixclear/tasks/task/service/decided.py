"""What a description of an assigned task cannot change: it was decided, and a decision changes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sixclear.tasks.task import lifecycle
from sixclear.tasks.task.errors import DeadlineNeedsDecision, FieldNeedsDecision
from sixclear.tasks.task.models import Task, state_of

# What stays with a decided column: neither means anything without it.
_BESIDE = {"kind": ("recurrence", "current_deadline"), "programme_id": ("directive_id",)}


@dataclass(frozen=True, slots=True)
class Undecided:
    """A field of a description that differs from what was decided; `code` is that of the refusal it would get."""

    field: str
    code: str
    detail: str

    def as_error(self) -> dict[str, str]:
        """As an entry of a problem's `errors`."""
        return {"pointer": f"#/{self.field}", "code": self.code, "detail": self.detail}


def moves_deadline(task: Task, fields: Mapping[str, Any]) -> bool:
    """Whether the description names another deadline than the original and the current one; none runs in a pause."""
    if task.paused_since is not None:
        return False
    return fields["current_deadline"] not in (task.original_deadline, task.current_deadline)


def without_decisions(task: Task, fields: Mapping[str, Any]) -> tuple[dict[str, Any], Sequence[Undecided]]:
    """The columns that stay as they were decided, and the fields that say otherwise."""
    changed = [name for name, value in fields.items() if hasattr(task, name) and getattr(task, name) != value]
    decided = lifecycle.decided_fields(state_of(task), changed)
    undecided = [
        Undecided(name, FieldNeedsDecision.code, "It differs from what was assigned: ask for a decision on the task.")
        for name in decided.values()
    ]
    kept = [beside for column in decided for beside in (column, *_BESIDE.get(column, ()))]
    if moves_deadline(task, fields) and "current_deadline" not in kept:
        undecided.append(Undecided("deadline", DeadlineNeedsDecision.code, "An extension moves the deadline."))
        kept.append("current_deadline")
    return {column: getattr(task, column) for column in kept}, undecided
