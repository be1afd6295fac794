"""Buckets over time, as they are answered."""

from datetime import date, datetime

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
    points: list[Point]
