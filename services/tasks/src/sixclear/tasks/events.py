"""What tasks publishes. Persons appear as positions; restricted tasks do not appear."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sixclear.common.events.catalogue import EntityEvents, EventCatalogue, EventData


class PositionData(EventData):
    """A position (*chức danh*): who holds it is never published."""

    position_id: UUID
    title: str
    organisation_id: UUID


class OrganisationData(EventData):
    """An organisation as it is known now; earlier names and types stay in the event history."""

    change: str
    organisation_id: UUID
    code: str
    codes: list[str]
    level: Literal["central", "province", "commune", "department"]
    type: str
    name_vi: str
    name_en: str | None
    parent_id: UUID | None
    valid_from: date
    valid_to: date | None


class ProgrammeData(EventData):
    """A programme (*chương trình*) of a resolution."""

    change: str
    programme_id: UUID
    slug: str
    name_vi: str
    name_en: str
    resolution: str
    source_vi: str | None
    source_en: str | None
    owner_organisation_id: UUID
    demonstration: bool


class DirectiveData(EventData):
    """A directive document (*văn bản giao nhiệm vụ*)."""

    change: str
    directive_id: UUID
    programme_id: UUID
    number: str
    issued_on: date
    issuer_organisation_id: UUID
    title: str


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
    status: str
    kind: Literal["one_off", "recurring"]
    recurrence: str | None
    assigned_by: Literal["central", "province", "commune"]
    assigning_organisation_id: UUID
    lead_organisation_id: UUID | None
    coordinating_organisation_ids: list[UUID]
    leader_position: PositionData | None
    responsible_position: PositionData | None
    product: str | None
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


class TaskWithdrawn(EventData):
    """All that is left of a task that became restricted."""

    change: Literal["withdrawn"]
    task_id: UUID


EVENTS = EventCatalogue(
    service="tasks",
    entities=(
        EntityEvents(
            "organisation",
            "Organisations with their codes, level and parent.",
            OrganisationData,
            {
                "registered": "The organisation became known.",
                "renamed": "Name or type changed on a dated decision; the identifier stays.",
            },
        ),
        EntityEvents(
            "programme",
            "Programmes of a resolution.",
            ProgrammeData,
            {"registered": "The programme was opened.", "updated": "Its description changed."},
        ),
        EntityEvents(
            "directive",
            "Documents that give tasks.",
            DirectiveData,
            {"registered": "The document was entered.", "updated": "Its description changed."},
        ),
        EntityEvents(
            "task",
            "Tasks from proposal to confirmation.",
            TaskData,
            {
                "proposed": "A body proposed the task.",
                "updated": "Its description changed; deadline and status did not.",
                "assigned": "The task is six-clear (sáu rõ) and was given to its lead body.",
                "progress_reported": "The lead or a coordinating body reported progress.",
                "evidence_added": "Evidence of a result was attached.",
                "submitted": "The lead body says that the result is there.",
                "returned": "The confirming body asked for more.",
                "completed": "Another body than the doer confirmed the result.",
                "extended": "A decision moved the current deadline; the original one stays.",
                "withdrawn": "The task became restricted: a last event carries only its identifier.",
            },
        ),
    ),
)
