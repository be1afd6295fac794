"""Events of tasks. Persons appear as positions; restricted tasks do not appear."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData

ProductKind = Literal["information_system", "database", "document", "service", "event", "other"]


class PositionData(EventData):
    """A position (*chức danh*): its holder is never published."""

    position_id: UUID
    title: str
    organisation_id: UUID


class OriginData(EventData):
    """What a task came of: an entity of another service."""

    id: UUID
    source: Literal["feedback"]


class TaskData(EventData):
    """A task (*nhiệm vụ*) after a change. Instants are UTC."""

    change: str
    task_id: UUID
    code: str
    programme_id: UUID
    programme: str
    directive_id: UUID | None
    clause: str | None
    title: str
    source: str | None
    external_id: str | None
    status: str = Field(
        description="As in the OpenAPI description. No step leads to `draft` yet; a proposal that ends becomes "
        "`cancelled`, and a task by decision (`cancelled_at`). While it is `paused` no deadline runs: "
        "`current_deadline` is null, unless it was over before."
    )
    kind: Literal["one_off", "recurring"]
    recurrence: str | None
    assigned_by: Literal["central", "province", "commune"]
    assigning_organisation_id: UUID
    lead_organisation_id: UUID | None
    coordinating_organisation_ids: list[UUID]
    leader_position: PositionData | None
    responsible_position: PositionData | None
    product: str | None
    product_kind: ProductKind | None = None
    own_fields: dict[str, str | bool | int | float] | None = Field(
        default=None, description="Values of the public fields that its programme adds, by name."
    )
    authority: str | None
    original_deadline: datetime | None
    current_deadline: datetime | None
    assigned_at: datetime | None
    percent: int
    last_report_at: datetime | None
    reports_count: int
    submitted_at: datetime | None
    completed_at: datetime | None
    completed_by_organisation_id: UUID | None
    evidence_count: int
    demonstration: bool
    cancelled_at: datetime | None = None
    paused_since: datetime | None = None
    work_group: str | None = Field(default=None, description="The group of work of its programme, by decision.")
    replaced_by: list[UUID] | None = Field(default=None, description="The tasks into which it was split or merged.")
    expected_on: date | None = Field(
        default=None,
        description="The day (Asia/Ho_Chi_Minh) on which the body that reports expects to be done, as it said last.",
    )
    unmoved_at: datetime | None = Field(
        default=None,
        description='When its body had said "no change" of it in four filings in a row: since then it is without '
        "movement, unless `last_report_at` is not before this.",
    )
    upper_number: str | None = Field(
        default=None, description="The number of a body's own task in the upper plan; which task it is, is told by GET."
    )
    origin: OriginData | None = Field(
        default=None, description="The accepted idea that it came of: a `proposal` of feedback. No request sets it."
    )


class OnTaskData(EventData):
    """What the event of an entity that hangs on a task carries of the task."""

    task_id: UUID
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    organisation_id: UUID | None = Field(description="The body that is answerable, or was when it was closed.")
    demonstration: bool


class TaskWithdrawn(EventData):
    """All that is left of a task that became restricted."""

    change: Literal["withdrawn"]
    task_id: UUID


TASK_EVENTS = EntityEvents(
    "task",
    "Tasks from proposal to confirmation.",
    TaskData,
    {
        "proposed": "A body proposed the task.",
        "refused": "The body whose programme it is in refused the proposal.",
        "proposal_withdrawn": "The body that made the proposal took it back.",
        "updated": "Its description changed; deadline and status did not.",
        "assigned": "The task is six-clear (sáu rõ) and was given to its lead body.",
        "progress_reported": "The lead or a coordinating body reported progress.",
        "evidence_added": "Evidence of a result was attached.",
        "submitted": "The lead body says that the result is there.",
        "returned": "The confirming body asked for more.",
        "completed": "Another body than the doer confirmed the result.",
        "extended": "A decision moved the current deadline; the original one stays.",
        "paused": "A decision stopped its clock; a deadline that was not over ends with it.",
        "resumed": "A decision says with which deadline it goes on.",
        "transferred": "The body that received it took it over: from now on that is answerable.",
        "regrouped": "A decision put it into another group of work.",
        "reopened": "Its confirmation was found wrong: from now on it is open again, the past stays.",
        "cancelled": "A decision ended it without a result; it is counted no more.",
        "stood_still": "Its body said in four filings in a row that nothing changed: it is without movement.",
        "withdrawn": "The task became restricted: a last event carries only its identifier.",
    },
    withdrawal="withdrawn",
)
