"""What the portal reads of the other services' answers: the few fields that pages show, and nothing else.

A tolerant reader: unknown fields are ignored, so that a service may add some; a missing one that is shown as
"not known" is optional here.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sixclear.portal.figures import Bucket


def _exact(value: Any) -> Any:
    # A JSON number such as 46.7 must become the decimal that was written, not its binary neighbour.
    return Decimal(repr(value)) if isinstance(value, float) else value


Percent = Annotated[Decimal, BeforeValidator(_exact)]


class Answer(BaseModel):
    """An answer of another service."""

    model_config = ConfigDict(extra="ignore", frozen=True)


Item = TypeVar("Item", bound=Answer)


class Listing(Answer, Generic[Item]):
    """One page of a list; `next` is the cursor of the following one."""

    items: list[Item] = Field(default_factory=list)
    next: str | None = None


class OrganisationBrief(Answer):
    """An organisation as other answers name it."""

    organisation_id: UUID
    code: str = ""
    name_vi: str
    name_en: str | None = None


class Organisation(OrganisationBrief):
    """An organisation."""

    level: str = ""
    type: str = ""


class Programme(Answer):
    """A programme of tasks."""

    slug: str
    name_vi: str
    name_en: str | None = None
    resolution: str | None = None
    source_vi: str | None = None
    source_en: str | None = None
    demonstration: bool = False


class TaskCounts(Answer):
    """How many tasks there are, by state."""

    total: int
    completed: int
    in_term: int
    overdue: int
    recurring: int
    remaining_this_year: int | None = None


class Activity(Answer):
    """How much was reported."""

    reports_today: int = 0
    last_report_at: datetime | None = None


class ListStages(Answer):
    """How many entries of one programme list stand at which stage."""

    total: int = 0
    formed_centralised: int = 0
    deploying_foundation: int = 0
    deploying_digitised_only: int = 0
    not_deployed: int = 0
    rebuild: int = 0
    retire: int = 0
    at_risk: int = 0


class FeedbackCounts(Answer):
    """How many submissions there are, by clock."""

    received: int = 0
    overdue: int = 0
    answered: int = 0


class Status(Answer):
    """The status of a programme, a unit, or all, at an instant."""

    as_of: datetime
    staleness_seconds: float | None = None
    demonstration_included: bool = False
    tasks: TaskCounts
    activity: Activity = Field(default_factory=Activity)
    databases: dict[str, Any] = Field(default_factory=dict)
    feedback: FeedbackCounts | None = None

    @property
    def lists(self) -> dict[str, ListStages]:
        """The stages of each programme list in which something stands."""
        return {
            slug: ListStages.model_validate(found)
            for slug, found in self.databases.items()
            if isinstance(found, dict) and found.get("total")
        }


class TimelinePoint(Answer):
    """The four states at the end of a day."""

    date: date
    total: int
    completed: int
    in_term: int
    overdue: int
    recurring: int


class Timeline(Answer):
    """The four states over time."""

    as_of: datetime | None = None
    points: list[TimelinePoint] = Field(default_factory=list)


class ProvinceStatus(Answer):
    """The four states of one of the 34 units, with its subtree."""

    organisation_id: UUID
    code: str
    name_vi: str
    name_en: str | None = None
    total: int
    completed: int
    in_term: int
    overdue: int
    recurring: int


class Provinces(Answer):
    """All units of the tile map."""

    as_of: datetime | None = None
    items: list[ProvinceStatus] = Field(default_factory=list)


class Change(Answer):
    """Something that happened, as the ledger shows it."""

    occurred_at: datetime
    recorded_at: datetime | None = None
    entity_type: str
    entity_id: UUID
    change: str
    title: str | None = None
    programme: str | None = None
    organisation_id: UUID | None = None
    organisation_name: str | None = None
    organisation_name_en: str | None = None
    demonstration: bool = False


class AttentionItem(Answer):
    """One thing that needs attention; which fields are there depends on the list."""

    task_id: UUID | None = None
    title: str | None = None
    name_vi: str | None = None
    name_en: str | None = None
    organisation_name: str | None = None
    organisation_name_en: str | None = None
    deadline: datetime | None = None
    due_at: datetime | None = None
    last_report_at: datetime | None = None
    days_late: int | None = None
    times_returned: int | None = None
    last_returned_at: datetime | None = None
    kind: str | None = None
    demonstration: bool = False


class AttentionList(Answer):
    """Things that need attention, by one rule."""

    rule: str | dict[str, str] | None = None
    total: int | None = None
    items: list[AttentionItem] = Field(default_factory=list)


class Directive(Answer):
    """A document that gives tasks."""

    number: str
    issued_on: date | None = None
    issuer: OrganisationBrief | None = None
    title: str = ""


class Position(Answer):
    """A position: never a person's name."""

    title: str
    organisation_id: UUID | None = None


