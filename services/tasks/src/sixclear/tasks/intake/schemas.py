"""What became of a file of tasks."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.tasks.reporting.schemas import ItemProblem
from sixclear.tasks.task.schemas import TaskStatus

TaskOutcome = Literal["created", "updated", "unchanged", "rejected"]


class FieldProblem(Schema):
    """What is wrong with one field of an item, or what it needs."""

    pointer: str
    code: str
    detail: str


class TaskItemProblem(ItemProblem):
    """Why one item was refused; `errors` names each field that is at fault."""

    errors: list[FieldProblem] = Field(default_factory=list)


class TaskItemResult(Schema):
    """What became of one item; `index` counts the items from 0, blank lines are none."""

    index: int
    line: int | None = Field(default=None, description="Its line in the file, from 1 on; null in a JSON array.")
    source: str | None = Field(default=None, description="As the item names the task.")
    external_id: str | None = Field(default=None, description="As the item names the task.")
    outcome: TaskOutcome
    task_id: UUID | None = None
    version: int | None = None
    status: TaskStatus | None = Field(default=None, description="Of the task, after the item was taken.")
    needs_decision: list[FieldProblem] = Field(
        default_factory=list,
        description="Fields of an assigned task that the item wants otherwise than they were decided. They stay as "
        "they are, the rest of the item is taken. `code` is that of the problem which the single route answers with: "
        "`deadline-needs-decision` (extend the task), `field-needs-decision` (end the task and give a new one).",
    )
    problem: TaskItemProblem | None = None

    def refuse(self, code: str, detail: str) -> None:
        """Tell nothing of the task any more but why."""
        self.outcome, self.version, self.status, self.needs_decision = "rejected", None, None, []
        self.problem = TaskItemProblem(code=code, detail=detail)


class TaskBulkResult(Schema):
    """What became of a file of tasks. With `dry_run` nothing was written.

    `assigned` counts, among the tasks that were created or updated, those that this request assigned.
    """

    dry_run: bool
    created: int
    updated: int
    unchanged: int
    rejected: int
    assigned: int
    items: list[TaskItemResult]

    @classmethod
    def of(cls, items: list[TaskItemResult], *, dry_run: bool, assigned: int) -> "TaskBulkResult":
        """The result with how many items have which outcome."""
        outcomes = [item.outcome for item in items]
        return cls(
            dry_run=dry_run,
            created=outcomes.count("created"),
            updated=outcomes.count("updated"),
            unchanged=outcomes.count("unchanged"),
            rejected=outcomes.count("rejected"),
            assigned=assigned,
            items=items,
        )

    def counted(self) -> "TaskBulkResult":
        """The same, with the outcomes that the items have now."""
        return TaskBulkResult.of(self.items, dry_run=self.dry_run, assigned=self.assigned)
