"""Events of urges. What was said and answered is read from the service, so that no event has the words of a person."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData
from sixclear.tasks.task.events import OnTaskData, PositionData


class UrgeData(OnTaskData):
    """An urge (*đôn đốc*) on a task after a change. Instants are UTC."""

    change: str
    urge_id: UUID
    kind: Literal["urging", "remark", "rung"]
    state: Literal["open", "answered", "lapsed", "told", "skipped"] = Field(
        description="`open`: an answer is wanted. `told`: a rung, which wants none. `lapsed`: its task ended before."
    )
    rule: str | None = Field(description="Of a rung: days after the deadline, civil (`-7d`) or working ones (`+5wd`).")
    deadline: datetime | None = Field(description="Of a rung: the deadline of the task that it counts from.")
    due_at: datetime | None = Field(description="Of a rung: from when on it was to be sent.")
    to: Literal["doer", "head", "standing_body", "late_list"] = Field(
        description="The body that does the task, its head, the standing body of the programme, or the monthly list of "
        "late tasks, in which the body stands."
    )
    addressee_organisation_id: UUID
    addressee_position: PositionData | None
    author_organisation_id: UUID | None
    author_position: PositionData | None
    urged_at: datetime
    answer_by: datetime | None
    answered_by_organisation_id: UUID | None
    answered_at: datetime | None


class UrgeWithdrawn(EventData):
    """All that is left of an urge whose task became restricted."""

    change: Literal["withdrawn"]
    urge_id: UUID
    task_id: UUID


URGE_EVENTS = EntityEvents(
    "urge",
    "Urging, remarks and the rungs of ladders on tasks.",
    UrgeData,
    {
        "urged": "The standing body, or another one above the doer, urges it; an answer is wanted.",
        "remarked": "A leader remarked on the task; an answer is wanted.",
        "reminded": "The ladder of its programme reminded the body that does it.",
        "escalated": "The ladder told it above the doer: to its head, to the standing body, or in the late list.",
        "skipped": "The rung was due, and a higher one was sent in its place.",
        "answered": "The body that does the task answered.",
        "lapsed": "The task ended before it was answered.",
        "restated": "The task was published again, or what it says of all that hangs on it changed.",
        "withdrawn": "The task became restricted: a last event carries only identifiers.",
    },
    withdrawal="withdrawn",
)
