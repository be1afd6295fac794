"""Events of evidence."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData
from sixclear.tasks.task.events import OnTaskData


class EvidenceData(OnTaskData):
    """A piece of evidence (*minh chứng*) of a task after a change. Instants are UTC."""

    change: str
    evidence_id: UUID
    title: str
    sha256: str | None = Field(
        description="Of a file: of what everyone gets. Of a link or document: as its sender stated it."
    )
    state: Literal["waiting", "accepted", "refused"]
    attached_by_organisation_id: UUID | None
    attached_at: datetime
    decided_by_organisation_id: UUID | None
    decided_at: datetime | None
    redacted_at: datetime | None = Field(default=None, description="When its content was blacked out by decision.")
    proves: list[Literal["runs", "holds_data", "has_real_users"]] = Field(
        default_factory=list, description="Which of the three confirmations of a system it gives."
    )
    document_id: UUID | None = Field(default=None, description="The document that is the result.")
    period: str | None = Field(
        default=None,
        description="The key of the period of a recurring task that it proves, where its sender named one.",
    )


class EvidenceWithdrawn(EventData):
    """All that is left of evidence whose task became restricted."""

    change: Literal["withdrawn"]
    evidence_id: UUID
    task_id: UUID


EVIDENCE_EVENTS = EntityEvents(
    "evidence",
    "What proves the results of tasks, and whether another body than the doer accepted it.",
    EvidenceData,
    {
        "added": "A body that does the task attached it: it waits.",
        "accepted": "A body that does not do the task accepted it, by itself or with the whole result.",
        "refused": "A body that does not do the task refused it, with a reason.",
        "redacted": "Its content was blacked out, for it held personal data; hash, name and reason stay.",
        "restated": "The task was published again, or what it says of all that hangs on it changed.",
        "withdrawn": "The task became restricted: a last event carries only identifiers.",
    },
    withdrawal="withdrawn",
)
