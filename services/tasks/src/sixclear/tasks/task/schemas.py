"""Requests and answers on tasks."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import NOT_REACHED, Schema
from sixclear.common.web.texts import Key, Slug, Text, words_of
from sixclear.tasks.directive.schemas import DirectiveView
from sixclear.tasks.fields import Deadline, Line, OccurredAt, OptionalReference, OwnValue, Reference
from sixclear.tasks.organisation.schemas import Ended, OrganisationBrief

AssigningLevel = Literal["central", "province", "commune"]
TaskStatus = Annotated[
    Literal[
        "draft", "proposed", "assigned", "in_progress", "submitted", "returned", "completed", "paused", "cancelled"
    ],
    Field(
        description="No step leads to `draft` yet; a proposal that ends becomes `cancelled`, and a task by decision "
        "(`cancelled_at`). While it is `paused` no deadline runs: `current_deadline` is null, unless it was over "
        "before.",
        json_schema_extra={NOT_REACHED: ["draft"]},
    ),
]
ProductKind = Literal["information_system", "database", "document", "service", "event", "other"]
Bucket = Literal["completed", "in_term", "overdue", "recurring"]
SlipDays = Annotated[
    int | None,
    Field(ge=-3650, le=3650, description="Of which `slip_days` is so many or more; from `5` on a remedy is stated."),
]


AssignmentState = Annotated[
    Literal["waiting", "objected"] | None,
    Field(
        description="Assignments whose lead body may still accept or object (`waiting`), or that it objected to and of "
        "which nothing was decided (`objected`)."
    ),
]


class Position(Schema):
    """A position: never a person's name."""

    title: Line
    organisation: Reference


class PositionView(Schema):
    """A position."""

    position_id: UUID
    title: str
    organisation_id: UUID


_LABEL = "A label that lists show, no key: several tasks may have the same one."


class TaskProposal(Schema):
    """A task to propose, or to describe again: one that your own `source` and `external_id` name, or `task_id`."""

    task_id: UUID | None = Field(
        default=None,
        description="A known task to describe again, also another body's proposal in your programme; it keeps its key.",
    )
    programme: Slug
    title: Line
    code: Key | None = Field(default=None, description=_LABEL)
    description: Text | None = None
    directive_id: UUID | None = None
    clause: Line | None = None
    upper_task_id: UUID | None = Field(
        default=None,
        description="The national task that it stands below: a public one. Only in a programme whose `reach` is `own`.",
    )
    upper_number: Key | None = Field(
        default=None, description="Its number in the upper plan. Only in a programme whose `reach` is `own`."
    )
    source: Key | None = Field(
        default=None, description="Your system's name; with `external_id` the key of your organisation."
    )
    external_id: Key | None = Field(
        default=None,
        description="What your system calls the task, such as `123/QĐ-UBND`. Stored as given; spellings that differ "
        "only in case, dashes, slashes, Unicode form, the kind of Đ, the number of blanks, or blanks beside `/`, `-` "
        "and `.` or between a letter and a digit are one key.",
    )
    classification: Literal["public", "restricted"] = Field(
        default="public",
        description="Restricted: shown only to the bodies concerned, and told by no event. A task that was public "
        "leaves every page and answer, but its earlier public versions stay on the event bus until an operator takes "
        "them out (`sixclear purge task/<task_id>`); readers of the bus may have them already.",
    )
    kind: Literal["one_off", "recurring"] = "one_off"
    recurrence: Annotated[str, words_of(300)] | None = Field(
        default=None,
        description="RFC 5545 rule of a recurring task, such as FREQ=MONTHLY;BYMONTHDAY=22. It must occur after the "
        "assignment.",
    )
    assigned_by: AssigningLevel
    assigning_organisation: Reference
    lead_organisation: OptionalReference = None
    coordinating_organisations: list[Reference] = Field(default_factory=list, max_length=50)
    leader_position: Position | None = None
    responsible_position: Position | None = None
    product: Line | None = None
    product_kind: ProductKind | None = Field(
        default=None,
        description="What the product is. An information system or a database is confirmed only with evidence that it "
        "runs, holds data and has real users (`proves` of evidence).",
    )
    own_fields: dict[Slug, OwnValue | None] | None = Field(
        default=None,
        max_length=50,
        description="Values of the fields that the programme adds (`own_fields` of the programme), by name. Left out, "
        "a known task keeps those that it has.",
    )
    authority: Line | None = None
    deadline: Deadline | None = None
    demonstration: bool = False
    assign: bool = Field(default=False, description="Assign in the same request when the task is six-clear.")
    occurred_at: OccurredAt = None


class PeriodView(Schema):
    """The current period of a recurring task. All of its periods are at `/tasks/{task_id}/periods`.

    `reported` says that a report came since the period before was due, whichever period it named.
    """

    due_at: datetime
    previous_due_at: datetime | None
    reported: bool


class TimingView(Schema):
    """How a one-off task stands to its deadlines at the time of the answer.

    What waits for another body or is paused stands nowhere: no body that waits is blamed.
    """

    standing: Literal["on_time", "late", "overdue", "at_risk", "due_soon", "on_track"] | None = Field(
        description="Completed: `on_time` or `late`, by the accepted submission and the current deadline. "
        "While a body works on it: `overdue`; `at_risk` with five days left or fewer and less than 80 percent done, or "
        "expected five days late or later; `due_soon` with seven days left or fewer; else `on_track`."
    )
    original: Literal["on_time", "late"] | None = Field(
        description="Of a completed one: the same by `original_deadline`."
    )
    waits_since: datetime | None = Field(description="Since when it waits for confirmation.")


