"""Working days: the table for the years that were published, the law alone for every other year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.common.calendar import calendar, earlier_editions

CALENDAR = calendar()
YEARS = st.integers(min_value=2, max_value=9998)


def working_days(first: date, last: date) -> int:
    """How many working days there are from `first` to `last`, both included."""
    return sum(CALENDAR.works(first + timedelta(days=ahead)) for ahead in range((last - first).days + 1))


def test_the_hundred_days_of_2026() -> None:
    assert working_days(date(2026, 7, 10), date(2026, 11, 30)) == 100


def test_the_five_days_of_tet_do_not_count() -> None:
    assert working_days(date(2025, 1, 20), date(2025, 2, 7)) == 10
    assert working_days(date(2026, 2, 9), date(2026, 2, 27)) == 10


def test_an_exchanged_saturday_counts_and_its_monday_does_not() -> None:
    assert CALENDAR.works(date(2026, 8, 22))
    assert not CALENDAR.works(date(2026, 8, 31))


@pytest.mark.parametrize(
    ("off", "why"),
    [
        (date(2027, 1, 1), "New Year's Day"),
        (date(2027, 4, 30), "Victory Day"),
        (date(2027, 5, 3), "Day off in lieu of International Labour Day"),  # 1 May 2027 is a Saturday
        (date(2027, 9, 2), "National Day"),
        (date(2028, 1, 3), "Day off in lieu of New Year's Day"),  # a Saturday
        (date(2028, 5, 2), "Day off in lieu of Victory Day"),  # a Sunday, and Monday is 1 May
        (date(2033, 5, 2), "Day off in lieu of Victory Day"),  # Saturday and Sunday: Monday and Tuesday
        (date(2033, 5, 3), "Day off in lieu of International Labour Day"),
        (date(2024, 9, 2), "National Day"),  # before the table too
    ],
)
def test_a_holiday_on_a_fixed_date_is_off_in_every_year(off: date, why: str) -> None:
    special = CALENDAR.special_day(off)
    assert special is not None
    assert (special.day, special.effect, special.name_en, special.edition) == (off, "off", why, "2026.2")
    assert special.legal_basis
    assert not CALENDAR.works(off)


def test_the_day_after_new_year_2027_works() -> None:
    assert CALENDAR.after(date(2026, 12, 31), 1) == date(2027, 1, 4)


@given(YEARS)
def test_each_year_has_its_four_fixed_days_off_on_weekdays(year: int) -> None:
    days = CALENDAR.special_between(date(year - 1, 12, 31), date(year, 12, 31))
    if year not in CALENDAR.years:
        assert len(days) == len({day.day for day in days}) == 4
    assert all((day.day.weekday() < 5) == (day.effect == "off") for day in days)


def test_the_years_of_the_table_follow_the_table_alone() -> None:
    """What the Government published for a year already holds the fixed days: nothing is off twice."""
    assert CALENDAR.years == {2025, 2026}
    assert CALENDAR.last == date(2026, 12, 31)
    for year in CALENDAR.years:
        for month, day in ((1, 1), (4, 30), (5, 1), (9, 2)):
            assert not CALENDAR.works(date(year, month, day))


@pytest.mark.parametrize(
    ("first", "last", "provisional"),
    [
        (date(2026, 12, 1), date(2026, 12, 31), False),
        (date(2026, 12, 31), date(2027, 1, 4), True),
        (date(2024, 12, 31), date(2025, 1, 20), False),  # the first day itself does not count
        (date(2024, 12, 30), date(2025, 1, 20), True),
        (date(2027, 3, 1), date(2027, 3, 2), True),
    ],
)
def test_what_counts_through_a_year_without_a_table_is_provisional(first: date, last: date, provisional: bool) -> None:
    assert CALENDAR.provisional(first, last) is provisional


def test_an_earlier_edition_knows_neither_later_rows_nor_later_rules() -> None:
    earlier = calendar("2025.1")
    assert earlier.edition == "2025.1"
    assert earlier.works(date(2026, 9, 2))
    assert not earlier.works(date(2025, 9, 2))
    assert calendar("2026.1").works(date(2027, 1, 1))


def test_the_newest_edition_is_not_an_earlier_one() -> None:
    assert earlier_editions() == ("2025.1", "2026.1")
    assert CALENDAR.edition == "2026.2"
    assert calendar("2026.9") == CALENDAR
