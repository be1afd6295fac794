"""What monitoring answers."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from sixclear.common.web.instants import Instant
from sixclear.common.web.schemas import Schema

# What a process says of itself is reckoned with: in numbers that JSON carries exactly (RFC 8259 §6), within a century.
# Slightly negative seconds are another machine's clock.
Messages = Annotated[int, Field(ge=0, le=2**53)]
Seconds = Annotated[float, Field(ge=-86_400, le=3_153_600_000)]


class Filters(Schema):
    """What the figures were narrowed to; null means all."""

    organisation_id: UUID | None
    programme: str | None
    assigned_by: str | None


class SourceFreshness(Schema):
    """How far the view of one source is."""

    epoch: int
    rebuilding_epoch: int | None = Field(description="A restored log that is being folded beside the view.")
    events: int = Field(description="Events folded since the view was made; one that came again counts again.")
    last_event_at: datetime | None
    current_until: datetime | None = Field(
        description="Everything recorded up to here is in the view; null while that is not known."
    )
    lag_messages: int | None
    gaps: int = Field(description="Events that are known to be missing.")


class TaskFigures(Schema):
    """Tasks by bucket; exclusive, and their sum is the total."""

    total: int
    completed: int
    in_term: int
    overdue: int
    recurring: int
    remaining_this_year: int = Field(description="Open one-off tasks due by the end of the civil year of `as_of`.")


class Shares(Schema):
    """Percent of `tasks.total`, half up, two decimals; null when there are no tasks."""

    completed: float | None
    in_term: float | None
    overdue: float | None
    recurring: float | None


class Activity(Schema):
    """Progress reports."""

    reports_today: int = Field(description="On the civil day of `as_of`.")
    last_report_at: datetime | None


class ListFigures(Schema):
    """The entries of one programme list, each in one stage."""

    total: int = Field(description="Every entry that stands in the list, each once: the sum of the six stages.")
    formed_centralised: int
    deploying_foundation: int
    deploying_digitised_only: int
    not_deployed: int
    rebuild: int
    retire: int
    at_risk: int = Field(description="How many of `total` have a high risk and are not retired.")


class NotApproved(Schema):
    """Databases whose registration was sent and is not approved."""

    databases: int
    organisations: int


class Databases(Schema):
    """For the code of each programme list in which something stands its figures; and what waits for approval.

    Which lists there are is data of the catalogue: see its `/lists`. One that is not here has no entry.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, ListFigures]

    registered_not_approved: NotApproved


class FeedbackFigures(Schema):
    """Submissions; the open ones by the state of their clock."""

    received: int
    in_time: int
    due_soon: int
    overdue: int
    answered: int
    sealed: int | None = Field(
        default=None,
        description="How many of these are sealed initiatives, as they stood at the close of the last civil day; the "
        "country's figures only. Null for an organisation or a programme: sealed ones are not counted there.",
    )


class TaskPart(Schema):
    """The part of a status that counts tasks."""

    tasks: TaskFigures
    shares_percent: Shares
    activity: Activity


class Status(TaskPart):
    """The live status."""

    as_of: datetime
    staleness_seconds: float | None = Field(
        description="Age of the view; null while it is not known: a relay is silent, or a restored log is read again."
    )
    filters: Filters
    demonstration_included: bool = Field(description="Whether generated records are among those counted.")
    sources: dict[str, SourceFreshness]
    databases: Databases
    feedback: FeedbackFigures
    denominators: dict[str, Any] = Field(description="What each figure is a part of, and which filters it heeds.")


class Point(Schema):
    """The buckets at the end of a civil day; today's are those of now."""

    date: date
    as_of: datetime
    total: int
    completed: int
    in_term: int
    overdue: int
    recurring: int


class Timeline(Schema):
    """The buckets over time."""

    as_of: datetime
    points: list[Point]


class Province(Schema):
    """The tasks of a province or city and everything below it."""

    organisation_id: UUID
    code: str
    name_vi: str
    name_en: str | None
    total: int
    completed: int
    in_term: int
    overdue: int
    recurring: int
    overdue_percent: float | None


