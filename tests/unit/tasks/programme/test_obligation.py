"""When a report is due, late and locked: spans of the calendar, fractions of days, Tết and exchanged days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.common.clock import CIVIL_ZONE
from sixclear.tasks.programme.obligation import Every, Obligation, obligations_of, span_of, stored

SINCE = date(2025, 1, 1)


def civil(*parts: int) -> datetime:
    """An instant by its civil time."""
    return datetime(*parts, tzinfo=CIVIL_ZONE).astimezone(UTC)  # type: ignore[arg-type, misc]


def due(day: date, roll: str = "next", **fields: object) -> str:
    """The civil time at which the report on the span of a day is due."""
    one = Obligation(**{"name": "one", "every": "week", "since": SINCE, **fields})  # type: ignore[arg-type]
    return f"{one.times(one.span(day), roll).due_at.astimezone(CIVIL_ZONE):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("every", "day", "key", "first", "after"),
    [
        ("week", date(2026, 12, 31), "2026-W53", date(2026, 12, 28), date(2027, 1, 4)),
        ("month", date(2026, 12, 31), "2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("quarter", date(2026, 11, 29), "2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("year", date(2026, 2, 1), "2026", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_span_is_named_by_the_calendar(every: Every, day: date, key: str, first: date, after: date) -> None:
    span = span_of(every, day)
    assert (span.key, span.first, span.after) == (key, first, after)


@given(st.sampled_from(["week", "month", "quarter", "year"]), st.dates(date(2024, 1, 1), date(2032, 1, 1)))
def test_spans_follow_each_other_without_a_gap_and_under_names_of_their_own(every: Every, day: date) -> None:
    span = span_of(every, day)
    assert span.first <= day < span.after
    following = span_of(every, span.after)
    assert (following.first, following.key > span.key) == (span.after, True)


def test_days_are_counted_from_the_end_in_fractions() -> None:
    assert due(date(2025, 12, 4), due_days=0.5) == "2025-12-08 12:00"
    assert due(date(2025, 12, 4), due_days=-2.25) == "2025-12-05 18:00"
    assert due(date(2025, 12, 4), every="month", due_days=-10) == "2025-12-23 00:00", "the end of Monday the 22nd"


def test_over_tet_it_goes_where_the_due_days_of_the_programme_go() -> None:
    """Tết is off from Saturday 14 to Sunday 22 February 2026."""
    assert due(date(2026, 2, 9), due_days=0.5) == "2026-02-23 12:00"
    assert due(date(2026, 2, 9), "previous", due_days=0.5) == "2026-02-13 12:00"
    assert due(date(2026, 2, 9), "keep", due_days=0.5) == "2026-02-16 12:00"
    assert due(date(2026, 2, 18), "previous", due_days=-2.5) == "2026-02-23 12:00", "never before its week began"
    assert due(date(2026, 1, 5), due_days=-1.5) == "2026-01-10 12:00", "a Saturday that is worked in exchange"


@given(
    st.dates(date(2025, 1, 1), date(2026, 12, 1)),
    st.sampled_from(["next", "previous", "keep"]),
    st.floats(-6, 60),
    st.floats(0, 10),
    st.floats(0, 30),
)
def test_it_is_due_then_late_then_locked(day: date, roll: str, due_days: float, late: float, more: float) -> None:
    one = Obligation(name="one", every="week", due_days=due_days, late_days=late, lock_days=late + more, since=SINCE)
    times = one.times(one.span(day), roll)
    assert times.locks_at is not None
    assert one.span(day).starts_at < times.due_at <= times.late_at <= times.locks_at
    assert times.due_at - one.span(day).ends_at - timedelta(days=due_days) < timedelta(days=10)


def test_what_is_stored_is_what_was_given() -> None:
    ones = (
        Obligation(name="one", every="week", since=SINCE, until=date(2026, 1, 1), lock_days=3.5),
        Obligation(name="two", every="year", who="named", organisation_ids=("a", "b"), since=SINCE),
    )
    assert obligations_of(stored(ones)) == ones
    assert obligations_of(None) == ()
