"""Events of periods."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData
from sixclear.tasks.task.events import OnTaskData


class PeriodData(OnTaskData):
    """A period (*kỳ*) of a recurring task after a change. Instants are UTC."""

    change: str
    period_id: UUID
    key: str = Field(description="`2026`, `2026-Q4`, `2026-11`, `2026-W48` or a day.")
    series: int = Field(description="Counted from 1: each change of the rule begins one.")
    day: date = Field(description="The day that the rule names.")
    opens_at: datetime
    due_at: datetime
    edition: str = Field(description="The edition of the working calendar that the due day was found with.")
    locks_at: datetime
    status: str = Field(description="`open`, `reported`, `confirmed`, `returned`, `missed` or `locked`.")
    reported_at: datetime | None = Field(description="When the report became true that counts.")
    percent: int | None


class PeriodWithdrawn(EventData):
    """All that is left of a period whose task became restricted."""

    change: Literal["withdrawn"]
    period_id: UUID
    task_id: UUID


PERIOD_EVENTS = EntityEvents(
    "period",
    "Periods of recurring tasks.",
    PeriodData,
    {
        "opened": "Its window began.",
        "reported": "A body reported on it, on time or late.",
        "confirmed": "The confirming body confirmed what was reported.",
        "returned": "The confirming body asked for more: the report does not count.",
        "reopened": "The confirming body opened it again after it was locked or confirmed, or its task goes on after a "
        "pause.",
        "missed": "It was due without a report: `occurred_at` is that instant.",
        "locked": "It was not reported in time, or its task is over or paused: no report is taken for it any more.",
        "moved": "Its due day moved: another rule, other terms of the programme, another edition of the calendar.",
        "restated": "The task was published again, or what it says of all that hangs on it changed.",
        "withdrawn": "The task became restricted: a last event carries only identifiers.",
    },
    withdrawal="withdrawn",
)
