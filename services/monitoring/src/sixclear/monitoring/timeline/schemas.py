"""Buckets over time, as they are answered."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from sixclear.common.web.schemas import Schema


class Point(Schema):
    """The buckets at the end of a civil day; today's are those of now."""

    date: date
    as_of: datetime
    total: int
    completed: int
    in_term: int
    overdue: int
    recurring: int


class Timeline(Schema):
    """The buckets over time."""

    as_of: datetime
    tree: Literal["then", "now"] = Field(
        default="now",
        description="By which tree of organisations: each point by that of its instant, where an organisation has "
        "moved since, or all by that of now; so are the reach, the owners and the groups of programmes.",
    )
    points: list[Point]
