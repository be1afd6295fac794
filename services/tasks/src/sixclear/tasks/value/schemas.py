"""Requests and answers on values, forms and series."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, PrivateAttr

from sixclear.common.bulk.files import OwnConditions
from sixclear.common.bulk.results import FileResult, ItemProblem, ItemResult
from sixclear.common.spans import Unit
from sixclear.common.targets import Bound, Trajectory, ValueType
from sixclear.common.web.instants import Day
from sixclear.common.web.numbers import Figure
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Link, Sha256, Slug, lines_of
from sixclear.tasks.fields import Exact, Line, OccurredAt, OptionalReference, ValueStatus
from sixclear.tasks.indicator.schemas import PeriodKey
from sixclear.tasks.organisation.schemas import OrganisationBrief

Note = Annotated[str, lines_of(2_000)]


class Provenance(Schema):
    """Where a number comes from, beside who typed it."""

    file: Line | None = None
    row: Annotated[int, Field(ge=1, le=10_000_000)] | None = Field(default=None, description="Its row in the file.")
    system: Line | None = Field(default=None, description="The system that it was read from.")
    derived_from: Line | None = Field(default=None, description="What it was computed from.")


class ApprovalDocument(Schema):
    """The document by which the centre publishes a value that needs no further review."""

    number: Line
    issued_on: Day


class ValueEntry(Schema):
    """What a body supplies for a period: a number, or numerator and denominator of a ratio."""

    organisation: OptionalReference = Field(default=None, description="Whom it was measured of. Null: your own body.")
    period: PeriodKey
    number: Exact | None = None
    numerator: Exact | None = None
    denominator: Exact | None = None
    bound: Bound | None = Field(default=None, description="The number is a limit of the value: it is never summed.")
    note: Note | None = Field(default=None, description="Explains a value that is not plausible.")
    evidence: Link | None = None
    provenance: Provenance = Field(default_factory=Provenance)
    reason: Note | None = Field(default=None, description="Why a value that was approved is corrected.")
    submit: bool = Field(default=False, description="Submit it too.")
    approved_by: ApprovalDocument | None = Field(
        default=None, description="Only for the owner of the programme with the scope `tasks:confirm`: it is approved."
    )
    occurred_at: OccurredAt = None


class ValueItem(OwnConditions, ValueEntry):
    """One line of a file of values: a ValueEntry with its indicator, and what holds for this line alone."""

    indicator: Slug


class ReturnEntry(Schema):
    """Why a value is sent back."""

    reason: Note


class WithdrawalEntry(Schema):
    """Why a value counts no more."""

    reason: Note


class SubmitEntry(Schema):
    """Submits a draft; a note may come with it."""

    note: Note | None = None


class ApproveEntry(Schema):
    """Approves what was submitted."""

    occurred_at: OccurredAt = None


class ValueView(Schema):
    """A slot with its newest statement, as the bodies that supply and review it read it."""

    value_id: UUID
    indicator: str
    organisation: OrganisationBrief
    period: str
    status: ValueStatus
    statement: int = Field(description="The number of the statement; a correction is the next one.")
    definition: int
    number: Figure | None
    numerator: Figure | None
    denominator: Figure | None
    figure: Figure | None = Field(description="The number, or the ratio in percent with two decimals.")
    bound: Bound | None
    note: str | None
    evidence: str | None
    provenance: Provenance
    breaches: list[str] = Field(description="What is not plausible: below-range, above-range, ratio-above-100, jump.")
    reason: str | None
    document: ApprovalDocument | None
    supplied_by: OrganisationBrief
    return_reason: str | None
    decided_at: datetime | None
    version: int


class HeldValue(Schema):
    """The approved value of a slot: what holds now, with what proves it."""

    value_id: UUID
    indicator: str
    organisation: OrganisationBrief
    period: str
    statement: int
    definition: int
    number: Figure | None
    numerator: Figure | None
    denominator: Figure | None
    figure: Figure | None = Field(description="The number, or the ratio in percent with two decimals.")
    bound: Bound | None
    note: str | None
    evidence: str | None
    provenance: Provenance
    breaches: list[str]
    reason: str | None
    document: ApprovalDocument | None
    supplied_by: OrganisationBrief
    true_from: datetime
    known_from: datetime
    version: int


class StatementView(Schema):
    """A statement that was approved, or the withdrawal of one: true from `true_from`, known from `known_from`."""

    statement: int
    status: ValueStatus
    definition: int
    number: Figure | None
    numerator: Figure | None
    denominator: Figure | None
    figure: Figure | None
    bound: Bound | None
    note: str | None
    evidence: str | None
    provenance: Provenance
    breaches: list[str]
    reason: str | None
    document: ApprovalDocument | None
    supplied_by: OrganisationBrief
    approved_by: OrganisationBrief | None
    true_from: datetime
    known_from: datetime


class ValueHistory(Schema):
    """Where a figure comes from: each statement of the slot that was approved, the newest first."""

    value_id: UUID
    indicator: str
    organisation: OrganisationBrief
    period: str
    statements: list[StatementView]


ValueOutcome = Literal["drafted", "submitted", "approved", "unchanged", "rejected"]


class ValueItemResult(ItemResult):
    """What became of one line; `index` counts the items from 0, blank lines are none."""

    outcome: ValueOutcome
    value_id: UUID | None = None
    version: int | None = None
    breaches: list[str] = Field(default_factory=list)
    problem: ItemProblem | None = None
    _is_new: bool = PrivateAttr(default=False)

    @property
    def is_new(self) -> bool:
        """Whether nothing was typed into its slot before; no answer says so."""
        return self._is_new

    def of_new_slot(self, *, is_new: bool) -> Self:
        """The same, knowing whether its slot is new."""
        self._is_new = is_new
        return self


class ValueBulkResult(FileResult):
    """What became of a file of values. With `dry_run` nothing was written."""

    outcomes: ClassVar[tuple[str, ...]] = ("drafted", "submitted", "approved", "unchanged", "rejected")
    item_result: ClassVar[type[ItemResult]] = ValueItemResult

    dry_run: bool
    drafted: int
    submitted: int
    approved: int
    unchanged: int
    rejected: int
    items: list[ValueItemResult]


class ReviewEntry(Schema):
    """Which values are decided together: what is left out narrows nothing."""

    decision: Literal["submit", "return", "approve"]
    programme: Slug | None = None
    indicator: Slug | None = None
    organisation: OptionalReference = Field(default=None, description="With all below it.")
    period: PeriodKey | None = None
    reason: Note | None = Field(default=None, description="Needed to return.")
    previewed: Sha256 | None = Field(
        default=None, description="That of a preview: where other values would be decided by now, none is."
    )


class ReviewResult(Schema):
    """What was decided, or with `dry_run` would be."""

    dry_run: bool
    found: int = Field(description="How many fit the filter, at most 10,001.")
    decided: int
    kept_back: int = Field(
        description="Of those: another person must decide on them, or they wait for a note before they are submitted."
    )
    left: int = Field(description="Beyond the 500 that one request decides on. Send it again for them.")
    previewed: str = Field(description="Stands for exactly these values: sent back, it decides on no others.")
    items: list[ValueView] = Field(description="The first 100 of those that are decided.")


class FormLine(Schema):
    """One slot of a form: what is to be supplied, and what was."""

    indicator: str
    name_vi: str
    name_en: str | None
    unit: str
    value_type: ValueType
    decimals: int
    organisation: OrganisationBrief
    period: str
    value: ValueView | None = Field(description="Null: nothing was typed yet.")


class OwnFigure(Schema):
    """The approved value of the body itself."""

    value_id: UUID
    statement: int
    definition: int
    number: Figure | None
    numerator: Figure | None
    denominator: Figure | None
    figure: Figure | None
    bound: Bound | None
    note: str | None
    true_from: datetime
    known_from: datetime


class RolledFigure(Schema):
    """What is added up of the bodies below that have none below them: how many of how many reported."""

    figure: Figure | None
    number: Figure | None
    numerator: Figure | None
    denominator: Figure | None
    reported: int
    expected: int
    bounds: int = Field(description="Reported as a bound, and not in the sum.")
    other_definition: int = Field(description="Reported by an earlier definition, and not in the sum.")


class Aimed(Schema):
    """Where a figure should be: a value or a range."""

    value: Figure | None
    low: Figure | None
    high: Figure | None


class SeriesPoint(Schema):
    """One period of a series. What is not known is null, never 0 or 100."""

    period: str
    first_day: date
    last_day: date
    state: Literal["reported", "not_reported", "open"] = Field(
        description="`not_reported`: the period is over and has no value; that is no gap."
    )
    own: OwnFigure | None
    rolled: RolledFigure | None
    difference: Figure | None = Field(description="The body's own figure less what is rolled up.")
    target: Aimed | None
    path: Aimed | None = Field(description="Where the trajectory stands at the end of the period.")
    gap: Figure | None
    behind: bool | None
    attainment: Figure | None = Field(description="Percent of the target, as it is.")
    attainment_capped: Figure | None = Field(description="The same, between 0 and 120.")
    met: bool | None


class Latest(Schema):
    """The newest period that has a figure, and its gap: with the date that both are of."""

    period: str
    day: date
    figure: Figure | None
    bound: Bound | None = Field(description="With one, the figure is a limit of the value.")
    gap: Figure | None
    behind: bool | None


class Series(Schema):
    """A body's series of an indicator, or the country's."""

    indicator: str
    organisation: OrganisationBrief | None
    unit: str
    value_type: ValueType
    period_unit: Unit
    trajectory: Trajectory | None
    as_of: datetime
    known_at: datetime
    latest: Latest | None
    points: list[SeriesPoint]
