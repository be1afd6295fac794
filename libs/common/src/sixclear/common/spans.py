"""The periods that indicators are measured in, by their keys. Pure.

`2026-W48`, `2026-11`, `2026-Q4`, `2026-H2` (half a year), `2026-9M` (the first nine months), `2026`, `2026-2030`.
Weeks, months, quarters and years have the keys that periods of recurring tasks have.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Unit = Literal["week", "month", "quarter", "half_year", "nine_months", "year", "five_years"]

FIRST_YEAR, LAST_YEAR = 1945, 2200
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """One period: its key and its civil days, both included."""

    key: str
    unit: Unit
    first: date
    last: date


def span_of(key: str) -> Span | None:
    """The period with this key; None for what is no key."""
    for form, read in _FORMS:
        found = form.fullmatch(key)
        if found is not None:
            span = read(*map(int, found.groups()))
            return span if span is not None and span.key == key else None
    return None


def span_at(day: date, unit: Unit) -> Span:
    """The period of this unit that the day lies in; with `nine_months`, that of its year."""
    return _AT[unit](day)


def following(span: Span) -> Span:
    """The next period of the same unit."""
    day = date(span.first.year + 1, 1, 1) if span.unit == "nine_months" else span.last + _DAY
    return span_at(day, span.unit)


def before(span: Span) -> Span:
    """The period of the same unit that comes before."""
    return span_at(span.first - _DAY, span.unit)


def spans(first: Span, last: Span) -> Iterator[Span]:
    """The periods from the first to the last one, both included."""
    while first.first <= last.first:
        yield first
        first = following(first)


def _months(year: int, first: int, count: int, key: str, unit: Unit) -> Span:
    after = first - 1 + count
    last = date(year + after // 12, after % 12 + 1, 1) - _DAY
    return Span(key, unit, date(year, first, 1), last)


def _in_years(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR


def _week(year: int, week: int) -> Span | None:
    try:
        first = date.fromisocalendar(year, week, 1)
    except ValueError:
        return None
    return Span(f"{year:04}-W{week:02}", "week", first, first + timedelta(days=6))


def _month(year: int, month: int) -> Span | None:
    ok = _in_years(year) and 1 <= month <= 12
    return _months(year, month, 1, f"{year:04}-{month:02}", "month") if ok else None


def _quarter(year: int, quarter: int) -> Span | None:
    ok = _in_years(year) and 1 <= quarter <= 4
    return _months(year, quarter * 3 - 2, 3, f"{year:04}-Q{quarter}", "quarter") if ok else None


def _half(year: int, half: int) -> Span | None:
    ok = _in_years(year) and 1 <= half <= 2
    return _months(year, half * 6 - 5, 6, f"{year:04}-H{half}", "half_year") if ok else None


def _nine(year: int) -> Span | None:
    return _months(year, 1, 9, f"{year:04}-9M", "nine_months") if _in_years(year) else None


def _year(year: int) -> Span | None:
    return _months(year, 1, 12, f"{year:04}", "year") if _in_years(year) else None


def _five(year: int, last: int) -> Span | None:
    ok = _in_years(year) and year % 5 == 1 and last == year + 4
    return Span(f"{year:04}-{last:04}", "five_years", date(year, 1, 1), date(last, 12, 31)) if ok else None


_FORMS: tuple[tuple[re.Pattern[str], Callable[..., Span | None]], ...] = (
    (re.compile(r"([0-9]{4})-W([0-9]{2})"), _week),
    (re.compile(r"([0-9]{4})-([0-9]{2})"), _month),
    (re.compile(r"([0-9]{4})-Q([0-9])"), _quarter),
    (re.compile(r"([0-9]{4})-H([0-9])"), _half),
    (re.compile(r"([0-9]{4})-9M"), _nine),
    (re.compile(r"([0-9]{4})"), _year),
    (re.compile(r"([0-9]{4})-([0-9]{4})"), _five),
)


def _known(span: Span | None) -> Span:
    assert span is not None, "days of requests lie between 1945 and 2200"
    return span


def _five_at(day: date) -> Span:
    first = (day.year - 1) // 5 * 5 + 1
    return _known(_five(first, first + 4))


_AT: dict[Unit, Callable[[date], Span]] = {
    "week": lambda day: _known(_week(*day.isocalendar()[:2])),
    "month": lambda day: _known(_month(day.year, day.month)),
    "quarter": lambda day: _known(_quarter(day.year, (day.month + 2) // 3)),
    "half_year": lambda day: _known(_half(day.year, 1 if day.month < 7 else 2)),
    "nine_months": lambda day: _known(_nine(day.year)),
    "year": lambda day: _known(_year(day.year)),
    "five_years": _five_at,
}
