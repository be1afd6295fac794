"""Whether an entry lives: its last heartbeat against the period that its owner promised. Derived, never stored.

One rule in Python and in SQL, side by side: `tests/cases/freshness.json` holds them together.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Interval, SQLColumnExpression, case, func, type_coerce
from sqlalchemy.dialects.postgresql import TIMESTAMP

from sixclear.data_catalog.entry.schemas import Freshness


def fresh_until(last_at: datetime | None, promised_period_seconds: int | None) -> datetime | None:
    """The last instant at which the entry counts as fresh; None without a promise or without a heartbeat."""
    if last_at is None or promised_period_seconds is None:
        return None
    return last_at + timedelta(seconds=promised_period_seconds)


def freshness(last_at: datetime | None, promised_period_seconds: int | None, now: datetime) -> Freshness:
    """`fresh` up to the promised period after the last heartbeat, then `late`; `silent` when none ever came.

    `no_promise` where no period was promised: neither good nor bad.
    """
    if promised_period_seconds is None:
        return "no_promise"
    until = fresh_until(last_at, promised_period_seconds)
    if until is None:
        return "silent"
    return "fresh" if now <= until else "late"


def freshness_in_sql(
    last_at: SQLColumnExpression[Any], promised_period_seconds: SQLColumnExpression[Any], now: datetime
) -> ColumnElement[str]:
    """`freshness` of columns, for lists that are narrowed by it."""
    promised = func.make_interval(0, 0, 0, 0, 0, 0, promised_period_seconds, type_=Interval)
    # Adding an interval makes SQLAlchemy forget the time zone.
    until = type_coerce(last_at + promised, TIMESTAMP(timezone=True))
    return case(
        (promised_period_seconds.is_(None), "no_promise"),
        (last_at.is_(None), "silent"),
        (now <= until, "fresh"),
        else_="late",
    )
