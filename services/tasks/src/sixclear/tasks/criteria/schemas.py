"""Requests and responses on sets of criteria."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Slug, line_of, lines_of
from sixclear.tasks.fields import Line, Points, Reference
from sixclear.tasks.organisation.schemas import OrganisationBrief

Level = Literal["central", "province", "commune", "department"]
Counts = Literal["standard", "bonus", "penalty"]
FigureName = Literal["completed_on_time_of_given", "disbursed_of_allocated", "answered_in_time"]
Number = Annotated[str, line_of(20)]
Wording = Annotated[str, lines_of(2_000)]
Day = Annotated[int, Field(ge=1, le=28)]


class Tier(Schema):
    """What a criterion gives: for an answer, or from a percentage of its figure on."""

    points: Points
    at_least: Points | None = Field(
        default=None, description="From this percentage of the figure on; left out for an answer."
    )
    of: Points | None = Field(
        default=None,
        description="The points are multiplied by the figure and divided by this percentage, half up, two decimals.",
    )
    text: Wording | None = Field(default=None, description="For what the points are given, as the document says it.")


class Criterion(Schema):
    """One criterion: answered by the body and verified by another one, or computed by monitoring."""

    code: Number = Field(description="Its number in the document.")
    name: Wording
    name_en: Wording | None = None
    wording_published: bool = Field(
        default=True, description="False: the document says that there is such a criterion, not what it asks."
    )
    counts: Counts = Field(default="standard", description="A penalty is taken off; only a verifier gives one.")
    points: Points = Field(description="The most that it gives; of a penalty, the most that it takes.")
    figure: FigureName | None = Field(
        default=None, description="What monitoring computes it from, with its denominator. Left out: it is answered."
    )
    programme: Slug | None = Field(
        default=None, description="The programme whose tasks or money the figure counts. Left out: all that are public."
    )
    tiers: list[Tier] = Field(default_factory=list, max_length=20, description="From the most points to the least.")
    evidence: Wording | None = Field(default=None, description="What proves it.")
    levels: list[Level] = Field(default_factory=list, max_length=4, description="For which bodies; empty: for all.")
    not_applicable: Wording | None = Field(
        default=None, description="When it leaves the maximum; left out: it never does."
    )


class Group(Schema):
    """Criteria that belong together."""

    code: Number
    name: Wording
    name_en: Wording | None = None
    criteria: list[Criterion] = Field(min_length=1, max_length=100)


class Window(Schema):
    """Until when a body answers; the time is when the system recorded the answer.

    In time is before the day begins (Asia/Ho_Chi_Minh). Later it costs points, and after the last day has ended it is
    taken only with the consent of the programme's owner in writing.
    """

    before_month: Annotated[int, Field(ge=1, le=12)] | None = Field(
        default=None, description="With `every` = `year`: the month. Of a month it is the month itself."
    )
    before_day: Day
    last_day: Day
    late_points: Points = Field(description="What being late costs, up to `late_days` days.")
    late_days: Annotated[int, Field(ge=1, le=28)] = 1
    further_points: Points = Field(default=0, validate_default=True, description="What each day after those costs.")


class Band(Schema):
    """A band, from so many points on (of those that the body could have, as parts of the whole set)."""

    code: Number
    name: Line
    at_least: Points


class CriteriaContent(Schema):
    """What a set asks."""

    window: Window | None = Field(
        default=None, description="Left out: the document names none, and answers are always taken."
    )
    most_standard: Points | None = Field(default=None, description="The most that standard criteria come to together.")
    most_bonus: Points | None = Field(default=None, description="The most that bonus criteria come to together.")
    bands: list[Band] = Field(
        default_factory=list, max_length=20, description="From the highest; only of a year: months are not ranked."
    )
    groups: list[Group] = Field(min_length=1, max_length=50)


class CriteriaEntry(CriteriaContent):
    """A set of criteria of a programme. Another content under a known code is the next edition."""

    programme: Slug
    code: Slug
    name: Line
    name_en: Line | None = None
    source: Line = Field(description="The document that sets the criteria.")
    every: Literal["month", "year"]
    within: Reference = Field(description="The body at and below which bodies are assessed.")
    levels: list[Level] = Field(min_length=1, max_length=4, description="Of which levels they are.")
    verifiers: list[Reference] = Field(
        default_factory=list,
        max_length=20,
        description="Bodies that verify, beside the owner of the programme.",
    )


class CriterionView(Criterion):
    """One criterion with what its figure is a part of."""

    denominator: str | None = Field(description="What the figure is a part of; null where it is answered.")


class GroupView(Group):
    """Criteria that belong together."""

    criteria: list[CriterionView]  # type: ignore[assignment]


class CriteriaView(CriteriaContent):
    """A set of criteria in one edition, which never changes."""

    criteria_id: UUID
    programme: str
    code: str
    edition: int
    name: str
    name_en: str | None
    source: str
    every: Literal["month", "year"]
    within: OrganisationBrief
    levels: list[Level]
    verifiers: list[OrganisationBrief]
    groups: list[GroupView]  # type: ignore[assignment]
    ranked: bool = Field(description="Whether its scores may be compared in a ranking; those of a month never are.")
