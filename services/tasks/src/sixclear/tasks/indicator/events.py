"""Events of indicators. Their tasks are read from the service, so that a restricted one can be hidden."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from sixclear.common.events.catalogue import EntityEvents, EventData
from sixclear.common.spans import Unit
from sixclear.common.targets import Direction, Trajectory, ValueType
from sixclear.common.web.numbers import Figure
from sixclear.tasks.fields import IndicatorKind


class SupplyData(BaseModel):
    """Of whom values are measured, and who gives them; without a supplier each body gives its own."""

    level: str | None
    organisation_id: UUID | None
    supplier_organisation_id: UUID | None


class PointData(BaseModel):
    """A number for the end of a period."""

    period: str
    value: Figure


class TargetData(BaseModel):
    """What is to be reached by the end of a period: a value, or a range."""

    period: str
    value: Figure | None
    low: Figure | None
    high: Figure | None


class TargetsData(BaseModel):
    """All targets of one body, as they are from this change on."""

    organisation_id: UUID
    number: int
    trajectory: Trajectory
    baseline: PointData | None
    targets: list[TargetData]
    points: list[PointData]


class IndicatorData(EventData):
    """An indicator (*chỉ tiêu*) after a change. Numbers are text, so that no reader rounds them."""

    change: str
    indicator_id: UUID
    code: str
    programme: str
    name_vi: str
    name_en: str | None
    kind: IndicatorKind
    definition: int
    unit: str
    direction: Direction
    value_type: ValueType
    cumulative: bool
    period_unit: Unit
    decimals: int
    parts_of_whole: bool
    source: str
    method: str
    least: Figure | None
    most: Figure | None
    jump_percent: Figure | None
    statements: dict[str, Any]
    supplies: list[SupplyData]
    directive_id: UUID | None
    target_sets: int
    targets: TargetsData | None = Field(
        description="With `targeted` all targets of the body that they were set for; those of other bodies stay as "
        "their own last `targeted` said. Null with other changes."
    )
    demonstration: bool


INDICATOR_EVENTS = EntityEvents(
    "indicator",
    "What is measured of bodies, how, and how far it should have come.",
    IndicatorData,
    {
        "registered": "The indicator was registered with its first definition.",
        "redefined": "It is measured otherwise from now on, by the next definition; values keep the one they have.",
        "updated": "Its names, suppliers or links changed; it is measured as before.",
        "targeted": "The targets of one body were set.",
    },
)
