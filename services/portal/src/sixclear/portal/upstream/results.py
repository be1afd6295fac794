"""Results as `monitoring` counts them: how indicators stand, money by stage, documents by type."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.portal.upstream.answer import Answer, Operation, Percent

ValueType = Literal["count", "amount", "ratio", "share", "rank", "index", "yes_no"]
Direction = Literal["up", "down", "within"]
Bound = Literal["more_than", "less_than", "about"]
STAGES = ("requested", "appraised", "approved", "allocated", "disbursed")


class Aim(Answer):
    """What is to be reached, a value or a range; None for an end that is open."""

    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


class Target(Aim):
    """What is to be reached by a day."""

    day: date


class Rolled(Answer):
    """What the bodies below add up to, and how many of them reported."""

    figure: Decimal | None = None
    reported: int
    expected: int
    bounds: int = 0
    other_definition: int = 0


class LatestFigure(Answer):
    """The newest figure of an indicator, against its target. What is not known is None."""

    period: str
    last_day: date
    figure: Decimal | None = None
    origin: Literal["own", "rolled_up"] | None = None
    bound: Bound | None = None
    own: Decimal | None = None
    rolled_up: Rolled | None = None
    difference: Decimal | None = None
    target: Target | None = None
    path: Decimal | None = None
    gap: Decimal | None = None
    behind: bool | None = None
    attainment: Decimal | None = None
    attainment_capped: Decimal | None = None
    met: bool | None = None


class PeriodFigure(LatestFigure):
    """One period of a series; one that is over and has no figure is not reported."""

    state: Literal["reported", "not_reported", "open"]


class IndicatorHead(Answer):
    """An indicator, of the body `organisation_id` or of the country."""

    code: str
    name_vi: str
    name_en: str | None = None
    unit: str
    direction: Direction
    value_type: ValueType
    organisation_id: UUID | None = None
    next_target: Target | None = None
    demonstration: bool = False


class IndicatorFigure(IndicatorHead):
    """An indicator, and how it stands."""

    latest: LatestFigure | None = None
    last_over: str | None = None
    not_reported: bool

    @property
    def target(self) -> Target | None:
        """The target for the end of the period that was reported last, else the first one that is to come."""
        return (self.latest.target if self.latest else None) or self.next_target


class Figures(Answer):
    """What all figures say: as of when they are, and how far behind what was told."""

    as_of: datetime
    staleness_seconds: float | None = None

    def age(self, later: datetime | None = None) -> float | None:
        """How far they are behind, None where that is not known; told `later` it has grown since."""
        if self.staleness_seconds is None or later is None:
            return self.staleness_seconds
        return self.staleness_seconds + (later - self.as_of).total_seconds()


class IndicatorFigures(Figures):
    """A page of indicators, by their codes."""

    items: list[IndicatorFigure] = Field(default_factory=list)
    next: str | None = None


class IndicatorSeries(IndicatorHead, Figures):
    """An indicator period by period, the first one first."""

    points: list[PeriodFigure] = Field(default_factory=list)


class Stage(Answer):
    """What a stage of money comes to in whole đồng, and of how many lines; None where no line has it."""

    amount: int | None = None
    lines: int


class Share(Answer):
    """A rate with what it is made of."""

    numerator: int
    denominator: int
    percent: Percent


class Pair(Answer):
    """Two stages over the lines that have both."""

    difference: int | None = None
    lines: int
    share: Share | None = None


class Money(Answer):
    """Money by stage."""

    lines: int
    requested: Stage
    appraised: Stage
    approved: Stage
    allocated: Stage
    disbursed: Stage
    not_approved: Pair
    undisbursed: Pair

    @property
    def stages(self) -> dict[str, Stage]:
        """The stages in their order."""
        return {name: getattr(self, name) for name in STAGES}

    @property
    def most(self) -> int:
        """The largest amount of a stage."""
        return max((stage.amount or 0 for stage in self.stages.values()), default=0)


class BudgetFigures(Figures):
    """Money over all years, None while that is not known, and of each year."""

    demonstration_included: bool = False
    budgets: Money | None = None
    by_year: dict[str, Money] = Field(default_factory=dict)


class DocumentCounts(Answer):
    """Documents by how they stand."""

    issued: int
    not_in_force_yet: int
    in_force: int
    replaced: int
    owed: int
    overdue: int


class AllDocuments(DocumentCounts):
    """Documents in all, and by type."""

    by_type: dict[str, DocumentCounts]

    @property
    def known_types(self) -> dict[str, DocumentCounts]:
        """The types of which there are documents, issued or owed."""
        return {name: one for name, one in self.by_type.items() if one.issued or one.owed or one.overdue}


class DocumentFigures(Figures):
    """Documents by type; None while that is not known."""

    demonstration_included: bool = False
    documents: AllDocuments | None = None


class ScoreShare(Answer):
    """A figure with its denominator; no percentage of nothing."""

    numerator: int
    denominator: int
    percent: Percent | None = None


class Points(Answer):
    """What a criterion comes to on one side; None is not known, or does not apply."""

    points: Percent | None = None
    not_applicable: bool


class ScoredCriterion(Answer):
    """A criterion with what the body said and what was verified."""

    code: str
    name: str
    name_en: str | None = None
    counts: str
    most: Percent
    share: ScoreShare | None = None
    own: Points
    verified: Points


class Total(Answer):
    """The total of one side; None while a criterion that it needs is not known."""

    points: Percent | None = None
    known_points: Percent
    maximum: Percent
    band: str | None = None
    not_known: list[str]


class Score(Answer):
    """What a body comes to in a period."""

    organisation_id: UUID | None = None
    organisation_name: str | None = None
    organisation_name_en: str | None = None
    state: str
    answered_at: datetime | None = None
    late_points: Percent
    criteria: list[ScoredCriterion] = Field(default_factory=list)
    own: Total
    verified: Total | None = None
    demonstration: bool = False


class Scores(Figures):
    """Scores of a set for a period."""

    items: list[Score] = Field(default_factory=list)
    next: str | None = None
    figures_as_of: datetime
    ranked: bool


_V1 = "/api/monitoring/v1"
INDICATOR_FIGURES = Operation("monitoring", "GET", f"{_V1}/indicators", IndicatorFigures, outlasts=True)
INDICATOR_SERIES = Operation("monitoring", "GET", f"{_V1}/indicators/{{code}}/series", IndicatorSeries, outlasts=True)
BUDGET_FIGURES = Operation("monitoring", "GET", f"{_V1}/budgets", BudgetFigures, outlasts=True)
SCORES = Operation("monitoring", "GET", f"{_V1}/scores", Scores)
DOCUMENT_FIGURES = Operation("monitoring", "GET", f"{_V1}/documents", DocumentFigures, outlasts=True)
