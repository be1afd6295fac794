"""Events of obstacles. What was said is read from the service, so that no event has the words of a person."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData
from sixclear.tasks.fields import CountsAs, ObstacleNature


class ObstacleData(EventData):
    """An obstacle (*vướng mắc*) after a change. Instants are UTC."""

    change: str
    obstacle_id: UUID
    task_ids: list[UUID] = Field(description="The tasks that it holds back; the first one carries it. Empty: none.")
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    organisation_id: UUID | None = Field(description="The body that it holds back, or held back when it was settled.")
    demonstration: bool
    nature: ObstacleNature
    kind: str | None = Field(description="A kind of the programme; null: not classified.")
    counts_as: CountsAs = Field(description="The kind by which figures of several programmes are added up.")
    state: Literal["open", "settled"]
    level: Literal["central", "province", "commune"] = Field(description="That of the body that is to decide.")
    since: date = Field(description="The civil day from which on it holds the work back.")
    amount_vnd: int | None
    entry_ids: list[UUID]
    opened_at: datetime
    opened_by_organisation_id: UUID
    decider_organisation_id: UUID
    decide_by: datetime
    escalations: int
    escalated_at: datetime | None
    outcome: Literal["decided", "task_over"] | None
    settled_by_organisation_id: UUID | None
    settled_at: datetime | None


class ObstacleWithdrawn(EventData):
    """All that is left of an obstacle of which a task became restricted."""

    change: Literal["withdrawn"]
    obstacle_id: UUID
    task_ids: list[UUID]


OBSTACLE_EVENTS = EntityEvents(
    "obstacle",
    "What holds work back, and who is to decide.",
    ObstacleData,
    {
        "opened": "A body reported it, with a progress report or on its own.",
        "escalated": "It climbed to the next body above: by a body that asked for it, or because time ran out.",
        "settled": "It was decided, or the last task that it held back is over.",
        "reopened": "It holds work back again.",
        "restated": "It was published again, or what it says of its tasks changed.",
        "withdrawn": "One of its tasks became restricted: a last event carries only identifiers.",
    },
    withdrawal="withdrawn",
)