class Provinces(Schema):
    """Every province and city that exists now."""

    as_of: datetime
    items: list[Province]


class Change(Schema):
    """Something that happened."""

    occurred_at: datetime
    recorded_at: datetime
    entity_type: str
    entity_id: UUID
    change: str
    title: str | None
    programme: str | None
    organisation_id: UUID | None
    organisation_name: str | None
    organisation_name_en: str | None
    demonstration: bool


class Changes(Schema):
    """What was learnt last, newest first."""

    items: list[Change]


class _Concern(Schema):
    organisation_id: UUID | None
    organisation_name: str | None
    organisation_name_en: str | None
    demonstration: bool


class OverdueTask(_Concern):
    """A task past its deadline."""

    task_id: UUID
    title: str
    deadline: datetime
    days_late: int = Field(description="Civil days in Asia/Ho_Chi_Minh.")


class ReturnedTask(_Concern):
    """A task whose result was returned more than once."""

    task_id: UUID
    title: str
    times_returned: int
    last_returned_at: datetime


class DatabaseAtRisk(_Concern):
    """A database with a declared high risk."""

    entry_id: UUID
    title: str
    stage: str
    lists: list[str]


class LateAnswer(_Concern):
    """A submission whose answer is late."""

    submission_id: UUID
    kind: str
    due_at: datetime
    days_late: int = Field(description="Civil days in Asia/Ho_Chi_Minh.")


class SilentTask(_Concern):
    """A task without a report in its cycle."""

    task_id: UUID
    title: str
    last_report_at: datetime | None
    silent_since: datetime
    days_silent: int = Field(description="Civil days in Asia/Ho_Chi_Minh.")


class OverdueTasks(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[OverdueTask]


class ReturnedTasks(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[ReturnedTask]


class DatabasesAtRisk(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[DatabaseAtRisk]


class LateAnswers(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[LateAnswer]


class SilentTasks(Schema):
    """A list and the rule by which something is on it."""

    rule: str
    items: list[SilentTask]


class Attention(Schema):
    """What needs attention."""

    as_of: datetime
    longest_overdue: OverdueTasks
    returned_twice: ReturnedTasks
    no_report_in_cycle: SilentTasks
    answers_past_clock: LateAnswers
    databases_at_risk: DatabasesAtRisk


class TraceSummary(Schema):
    """A trace in the list."""

    trace_id: str
    name: str
    started_at: datetime
    duration_milliseconds: float
    services: list[str]
    routes: list[str]
    spans: int
    error: bool


class Traces(Schema):
    """The newest traces that are kept."""

    items: list[TraceSummary]


class SpanView(Schema):
    """A span with its place in the waterfall; of another trace when its `trace_id` says so: then it is linked."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    depth: int
    service: str
    name: str
    kind: str
    started_at: datetime
    offset_milliseconds: float
    duration_milliseconds: float
    error: bool
    attributes: dict[str, Any]
    links: list[dict[str, Any]]


class TraceView(TraceSummary):
    """A trace with its spans, parents before children."""

    items: list[SpanView]


class Stream(Schema):
    """The health of a relay or a consumer group."""

    service: str = Field(max_length=80)
    name: str = Field(max_length=120)
    kind: str = Field(max_length=20)
    running: bool
    lag_messages: Messages | None
    lag_seconds: Seconds | None
    dead_letters: Messages
    last_progress_at: Instant | None
    detail: str = Field(max_length=2_000)


class StreamReport(Schema):
    """How the streams of another process are."""

    items: list[Stream] = Field(max_length=50)


class Streams(Schema):
    """The health of every stream of the platform, and of the view that they feed."""

    as_of: datetime
    staleness_seconds: float | None
    view_sequence: int
    reconciled: bool
    leading: bool
    sources: dict[str, SourceFreshness]
    items: list[Stream]


class Reconciliation(Schema):
    """A comparison of counters with a count of the records."""

    checked_at: datetime
    reconciled: bool
    repaired: bool
    differences: list[dict[str, Any]]


class ReconciliationRequest(Schema):
    """Whether what is found is to be repaired at once."""

    repair: bool = False
