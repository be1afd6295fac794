"""Rows of imports, and what became of them."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from sixclear.common.bulk.files import OwnConditions
from sixclear.common.bulk.results import FileResult, ItemResult
from sixclear.common.bulk.tables import CellProblem
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Key, Link, Slug, Text, words_of
from sixclear.tasks.assessment.schemas import AssessmentEntry, OwnAnswer
from sixclear.tasks.budget.schemas import AmountEntry, BudgetEntry
from sixclear.tasks.directive.schemas import DirectiveEntry
from sixclear.tasks.document.schemas import DocumentEntry
from sixclear.tasks.fields import Deadline, Line, OccurredAt
from sixclear.tasks.indicator.schemas import IndicatorEntry, TargetsEntry
from sixclear.tasks.milestone.schemas import Weight

ImportKind = Literal[
    "directives",
    "documents",
    "tasks",
    "assignments",
    "reports",
    "periods",
    "milestones",
    "results",
    "indicators",
    "targets",
    "values",
    "budgets",
    "amounts",
    "assessments",
]
Mode = Literal["each", "atomic"]
TableFormat = Literal["csv", "xlsx"]
RowOutcome = Literal["created", "updated", "unchanged", "rejected"]


class ImportRow(Schema):
    """A row: what the columns of the kind say, by their names. The template of the kind has them all."""

    model_config = ConfigDict(extra="allow")


class DirectiveRow(OwnConditions, DirectiveEntry):
    """A document that gives tasks, with its clauses."""


class DocumentRow(OwnConditions, DocumentEntry):
    """A document that was issued, or that is owed."""


class IndicatorRow(OwnConditions, IndicatorEntry):
    """An indicator of a programme."""


class TargetsRow(OwnConditions, TargetsEntry):
    """All targets of one body for an indicator."""

    indicator: Slug


class BudgetRow(OwnConditions, BudgetEntry):
    """A line of money."""


class AmountRow(OwnConditions, BudgetEntry, AmountEntry):
    """What a stage of a line of money came to as of a day; the line is opened where it is not there yet."""


class AssessmentRow(OwnConditions, AssessmentEntry):
    """A step on the assessment of a body for a period: it is opened, the body answers, or another one verifies.

    An answer opens the assessment where it is not there yet.
    """

    step: Literal["open", "answer", "verify"] = "open"
    answers: list[OwnAnswer] | None = Field(
        default=None, min_length=1, max_length=300, description="Of `answer` and `verify`; evidence is the body's own."
    )


class TaskNamed(OwnConditions):
    """A row on a task that is there: named by `task_id`, or by `source` and `external_id`."""

    task_id: UUID | None = None
    source: Key | None = None
    external_id: Key | None = None
    occurred_at: OccurredAt = None


class AssignmentRow(TaskNamed):
    """A step on the assignment of a task: the assigning body assigns it, the lead body accepts it."""

    step: Literal["assign", "accept"] = "assign"


class ResultRow(TaskNamed):
    """A step on the result of a task: the lead body hands it in with its evidence, another body confirms it."""

    step: Literal["submit", "confirm"] = "submit"
    title: Line | None = None
    url: Link | None = None


class PeriodRow(TaskNamed):
    """A decision on a period of a recurring task. `return` and `reopen` need a reason."""

    period: Annotated[str, words_of(20)]
    step: Literal["confirm", "return", "reopen"] = "confirm"
    reason: Text | None = None


class MilestoneRow(TaskNamed):
    """A milestone of a task: planned, or moved where `milestone_id` names one; to move it needs a reason."""

    milestone_id: UUID | None = None
    title: Line
    weight: Weight = 1
    deadline: Deadline
    reason: Text | None = None


class RowResult(ItemResult):
    """What became of a row; `index` counts the rows from 0, blank ones are none."""

    sheet: str | None = Field(default=None, description="The sheet of the workbook.")
    row: int | None = Field(default=None, description="Its row, as a spreadsheet program counts; null for NDJSON.")
    outcome: RowOutcome
    entity_id: UUID | None = Field(default=None, description="What the row made or changed.")
    task_id: UUID | None = Field(default=None, description="The task that the row is on.")
    etag: str | None = Field(default=None, description="Of the entity, for `if_match`.")
    problem: CellProblem | None = None

    def kept(self) -> dict[str, Any]:
        return {"entity_id": str(self.entity_id), "task_id": self.task_id and str(self.task_id)}

    def refuse(self, code: str, detail: str) -> None:
        """Tell nothing of the task any more but why."""
        self.outcome, self.entity_id, self.etag = "rejected", None, None
        self.problem = CellProblem(code=code, detail=detail)


class ImportResult(FileResult):
    """What became of an import. With `dry_run` nothing was written."""

    outcomes = "created", "updated", "unchanged", "rejected"
    item_result = RowResult

    kind: ImportKind = "tasks"
    dry_run: bool
    created: int
    updated: int
    unchanged: int
    rejected: int
    items: list[RowResult]

    @classmethod
    def of_kind(cls, kind: str, items: list[RowResult], *, dry_run: bool) -> Self:
        """The result of rows of a kind."""
        return cls.of(items, kind=kind, dry_run=dry_run)
