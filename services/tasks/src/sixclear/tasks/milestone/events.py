"""Events of milestones."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData
from sixclear.tasks.task.events import OnTaskData


class MilestoneData(OnTaskData):
    """A milestone (*mốc*) of a task after a change. Instants are UTC."""

    change: str
    milestone_id: UUID
    title: str
    weight: int
    original_deadline: datetime
    current_deadline: datetime
    reached_at: datetime | None
    evidence_id: UUID | None
    lapsed_at: datetime | None = Field(
        default=None, description="When its task ended before it was reached; null again when the task is reopened."
    )


class MilestoneWithdrawn(EventData):
    """All that is left of a milestone whose task became restricted."""

    change: Literal["withdrawn"]
    milestone_id: UUID
    task_id: UUID


MILESTONE_EVENTS = EntityEvents(
    "milestone",
    "Parts of tasks with dates of their own.",
    MilestoneData,
    {
        "planned": "The milestone was set, with weight and deadline; or its task is reopened, and it holds again.",
        "moved": "Its current deadline moved, by a body that plans it or because it was due while its task was paused; "
        "the original one stays.",
        "reached": "It is reached, by a piece of evidence of its task.",
        "lapsed": "Its task ended before it was reached: completed, cancelled, or a proposal that was not taken up.",
        "restated": "The task was published again, or what it says of all that hangs on it changed.",
        "withdrawn": "The task became restricted: a last event carries only identifiers.",
    },
    withdrawal="withdrawn",
)
