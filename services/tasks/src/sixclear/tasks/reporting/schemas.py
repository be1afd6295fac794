"""Requests and answers on progress reports, evidence and results."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sixclear.common.bulk.files import OwnConditions
from sixclear.common.bulk.results import FileResult, ItemProblem, ItemResult
from sixclear.common.web.instants import Day
from sixclear.common.web.numbers import TAKES_WHOLE
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Key, Link, Sha256, Text, words_of
from sixclear.tasks.evidence.schemas import Proof
from sixclear.tasks.fields import Line, OccurredAt, OptionalReference
from sixclear.tasks.organisation.schemas import OrganisationBrief
from sixclear.tasks.task.schemas import TaskView

PeriodKey = Annotated[str, words_of(20)]


class ProgressEntry(Schema):
    """A progress report."""

    percent: Annotated[int, Field(ge=0, le=100, strict=True), TAKES_WHOLE] | None = None
    text: Text
    difficulty: Text | None = None
    cause: Text | None = None
    remedy: Text | None = None
    period: PeriodKey | None = Field(
        default=None,
        description="The key of a period of a recurring task, such as `2026-W48`, for one that was missed. Without it "
        "the report is of the period whose window holds its time.",
    )
    expected_on: Day | None = Field(
        default=None,
        description="The day on which you expect to be done. From five days after the day of the current deadline on, "
        "`remedy` says what is done about it. Left out, what you said last stays.",
    )
    occurred_at: OccurredAt = None


class BulkProgressItem(OwnConditions, ProgressEntry):
    """One line of a bulk progress request: the task by `task_id`, or by its `source` and `external_id`.

    `assigning_organisation` tells apart tasks that several bodies gave you under the same key.
    """

    task_id: UUID | None = None
    source: Key | None = None
    external_id: Key | None = None
    assigning_organisation: OptionalReference = None


Outcome = Literal["reported", "unchanged", "rejected"]


class BulkItemResult(ItemResult):
    """What became of one item; `index` counts the items from 0, blank lines are none."""

    source: str | None = Field(default=None, description="As the item names the task.")
    external_id: str | None = Field(default=None, description="As the item names the task.")
    outcome: Outcome
    task_id: UUID | None = None
    version: int | None = None
    period: str | None = Field(default=None, description="Of a recurring task: the period that the report is of.")
    missed: list[str] = Field(default_factory=list, description="Periods of it that may still be reported by key.")
    etag: str | None = Field(default=None, description="Of the task, for `If-Match` or `if_match`.")
    problem: ItemProblem | None = None

    def kept(self) -> dict[str, Any]:
        return {"task_id": str(self.task_id)}

    def refuse(self, code: str, detail: str) -> None:
        """Tell nothing of the task any more but why."""
        self.outcome, self.version, self.etag, self.period, self.missed = "rejected", None, None, None, []
        self.problem = ItemProblem(code=code, detail=detail)


class BulkResult(FileResult):
    """What became of a bulk request. With `dry_run` nothing was written."""

    outcomes = "reported", "unchanged", "rejected"
    item_result = BulkItemResult

    dry_run: bool
    reported: int
    unchanged: int
    rejected: int
    items: list[BulkItemResult]


class ReportedPeriod(Schema):
    """What a report on a recurring task was of, and what else waits to be reported."""

    key: str | None = Field(description="The period that the report is of; null for a time that is in no window.")
    missed: list[str] = Field(description="Periods that were missed, the oldest first: each takes a report by its key.")


class ReportView(TaskView):
    """The task after a report."""

    period: ReportedPeriod | None = Field(
        default=None, exclude_if=lambda value: value is None, description="Of a recurring task only."
    )


class EvidenceAnswer(TaskView):
    """The task after evidence was attached."""

    evidence_id: UUID | None = Field(
        default=None, description="The piece that was attached; after a repetition the one that was there."
    )


class ProgressView(Schema):
    """A progress report as it was said."""

    task_version: int
    period: str | None = Field(description="Of a recurring task: the key of the period that it is of.")
    organisation: OrganisationBrief | None
    percent: int
    text: str
    difficulty: str | None
    cause: str | None
    remedy: str | None
    expected_on: date | None = None
    occurred_at: datetime
    recorded_at: datetime


class EvidenceItem(Schema):
    """What proves a result: a link by `url`, a file that you sent by `file_id`, or a document by `document_id`."""

    title: Line
    url: Link | None = None
    file_id: UUID | None = Field(default=None, description="A file that your organisation sent by `POST /files`.")
    document_id: UUID | None = Field(default=None, description="A document of `/documents` that is the result.")
    sha256: Sha256 | None = Field(
        default=None, description="Of what the link leads to; a file and a document have their own."
    )
    proves: list[Proof] = Field(
        default_factory=list,
        max_length=3,
        description="Which of the three confirmations of an information system or a database it gives.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> "EvidenceItem":
        if [self.url, self.file_id, self.document_id].count(None) != 2:
            raise PydanticCustomError("url_or_file", "Give one of `url`, `file_id` and `document_id`")
        if self.url is None and self.sha256 is not None:
            raise PydanticCustomError("hash_of_file", "A file or document has its own hash: leave out `sha256`")
        return self


class EvidenceEntry(EvidenceItem):
    """What proves a result, and when it came to be."""

    period: PeriodKey | None = Field(
        default=None,
        description="Of a recurring task: the key of the period that it proves, such as `2026-W48`. Who confirms the "
        "period accepts it.",
    )
    occurred_at: OccurredAt = None


class SubmissionEntry(Schema):
    """The result, with evidence that was not attached before: a machine needs one request."""

    evidence: list[EvidenceItem] = Field(default_factory=list, max_length=20)
    occurred_at: OccurredAt = None
