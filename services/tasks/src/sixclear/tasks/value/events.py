"""Events of values. What is not approved has no number in any event, and drafts have no event."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData
from sixclear.common.spans import Unit
from sixclear.common.targets import Bound, ValueType
from sixclear.common.web.numbers import Figure
from sixclear.tasks.fields import ValueStatus


class ValueData(EventData):
    """A value (*giá trị chỉ tiêu*) after a change: the number that holds. Numbers are text: no reader rounds them."""

    change: str
    value_id: UUID
    indicator_id: UUID
    indicator: str
    programme: str
    organisation_id: UUID
    level: str = Field(description="Of the body that is measured.")
    period: str
    period_unit: Unit
    first_day: date
    last_day: date
    status: ValueStatus = Field(description="Of the newest statement; the number below is that of the approved one.")
    value_type: ValueType
    unit: str
    definition: int | None = Field(description="By which definition it was measured; null: nothing is approved.")
    number: Figure | None
    numerator: Figure | None
    denominator: Figure | None
    bound: Bound | None = Field(description="With one, the number is a limit of the value, and is never summed.")
    approved_at: datetime | None
    true_from: datetime | None = Field(description="A correction is true from the instant of what it corrects.")
    demonstration: bool


class ValueWithdrawn(EventData):
    """All that is left of a value that was withdrawn."""

    change: Literal["withdrawn"]
    value_id: UUID
    indicator_id: UUID


VALUE_EVENTS = EntityEvents(
    "value",
    "What bodies supplied for indicators and periods.",
    ValueData,
    {
        "submitted": "A value, or a correction of one, waits for review.",
        "returned": "The review sent it back with a reason.",
        "approved": "Another body approved it: it counts.",
        "corrected": "A correction was approved; it is true from the instant of the value that it corrects.",
        "withdrawn": "The value counts no more: a last event carries only identifiers.",
    },
    withdrawal="withdrawn",
)
