"""Events of sets of criteria. An edition is published once and never changes."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData


class TierData(EventData):
    """What a criterion gives from a figure on, or for an answer."""

    points: float
    at_least: float | None = Field(description="From this percentage on; null for an answer.")
    of: float | None = Field(description="The points are multiplied by the figure and divided by this percentage.")
    text: str | None


class CriterionData(EventData):
    """One criterion. `figure` names what monitoring computes it from; null: it is answered."""

    code: str
    name: str
    name_en: str | None
    wording_published: bool
    counts: Literal["standard", "bonus", "penalty"]
    points: float
    figure: str | None
    programme: str | None = Field(description="The programme whose tasks or money the figure counts; null: of all.")
    denominator: str | None = Field(description="What the figure is a part of, in words.")
    tiers: list[TierData]
    evidence: str | None
    levels: list[str] = Field(description="Which bodies of the set it is for; empty: all.")
    not_applicable: str | None = Field(description="When it leaves the maximum; null: never.")


class GroupData(EventData):
    """Criteria that belong together."""

    code: str
    name: str
    name_en: str | None
    criteria: list[CriterionData]


class WindowData(EventData):
    """Until when a body answers, and what being late costs."""

    before_month: int | None
    before_day: int
    last_day: int
    late_points: float
    late_days: int
    further_points: float


class BandData(EventData):
    """A band, from so many points on."""

    code: str
    name: str
    at_least: float


class CriteriaData(EventData):
    """A set of criteria (*bộ tiêu chí*) in one edition."""

    change: str
    criteria_id: UUID
    programme: str
    assigned_by: str = Field(description="The level of the programme's owner, which assesses.")
    organisation_id: UUID = Field(description="The body at and below which bodies are assessed.")
    code: str
    edition: int
    name: str
    name_en: str | None
    source: str
    every: Literal["month", "year"]
    levels: list[str]
    window: WindowData | None = Field(description="Null: the document names none.")
    most_standard: float | None
    most_bonus: float | None
    bands: list[BandData]
    groups: list[GroupData]
    demonstration: bool


CRITERIA_EVENTS = EntityEvents(
    "criteria",
    "Sets of criteria by which bodies are assessed, each in one edition.",
    CriteriaData,
    {"published": "The set was published in this edition."},
)
