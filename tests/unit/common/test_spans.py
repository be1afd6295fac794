"""Keys of measured periods: each names its days, follows the one before, and has one spelling."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.common.spans import before, following, span_at, span_of, spans

DAYS = st.dates(date(1951, 1, 1), date(2190, 12, 31))
UNITS = ("week", "month", "quarter", "half_year", "nine_months", "year", "five_years")


@pytest.mark.parametrize(
    ("key", "unit", "first", "last"),
    [
        ("2026-W01", "week", date(2025, 12, 29), date(2026, 1, 4)),
        ("2026-W53", "week", date(2026, 12, 28), date(2027, 1, 3)),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-Q4", "quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-H2", "half_year", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026-9M", "nine_months", date(2026, 1, 1), date(2026, 9, 30)),
        ("2026", "year", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-2030", "five_years", date(2026, 1, 1), date(2030, 12, 31)),
    ],
)
def test_a_key_names_its_days(key: str, unit: str, first: date, last: date) -> None:
    span = span_of(key)
    assert span is not None
    assert (span.key, span.unit, span.first, span.last) == (key, unit, first, last)


@pytest.mark.parametrize(
    "key",
    [
        *("", "26", "2026-13", "2026-00", "2026-Q5", "2026-Q0", "2026-H3", "2025-W53", "2026-W00", "2025-2029"),
        *("2026-2031", "1944", "2201", "2026-1", "2026-W1", "2026-q4", "2026-11-01", " 2026", "２０２６", "2026-6M"),
    ],
)
def test_what_is_no_key_names_nothing(key: str) -> None:
    assert span_of(key) is None


@given(DAYS, st.sampled_from(UNITS))
def test_periods_follow_each_other(day: date, unit: str) -> None:
    span = span_at(day, unit)  # type: ignore[arg-type]
    assert span_of(span.key) == span
    after = following(span)
    assert before(after) == span
    assert [one.key for one in spans(span, after)] == [span.key, after.key]
    if unit != "nine_months":
        assert span.first <= day <= span.last
        assert after.first == span.last + timedelta(days=1)
