"""Requests and answers on progress reports, evidence and results."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.numbers import TAKES_WHOLE
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Key, Link, Sha256, Text
from sixclear.tasks.fields import Line, OccurredAt, OptionalReference
from sixclear.tasks.organisation.schemas import OrganisationBrief


class ProgressEntry(Schema):
    """A progress report."""

    percent: Annotated[int, Field(ge=0, le=100, strict=True), TAKES_WHOLE] | None = None
    text: Text
    difficulty: Text | None = None
    cause: Text | None = None
    remedy: Text | None = None
    occurred_at: OccurredAt = None


class BulkProgressItem(ProgressEntry):
    """One line of a bulk progress request: the task by `task_id`, or by its `source` and `external_id`.

    `assigning_organisation` tells apart tasks that several bodies gave you under the same key.
    """

    task_id: UUID | None = None
    source: Key | None = None
    external_id: Key | None = None
    assigning_organisation: OptionalReference = None


class ItemProblem(Schema):
    """Why one item was refused."""

    code: str
    detail: str
    pointer: str | None = None


Outcome = Literal["reported", "unchanged", "rejected"]


class BulkItemResult(Schema):
    """What became of one item; `index` counts the items from 0, blank lines are none."""

    index: int
    line: int | None = Field(default=None, description="Its line in the file, from 1 on; null in a JSON array.")
    source: str | None = Field(default=None, description="As the item names the task.")
    external_id: str | None = Field(default=None, description="As the item names the task.")
    outcome: Outcome
    task_id: UUID | None = None
    version: int | None = None
    problem: ItemProblem | None = None

    def refuse(self, code: str, detail: str) -> None:
        """Tell nothing of the task any more but why."""
        self.outcome, self.version, self.problem = "rejected", None, ItemProblem(code=code, detail=detail)


class BulkResult(Schema):
    """What became of a bulk request. With `dry_run` nothing was written."""

    dry_run: bool
    reported: int
    unchanged: int
    rejected: int
    items: list[BulkItemResult]

    @classmethod
    def of(cls, items: list[BulkItemResult], *, dry_run: bool) -> "BulkResult":
        """The result with how many items have which outcome."""
        outcomes = [item.outcome for item in items]
        return cls(
            dry_run=dry_run,
            reported=outcomes.count("reported"),
            unchanged=outcomes.count("unchanged"),
            rejected=outcomes.count("rejected"),
            items=items,
        )

    def counted(self) -> "BulkResult":
        """The same, with the outcomes that the items have now."""
        return BulkResult.of(self.items, dry_run=self.dry_run)


class ProgressView(Schema):
    """A progress report as it was said."""

    task_version: int
    organisation: OrganisationBrief | None
    percent: int
    text: str
    difficulty: str | None
    cause: str | None
    remedy: str | None
    occurred_at: datetime
    recorded_at: datetime


class EvidenceItem(Schema):
    """A link to what proves a result."""

    title: Line
    url: Link
    sha256: Sha256 | None = None


class EvidenceEntry(EvidenceItem):
    """A link to what proves a result, and when it came to be."""

    occurred_at: OccurredAt = None


class EvidenceView(Schema):
    """Evidence of a result."""

    task_version: int
    title: str
    url: str
    sha256: str | None
    organisation: OrganisationBrief | None
    occurred_at: datetime
    recorded_at: datetime


class SubmissionEntry(Schema):
    """The result, with evidence that was not attached before: a machine needs one request."""

    evidence: list[EvidenceItem] = Field(default_factory=list, max_length=20)
    occurred_at: OccurredAt = None
