"""Events of decisions. Why one was asked for is read from the service, never from an event."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData
from sixclear.tasks.task.events import OnTaskData


class DecisionValueData(EventData):
    """What a decision is about; what its kind has no use for is null."""

    deadline: datetime | None = None
    organisation_id: UUID | None = None
    work_group: str | None = None
    replaced_by: list[UUID] | None = None


class DecisionData(OnTaskData):
    """A decision (*quyết định*) on a task after a change. Instants are UTC."""

    change: str
    decision_id: UUID
    kind: Literal[
        "extension",
        "transfer",
        "pause",
        "resume",
        "cancellation",
        "split",
        "merger",
        "regrouping",
        "reopening",
    ]
    state: Literal[
        "asked", "granted", "granted_otherwise", "refused", "accepted", "declined", "withdrawn", "lapsed"
    ] = Field(description="`withdrawn`: the body that asked took it back. `lapsed`: its task ended before.")
    document: str | None
    former: DecisionValueData
    proposed: DecisionValueData
    decided: DecisionValueData | None
    asked_by_organisation_id: UUID
    asked_at: datetime
    asked_late: bool
    decide_by: datetime
    decided_by_organisation_id: UUID | None
    decided_at: datetime | None
    objection: bool = Field(default=False, description="The lead body asks because it does not accept the assignment.")


class DecisionWithdrawn(EventData):
    """All that is left of a decision whose task became restricted."""

    change: Literal["withdrawn"]
    decision_id: UUID
    task_id: UUID


DECISION_EVENTS = EntityEvents(
    "decision",
    "What was asked for on tasks, and what was decided: deadlines, pauses, other hands, ends.",
    DecisionData,
    {
        "asked": "A body asks for it, with its reasons.",
        "granted": "It is granted, as it was asked or otherwise (`state`); without `asked` before, in one act.",
        "refused": "It is refused.",
        "accepted": "The body that receives a transferred task takes it over: from now on it is answerable.",
        "declined": "The body that would receive a transferred task does not take it over.",
        "taken_back": "The body that asked took it back.",
        "lapsed": "The task ended before it was decided, or before the receiving body answered.",
        "restated": "The task was published again, or what it says of all that hangs on it changed.",
        "withdrawn": "The task became restricted: a last event carries only identifiers.",
    },
    withdrawal="withdrawn",
)
