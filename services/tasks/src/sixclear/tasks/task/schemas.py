"""Requests and answers of the tasks API."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from sixclear.common.web.instants import Day, DayOrInstant, Instant
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Code, Link, Slug, Text

Line = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
Reference = Annotated[
    str, Field(description="An `organisation_id` or any of the organisation's codes.", min_length=1, max_length=80)
]
# What fills an optional field from a table sends an empty cell as "".
OptionalReference = Annotated[Reference | None, BeforeValidator(lambda given: None if given == "" else given)]
Level = Literal["central", "province", "commune", "department"]
AssigningLevel = Literal["central", "province", "commune"]
TaskStatus = Literal[
    "draft", "proposed", "assigned", "in_progress", "submitted", "returned", "completed", "paused", "cancelled"
]
Bucket = Literal["completed", "in_term", "overdue", "recurring"]


Deadline = Annotated[
    DayOrInstant,
    Field(description="A date (17:00 that day, Asia/Ho_Chi_Minh) or an instant with its offset."),
]
OccurredAt = Annotated[
    Instant | None,
    Field(description="When it became true, for facts of the past; needs the scope `facts:past`. Default: now."),
]


class OrganisationBrief(Schema):
    """An organisation as other answers name it."""

    organisation_id: UUID
    code: str
    name_vi: str
    name_en: str | None


class OrganisationPeriodView(Schema):
    """What an organisation was called, from when to when, and by which decision."""

    name_vi: str
    type: str
    valid_from: date
    valid_to: date | None
    legal_basis: str


class OrganisationView(OrganisationBrief):
    """An organisation."""

    codes: list[str]
    level: Level
    type: str
    parent_id: UUID | None
    valid_from: date
    valid_to: date | None


class OrganisationDetail(OrganisationView):
    """An organisation with its dated names."""

    periods: list[OrganisationPeriodView]


class ProgrammeEntry(Schema):
    """A programme to open or to describe anew."""

    slug: Slug
    name_vi: Line
    name_en: Line
    resolution: Line
    source_vi: Text | None = None
    source_en: Text | None = None
    owner: Reference
    six_clears_enforced: bool = True
    demonstration: bool = False
    occurred_at: OccurredAt = None


class ProgrammeView(Schema):
    """A programme."""

    programme_id: UUID
    slug: str
    name_vi: str
    name_en: str
    resolution: str
    source_vi: str | None
    source_en: str | None
    owner: OrganisationBrief
    six_clears_enforced: bool
    demonstration: bool
    version: int


class DirectiveEntry(Schema):
    """A document that gives tasks."""

    programme: Slug
    number: Line
    issued_on: Day
    issuer: Reference
    title: Line
    occurred_at: OccurredAt = None


class DirectiveView(Schema):
    """A document that gives tasks."""

    directive_id: UUID
    programme: str
    number: str
    issued_on: date
    issuer: OrganisationBrief
    title: str
    version: int


class Position(Schema):
    """A position: never a person's name."""

    title: Line
    organisation: Reference


class PositionView(Schema):
    """A position."""

    position_id: UUID
    title: str
    organisation_id: UUID


class TaskProposal(Schema):
    """A task to propose, or to describe anew: one that your own `source` and `external_id` name, or `task_id`."""

    task_id: UUID | None = Field(
        default=None, description="A known task to describe anew, whoever proposed it; it keeps its own key."
    )
    programme: Slug
    title: Line
    code: Code | None = None
    description: Text | None = None
    directive_id: UUID | None = None
    clause: Line | None = None
    source: Code | None = Field(
        default=None, description="Your system's name; with `external_id` the key of your organisation."
    )
    external_id: Code | None = None
    classification: Literal["public", "restricted"] = "public"
    kind: Literal["one_off", "recurring"] = "one_off"
    recurrence: Annotated[str, StringConstraints(max_length=300)] | None = Field(
        default=None, description="RFC 5545 rule of a recurring task, for example FREQ=MONTHLY;BYMONTHDAY=22."
    )
    assigned_by: AssigningLevel
    assigning_organisation: Reference
    lead_organisation: OptionalReference = None
    coordinating_organisations: list[Reference] = Field(default_factory=list, max_length=50)
    leader_position: Position | None = None
    responsible_position: Position | None = None
    product: Line | None = None
    authority: Line | None = None
    deadline: Deadline | None = None
    demonstration: bool = False
    assign: bool = Field(default=False, description="Assign at once when the task is six-clear.")
    occurred_at: OccurredAt = None


class PeriodView(Schema):
    """The current period of a recurring task."""

    due_at: datetime
    previous_due_at: datetime | None
    reported: bool


class TaskSummary(Schema):
    """A task as lists show it."""

    task_id: UUID
    code: str
    title: str
    programme: str
    status: TaskStatus
    kind: Literal["one_off", "recurring"]
    bucket: Bucket | None = Field(description="Derived at the time of the answer; null while it is not counted.")
    assigned_by: AssigningLevel
    lead_organisation: OrganisationBrief | None
    percent: int
    original_deadline: datetime | None
    current_deadline: datetime | None
    last_report_at: datetime | None
    completed_at: datetime | None
    demonstration: bool
    version: int


class TaskView(TaskSummary):
    """A task with all that is public about it."""

    description: str | None
    programme_id: UUID
    directive: DirectiveView | None
    clause: str | None
    source: str | None
    external_id: str | None
    classification: Literal["public", "restricted"]
    recurrence: str | None
    current_period: PeriodView | None
    assigning_organisation: OrganisationBrief
    coordinating_organisations: list[OrganisationBrief]
    leader_position: PositionView | None
    responsible_position: PositionView | None
    product: str | None
    authority: str | None
    missing_clears: list[str]
    assigned_at: datetime | None
    reports_count: int
    evidence_count: int
    submitted_at: datetime | None
    completed_by: OrganisationBrief | None
    occurred_at: datetime
    recorded_at: datetime


class Step(Schema):
    """A step that needs nothing but a time."""

    occurred_at: OccurredAt = None


class ProgressEntry(Schema):
    """A progress report."""

    percent: Annotated[int, Field(ge=0, le=100, strict=True)] | None = None
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
    source: Code | None = None
    external_id: Code | None = None
    assigning_organisation: OptionalReference = None


class ItemProblem(Schema):
    """Why one item was refused."""

    code: str
    detail: str
    pointer: str | None = None


class BulkItemResult(Schema):
    """What became of one item; `index` counts from 0."""

    index: int
    outcome: Literal["reported", "unchanged", "rejected"]
    task_id: UUID | None = None
    version: int | None = None
    problem: ItemProblem | None = None


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
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None


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


class ReturnEntry(Schema):
    """Why a submission goes back."""

    reason: Text
    occurred_at: OccurredAt = None


class ExtensionEntry(Schema):
    """A decision that moves the current deadline."""

    deadline: Deadline
    reason: Text
    occurred_at: OccurredAt = None


class HistoryEntry(Schema):
    """One change of a task: what, when it became true, when it was learnt, by which organisation."""

    version: int
    change: str
    occurred_at: datetime
    recorded_at: datetime
    organisation: OrganisationBrief | None
    status: str
    percent: int
    current_deadline: datetime | None