class TaskSummary(Answer):
    """A task as lists show it."""

    task_id: UUID
    code: str | None = None
    title: str
    programme: str | None = None
    status: str
    kind: str = "one_off"
    bucket: Bucket | None = None
    assigned_by: str | None = None
    lead_organisation: OrganisationBrief | None = None
    percent: int | None = None
    original_deadline: datetime | None = None
    current_deadline: datetime | None = None
    last_report_at: datetime | None = None
    completed_at: datetime | None = None
    demonstration: bool = False


class Task(TaskSummary):
    """A task with all that is public about it."""

    description: str | None = None
    directive: Directive | None = None
    clause: str | None = None
    recurrence: str | None = None
    assigning_organisation: OrganisationBrief | None = None
    coordinating_organisations: list[OrganisationBrief] = Field(default_factory=list)
    leader_position: Position | None = None
    responsible_position: Position | None = None
    product: str | None = None
    authority: str | None = None
    submitted_at: datetime | None = None
    completed_by: OrganisationBrief | None = None


class Report(Answer):
    """A progress report as it was said."""

    percent: int | None = None
    text: str = ""
    difficulty: str | None = None
    cause: str | None = None
    remedy: str | None = None
    organisation: OrganisationBrief | None = None
    occurred_at: datetime


class Evidence(Answer):
    """What proves a result."""

    title: str
    url: str
    sha256: str | None = None
    occurred_at: datetime | None = None


class HistoryEntry(Answer):
    """One change of a task."""

    version: int
    change: str
    occurred_at: datetime
    recorded_at: datetime | None = None
    organisation: OrganisationBrief | None = None
    status: str | None = None
    percent: int | None = None
    current_deadline: datetime | None = None


class Receipt(Answer):
    """What the sender of a submission gets."""

    receipt_code: str
    due_at: datetime | None = None
    rule_vi: str | None = None
    rule_en: str | None = None


class Message(Answer):
    """One message between sender and handler."""

    author: str = "handler"
    text: str
    sent_at: datetime | None = None


class PublishedAnswer(Answer):
    """The answer of a case."""

    outcome: str
    reason: str
    legal_basis: str
    next_date: date | None = None
    text: str


class CaseClock(Answer):
    """By which rule the answer is due when it is."""

    rule_vi: str | None = None
    rule_en: str | None = None


class Access(Answer):
    """That somebody read what is protected of a case."""

    what: str
    read_at: datetime


class Case(Answer):
    """A submission as its sender sees it."""

    kind: str = "feedback"
    status: str = "received"
    title: str | None = None
    text: str | None = None
    organisation_id: UUID | None = None
    received_at: datetime | None = None
    due_at: datetime | None = None
    answered_at: datetime | None = None
    clock: CaseClock | None = None
    demonstration: bool = False
    messages: list[Message] = Field(default_factory=list)
    answer: PublishedAnswer | None = None
    accesses: list[Access] = Field(default_factory=list)


class ProgrammeList(Answer):
    """A programme list of the catalogue; one that it does not name has its short name only."""

    slug: str
    name_vi: str
    name_en: str | None = None


class ListMembership(Answer):
    """A programme list that an entry stands on."""

    list: str


class Heartbeat(Answer):
    """When a database was last alive, against what was promised."""

    promised_period_seconds: int | None = None
    last_at: datetime | None = None


class Registration(Answer):
    """How far the registration of a database is."""

    status: str = "not_submitted"
    submitted_at: datetime | None = None


class Entry(Answer):
    """An entry of the catalogue."""

    entry_id: UUID
    code: str | None = None
    name_vi: str
    name_en: str | None = None
    kind: str = "database"
    owner_organisation_id: UUID | None = None
    lists: list[ListMembership] = Field(default_factory=list)
    deployment_stage: str | None = None
    risk: str | None = None
    registration: Registration | None = None
    heartbeat: Heartbeat | None = None
    demonstration: bool = False