class TaskSummary(Schema):
    """A task as lists show it."""

    task_id: UUID
    code: str = Field(description=_LABEL)
    title: str
    source: str | None
    external_id: str | None
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
    submitted_at: datetime | None = Field(
        description="When the result was handed in that waits for confirmation or was accepted; one that was returned "
        "does not count."
    )
    handed_in_on_time: bool | None = Field(
        description="Whether `submitted_at` lies before `current_deadline` or at it; null without one of them."
    )
    completed_at: datetime | None
    cancelled_at: datetime | None = Field(default=None, description="When a decision ended it without a result.")
    paused_since: datetime | None = Field(default=None, description="Since when a decision has stopped its clock.")
    work_group: str | None = Field(default=None, description="The group of work of its programme, by decision.")
    replaced_by: list[UUID] | None = Field(default=None, description="The tasks into which it was split or merged.")
    expected_on: date | None = Field(
        default=None, description="The day on which the body that reports expects to be done, as it said last."
    )
    slip_days: int | None = Field(
        default=None,
        description="Days from the day of `current_deadline` to `expected_on`, below zero when that is earlier; null "
        "without one of them, and for a task on which no body works.",
    )
    days_late: int | None = Field(
        default=None,
        description="Civil days (Asia/Ho_Chi_Minh) since the day of `current_deadline`; null for a task that is not "
        "overdue.",
    )
    own_fields: dict[str, str | bool | int | float] | None = Field(
        default=None, description="Values of the public fields that its programme adds, by name."
    )
    timing: TimingView | None = Field(
        default=None, description="Null for a recurring task, and for one that is not counted."
    )
    upper_number: str | None = Field(default=None, description="The number of an own task in the upper plan.")
    demonstration: bool
    version: int
    updated_at: datetime = Field(description="When its last change was recorded.")


class OpenProposal(Schema):
    """A proposal that waits for the body whose programme it is in."""

    task_id: UUID
    programme: str
    classification: Literal["public", "restricted"]
    title: str | None = Field(description="Null while it is restricted and your organisation has no part in it.")
    proposed_by: OrganisationBrief | None
    proposed_at: datetime = Field(description="When it came in.")
    version: int


class AssignmentView(Schema):
    """Whether the lead body accepts what it was given."""

    state: Literal["waiting", "accepted", "objected"] = Field(
        description="`accepted` by saying so, or by silence until `accept_by`; `objected`: the decision on its "
        "objection is open (`/decisions?objection=true`)."
    )
    since: datetime = Field(
        description="When the lead body was given it, accepted it or objected; where it came from another body by a "
        "transfer or a merger, when it became answerable."
    )
    accept_by: datetime | None = Field(description="Five working days after the assignment; null: no answer is needed.")


class ReferredOrganisation(OrganisationBrief):
    """An organisation that a value names for good: after its end it is told what took its place."""

    ended: Ended | None = Field(description="How it ended; its history stays its own.")
    successor: OrganisationBrief | None = Field(description="The organisation that took its place.")

    @classmethod
    def made(cls, body: OrganisationBrief, successor: OrganisationBrief | None) -> Self:
        """The organisation, with the one that took its place."""
        return cls(**body.model_dump(), ended=body.how_ended, successor=successor)


class TaskOrigin(Schema):
    """What a task came of: a proposal of feedback, readable at `/api/feedback/v1/proposals/{id}`."""

    id: UUID
    source: Literal["feedback"]


class TaskView(TaskSummary):
    """A task with all that is public about it."""

    description: str | None
    programme_id: UUID
    directive: DirectiveView | None
    clause: str | None
    upper_task_id: UUID | None = Field(
        default=None, description="The national task that it stands below; null while that one is not public."
    )
    classification: Literal["public", "restricted"]
    recurrence: str | None
    current_period: PeriodView | None
    months_skipped: list[int] = Field(
        default_factory=list,
        description="Months, 1 to 12, that the rule passes over, in some years or in all, because they lack its day, "
        "as with BYMONTHDAY=31 or BYDAY=5FR; BYMONTHDAY=-1 is the last day of every month.",
    )
    assigning_organisation: OrganisationBrief
    coordinating_organisations: list[OrganisationBrief]
    leader_position: PositionView | None
    responsible_position: PositionView | None
    product: str | None
    product_kind: ProductKind | None
    inside_fields: dict[str, str | bool | int | float] | None = Field(
        default=None, description="Values of the other fields that its programme adds: only for the bodies concerned."
    )
    own_field_organisations: dict[str, ReferredOrganisation] | None = Field(
        default=None,
        description="The organisations that references among `own_fields` and `inside_fields` name, by the name of the "
        "field. One that was merged or closed stays, with its successor.",
    )
    authority: str | None
    missing_clears: list[str]
    assigned_at: datetime | None
    assignment: AssignmentView | None = Field(
        default=None, description="Whether the lead body accepts the task; null where none was given it."
    )
    reports_count: int
    evidence_count: int
    confirming_organisation: OrganisationBrief | None = Field(
        description="The body whose confirmation is asked for: the assigning body, or the owner of the programme where "
        "the assigning body does the task itself. Null for a recurring task, which is never handed in."
    )
    completed_by: OrganisationBrief | None
    origin: TaskOrigin | None = Field(default=None, description="The accepted idea that it came of.")
    occurred_at: datetime
    recorded_at: datetime


class Step(Schema):
    """A step that needs nothing but a time."""

    occurred_at: OccurredAt = None


class ReturnEntry(Schema):
    """Why a submission goes back."""

    reason: Text
    occurred_at: OccurredAt = None


class RefusalEntry(Schema):
    """Why a proposal is refused."""

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
