"""The figures of indicators, as they are answered."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.spans import Unit
from sixclear.common.targets import Bound, Direction, ValueType
from sixclear.common.web.numbers import Figure
from sixclear.common.web.schemas import Page, Schema
from sixclear.monitoring.kinds.indicator import IndicatorKind
from sixclear.monitoring.kinds.value import MeasuredLevel

Counted = Literal["own", "added", "bound", "other_definition", "not_added"]


class TargetFigure(Schema):
    """What is to be reached by the end of a period: a value, or a range."""

    day: date
    value: Figure | None
    low: Figure | None
    high: Figure | None


class RolledFigures(Schema):
    """What the measured bodies add up to that have none below them. A ratio is of summed parts; bounds are in no sum.

    Shares, ranks, indices and yes or no add up to nothing: only how many reported is said.
    """

    figure: Figure | None
    numerator: Figure | None
    denominator: Figure | None
    reported: int = Field(description="By the newest definition in the period.")
    expected: int
    bounds: int = Field(description="Of those that reported: as a bound.")
    other_definition: int = Field(description="How many reported by an earlier definition; they are not added.")


class LatestFigure(Schema):
    """What an indicator says of a period.

    What a body said itself goes before what is rolled up; both stand here, with their difference.
    """

    period: str
    last_day: date
    definition: int | None
    figure: Figure | None = Field(description="The number; a ratio in percent with two decimals.")
    origin: Literal["own", "rolled_up"] | None
    bound: Bound | None = Field(description="The body's own figure is a limit of its value.")
    own: Figure | None
    rolled_up: RolledFigures | None
    difference: Figure | None = Field(description="The body's own figure less what is rolled up.")
    target: TargetFigure | None = Field(description="For the end of this period.")
    path: Figure | None = Field(description="Where the way to the target stands at the end of this period.")
    gap: Figure | None = Field(
        description="The figure less the path. Of what is rolled up only where each body reported."
    )
    behind: bool | None
    attainment: Figure | None = Field(description="Percent of the target for the end of this period, as it is.")
    attainment_capped: Figure | None = Field(description="The same, between 0 and 120.")
    met: bool | None
    made_of: str = Field(description="Where the values are listed that this figure is made of, each with its record.")


class PeriodFigure(LatestFigure):
    """One period of a series."""

    first_day: date
    state: Literal["reported", "not_reported", "open"] = Field(
        description="`not_reported`: the period is over and has no value, which is neither a gap nor zero."
    )


class IndicatorHead(Schema):
    """An indicator, and whose figures of it are shown."""

    indicator_id: UUID
    code: str
    programme: str
    name_vi: str
    name_en: str | None
    kind: IndicatorKind
    unit: str
    direction: Direction
    value_type: ValueType
    period_unit: Unit
    definition: int
    organisation_id: UUID | None = Field(
        description="Whose figure it is. Null: the country's. Of an indicator of one body, that body, unless another "
        "is asked about."
    )
    next_target: TargetFigure | None = Field(description="The first target that is not over yet.")
    demonstration: bool
    series: str = Field(description="Where the values are, with their sources.")


class IndicatorFigure(IndicatorHead):
    """An indicator, and how it stands."""

    latest: LatestFigure | None = Field(
        description="The newest period that has a figure, among the last 400 of which someone reported; where none of "
        "them has one, the newest of them."
    )
    last_over: str | None = Field(description="The last period that is over.")
    not_reported: bool = Field(
        description="Whether that one has no figure: it is not reported, which is neither a gap nor zero."
    )


class IndicatorSeries(IndicatorHead):
    """An indicator, and its figures period by period."""

    as_of: datetime
    staleness_seconds: float | None
    points: list[PeriodFigure] = Field(description="Without `from`: since the first value or target.")


class IndicatorFigures(Schema):
    """A page of indicators, by their codes."""

    as_of: datetime
    staleness_seconds: float | None
    organisation_id: UUID | None
    programme: str | None
    items: list[IndicatorFigure]
    next: str | None = Field(default=None, description="`cursor` of the next page; null at the end.")


class PartFigure(Schema):
    """A value that holds, and what it does in the figure."""

    value_id: UUID
    organisation_id: UUID
    organisation_code: str
    organisation_name: str
    organisation_name_en: str | None
    level: MeasuredLevel
    definition: int
    number: Figure | None
    numerator: Figure | None
    denominator: Figure | None
    bound: Bound | None
    true_from: datetime
    counted: Counted = Field(
        description="`own`: the body itself said it. `added`: it is in the sum. `bound`, `other_definition`: it counts "
        "as reported, and is not added. `not_added`: bodies below it are measured, or nothing adds up."
    )
    record: str = Field(description="Who supplied and approved it, from which file and row, system or document.")


class PartFigures(Page[PartFigure]):
    """What a figure is made of, in the order of the bodies' identifiers."""

    as_of: datetime
    staleness_seconds: float | None
    organisation_id: UUID | None
    code: str
    figure: PeriodFigure
