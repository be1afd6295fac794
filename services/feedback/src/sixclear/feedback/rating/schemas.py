"""Requests and responses about ratings."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema

Score = Literal["solved", "partly", "not_solved"]


class RatingView(Schema):
    """What the sender said of the answer."""

    rating: Score
    words: str | None
    rated_at: datetime


class NationalFigure(Schema):
    """Satisfaction by the national formula: who is silent counts as content.

    Of the cases that were answered, or not answered although their day went by: the share without those that were late,
    rated `not_solved`, opened again or appealed.
    """

    cases: int | None = Field(description="Null below five: it could be one person's.")
    share: float | None = Field(description="0 to 1; null below five cases, and where 1 to 4 are content, or are not.")


class RatersFigure(Schema):
    """Satisfaction of those who rated: who is silent counts for nothing, so the response rate stands beside it."""

    answered: int | None = Field(description="Answered cases; null below five.")
    response_rate: float | None = Field(
        description="Rated of answered, 0 to 1; null below five answered cases, and where 1 to 4 rated, or did not."
    )
    rated: int | None = Field(description="Null below five, and where the rate is, as all that follows.")
    solved: int | None = Field(description="Null, with all that follows, where one of the three is 1 to 4.")
    partly: int | None
    not_solved: int | None
    share: float | None = Field(description="`solved` of `rated`, 0 to 1.")


class SatisfactionFigure(Schema):
    """Satisfaction with the answers of a body, or of all, twice by name; sealed initiatives count for all alone."""

    organisation_id: UUID | None = Field(description="Null: of all bodies.")
    year: int = Field(description="Civil year of the answers.")
    as_of: datetime = Field(description="The start of the civil day: what came later is in tomorrow's figure.")
    national: NationalFigure
    of_raters: RatersFigure
    demonstration: int = Field(description="How many of the answered cases are generated records.")
