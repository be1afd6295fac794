"""Scores, as they are answered."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Page, Schema


class ShareView(Schema):
    """A figure with its denominator."""

    numerator: int
    denominator: int
    of: str = Field(description="What the denominator counts.")
    percent: float | None = Field(description="Half up, two decimals; null for a denominator of 0.")


class PointsView(Schema):
    """What a criterion comes to on one side."""

    points: float | None = Field(description="Null: not known, or it does not apply.")
    not_applicable: bool = Field(description="It leaves the maximum.")


class ScoredCriterion(Schema):
    """A criterion with both sides: what the body said, and what another one verified. A figure is the same on both."""

    code: str
    name: str
    name_en: str | None
    counts: Literal["standard", "bonus", "penalty"]
    most: float = Field(description="The most that it gives; of a penalty, the most that it takes.")
    figure: str | None = Field(description="What it is computed from; null where it is answered.")
    share: ShareView | None = Field(description="The figure; null where it is not known, or there is none.")
    own: PointsView
    verified: PointsView


class TotalView(Schema):
    """The total of one side. A total that needs what is not known is null, never a part of it."""

    points: float | None
    known_points: float = Field(description="What is known so far.")
    maximum: float = Field(description="Without what does not apply.")
    of_whole: float | None = Field(description="The points as parts of the maximum, in points of the whole set.")
    band: str | None = Field(description="By `of_whole`; null for a set without bands.")
    not_known: list[str] = Field(description="The criteria that are not known.")


class Score(Schema):
    """What a body comes to in a period."""

    assessment_id: UUID
    organisation_id: UUID | None
    organisation_name: str | None
    organisation_name_en: str | None
    edition: int
    state: Literal["open", "answered", "verified"]
    answered_at: datetime | None
    late_points: float = Field(description="What being late costs, by when the last change was recorded.")
    criteria: list[ScoredCriterion]
    own: TotalView
    verified: TotalView | None = Field(description="Null until another body verified answers.")
    records: str = Field(description="Where the answers are.")
    demonstration: bool


class Scores(Page[Score]):
    """Scores of a set for a period, in the order of identifiers: no list ranks them."""

    as_of: datetime
    figures_as_of: datetime = Field(description="Figures are of the end of the period at the latest.")
    staleness_seconds: float | None
    criteria: str
    name: str
    period: str
    ranked: bool = Field(description="Whether scores may be compared in a ranking.")
    note: str | None = Field(description="What scores of this set are not for.")
