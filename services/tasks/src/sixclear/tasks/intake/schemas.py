"""What became of a file of tasks."""

from collections.abc import Sequence
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field

from sixclear.common.bulk.files import OwnConditions
from sixclear.common.bulk.results import FileResult, ItemProblem, ItemResult
from sixclear.common.web.schemas import Schema
from sixclear.tasks.task.schemas import TaskProposal, TaskStatus

TaskOutcome = Literal["created", "updated", "unchanged", "rejected"]


class FieldProblem(Schema):
    """What is wrong with one field of an item, or what it needs."""

    pointer: str
    code: str
    detail: str


class TaskItemProblem(ItemProblem):
    """Why one item was refused; `errors` names each field that is at fault."""

    errors: list[FieldProblem] = Field(default_factory=list)


class TaskItem(OwnConditions, TaskProposal):
    """One line of a file of tasks: a TaskProposal, and what holds for this line alone."""


class TaskItemResult(ItemResult):
    """What became of one item; `index` counts the items from 0, blank lines are none."""

    source: str | None = Field(default=None, description="As the item names the task.")
    external_id: str | None = Field(default=None, description="As the item names the task.")
    outcome: TaskOutcome
    task_id: UUID | None = None
    version: int | None = None
    etag: str | None = Field(default=None, description="Of the task, for `If-Match` or `if_match`.")
    status: TaskStatus | None = Field(default=None, description="Of the task, after the item was taken.")
    needs_decision: list[FieldProblem] = Field(
        default_factory=list,
        description="Fields of an assigned task that the item wants otherwise than they were decided. They stay as "
        "they are, the rest of the item is taken. `code` is that of the problem which the single route answers with: "
        "`deadline-needs-decision` (extend the task), `field-needs-decision` (ask for a decision on the task).",
    )
    problem: TaskItemProblem | None = None

    def kept(self) -> dict[str, Any]:
        return {"task_id": str(self.task_id)}

    def refuse(self, code: str, detail: str) -> None:
        """Tell nothing of the task any more but why."""
        self.outcome, self.version, self.status, self.needs_decision = "rejected", None, None, []
        self.etag, self.problem = None, TaskItemProblem(code=code, detail=detail)


class TaskBulkResult(FileResult):
    """What became of a file of tasks. With `dry_run` nothing was written.

    `assigned` counts, among the tasks that were created or updated, those that this request assigned.
    """

    outcomes = "created", "updated", "unchanged", "rejected"
    item_result = TaskItemResult

    dry_run: bool
    created: int
    updated: int
    unchanged: int
    rejected: int
    assigned: int
    items: list[TaskItemResult]

    @classmethod
    def of(cls, items: Sequence[Any], *, assigned: int = 0, **told: Any) -> Self:
        """As of every file; a single item that is refused assigned nothing."""
        return super().of(items, assigned=assigned, **told)
