"""Requests and answers on indicators and their targets."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from sixclear.common.spans import Unit
from sixclear.common.targets import Direction, Trajectory, ValueType
from sixclear.common.web.numbers import TAKES_WHOLE, Figure
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Slug, line_of, lines_of
from sixclear.tasks.fields import Exact, IndicatorKind, Line, OccurredAt, OptionalReference, Reference
from sixclear.tasks.organisation.schemas import Level, OrganisationBrief

Said = Annotated[str, lines_of(2_000)]
PeriodKey = Annotated[
    str,
    line_of(20),
    Field(description="`2026-W48`, `2026-11`, `2026-Q4`, `2026-H2`, `2026-9M`, `2026` or `2026-2030`."),
]
Decimals = Annotated[int, Field(ge=0, le=6, strict=True), TAKES_WHOLE]


class Supply(Schema):
    """Of whom values are measured, and who gives them: a level or one body, never both."""

    level: Level | None = None
    organisation: OptionalReference = None
    supplier: OptionalReference = Field(default=None, description="Null: each body gives its own.")


class SupplyView(Schema):
    """Of whom values are measured, and who gives them."""

    level: Level | None
    organisation: OrganisationBrief | None
    supplier: OrganisationBrief | None


class Plausibility(Schema):
    """What is usual. A value outside of it may be right: it asks for a note, and is marked where it is reviewed."""

    least: Exact | None = None
    most: Exact | None = None
    jump_percent: Exact | None = Field(default=None, description="Against the value of the period before, in percent.")


class PlausibilityView(Schema):
    """What is usual, as it is answered."""

    least: Figure | None
    most: Figure | None
    jump_percent: Figure | None


class Statements(Schema):
    """The five statements on the quality of an indicator; what is not known is null."""

    verified_by: Said | None = Field(default=None, description="How its values are verified.")
    data_source: Said | None = Field(default=None, description="Where its data come from.")
    accuracy: Said | None = Field(default=None, description="Which accuracy its use needs.")
    limits: Said | None = Field(default=None, description="What limits its data.")
    compensation: Said | None = Field(default=None, description="How the limits are made up for.")


class IndicatorEntry(Schema):
    """An indicator to register, or to describe again under its code."""

    code: Slug
    programme: Slug
    name_vi: Line
    name_en: Line | None = None
    kind: IndicatorKind
    unit: Line
    direction: Direction = Field(description="Which way is better; `within` a range.")
    value_type: ValueType = Field(
        description="`ratio` has numerator and denominator; `share` is a percentage published without them, and is "
        "never rolled up. Ranks and indices are not either."
    )
    cumulative: bool = Field(description="Whether a value is of all time up to the end of its period.")
    period_unit: Unit
    decimals: Decimals = 0
    parts_of_whole: bool = Field(default=True, description="Of a ratio: the numerator is part of the denominator.")
    source: Line
    method: Said
    plausibility: Plausibility = Field(default_factory=Plausibility)
    statements: Statements = Field(default_factory=Statements)
    supplies: list[Supply] = Field(min_length=1, max_length=500)
    directive_id: UUID | None = None
    task_ids: list[UUID] = Field(default_factory=list, max_length=100)
    occurred_at: OccurredAt = None


class IndicatorView(Schema):
    """An indicator with its definition of now. Values keep the number of the definition that they were measured by."""

    indicator_id: UUID
    code: str
    programme: str
    name_vi: str
    name_en: str | None
    kind: IndicatorKind
    definition: int = Field(description="The number of the definition, from 1 on.")
    unit: str
    direction: Direction
    value_type: ValueType
    cumulative: bool
    period_unit: Unit
    decimals: int
    parts_of_whole: bool
    source: str
    method: str
    plausibility: PlausibilityView
    statements: Statements
    supplies: list[SupplyView]
    directive_id: UUID | None
    task_ids: list[UUID] = Field(description="Of its tasks those that everyone may read.")
    target_sets: int = Field(description="How often targets were set, of all bodies together.")
    version: int


class Baseline(Schema):
    """From where a trajectory begins: at the end of a period."""

    period: PeriodKey
    value: Exact


class Point(Schema):
    """What a trajectory states for the end of a period."""

    period: PeriodKey
    value: Exact


class Target(Schema):
    """What is to be reached by the end of a period: a value, or with direction `within` both ends of a range."""

    period: PeriodKey
    value: Exact | None = None
    low: Exact | None = None
    high: Exact | None = None


class TargetsEntry(Schema):
    """All targets of one body; they replace those that it had. A ratio's are in percent."""

    organisation: Reference
    baseline: Baseline | None = None
    trajectory: Trajectory = "linear"
    targets: list[Target] = Field(max_length=60)
    points: list[Point] = Field(default_factory=list, max_length=120)
    reason: Line | None = None


class PointView(Schema):
    """A number for the end of a period."""

    period: str
    value: Figure


class TargetView(Schema):
    """What is to be reached by the end of a period."""

    period: str
    value: Figure | None = None
    low: Figure | None = None
    high: Figure | None = None


class TargetsView(Schema):
    """All targets of one body, as they were set last."""

    organisation: OrganisationBrief
    baseline: PointView | None
    trajectory: Trajectory
    targets: list[TargetView]
    points: list[PointView]
    number: int = Field(description="How often the targets of the body were set.")
    set_at: datetime
    reason: str | None
