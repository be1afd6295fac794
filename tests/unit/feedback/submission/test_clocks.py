"""The clock of an answer: 15 working days, 17:00, holidays and exchanged days, and an explanation that adds up."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.common.calendar import calendar
from sixclear.common.clock import CIVIL_ZONE, civil_date
from sixclear.feedback.submission.clocks import answer_clock

CALENDAR = calendar()
instants = st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2026, 11, 30), timezones=st.just(UTC))  # noqa: DTZ001


def local(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=CIVIL_ZONE)


def working_days(first: date, last: date) -> int:
    """How many working days there are from `first` to `last`, both included."""
    return sum(CALENDAR.works(first + timedelta(days=ahead)) for ahead in range((last - first).days + 1))


@pytest.mark.parametrize(
    ("received", "due", "due_soon"),
    [
        (local(2025, 11, 3), local(2025, 11, 24, 17), local(2025, 11, 20, 17)),  # three ordinary weeks
        (local(2025, 11, 3, 23), local(2025, 11, 24, 17), local(2025, 11, 20, 17)),  # the hour of receipt is no matter
        (local(2026, 8, 20), local(2026, 9, 14, 17), local(2026, 9, 10, 17)),  # National Day, and 22 for 31 August
        (local(2025, 11, 8), local(2025, 11, 28, 17), local(2025, 11, 26, 17)),  # received on a Saturday
        (local(2026, 12, 14), local(2027, 1, 5, 17), local(2026, 12, 31, 17)),  # New Year 2027, by the law alone
    ],
)
def test_an_answer_is_due(received: datetime, due: datetime, due_soon: datetime) -> None:
    clock = answer_clock(received, CALENDAR)
    assert (clock.due_at, clock.due_soon_at) == (due, due_soon)


def test_the_term_of_an_earlier_edition_stays_as_it_was_told() -> None:
    clock = answer_clock(local(2026, 12, 14), calendar("2026.1"))
    assert (clock.due_at, clock.special_days, clock.edition) == (local(2027, 1, 4, 17), (), "2026.1")


def test_the_day_of_receipt_is_the_civil_one() -> None:
    late_evening_in_utc = datetime(2025, 11, 2, 18, tzinfo=UTC)  # already 3 November in Hanoi
    assert answer_clock(late_evening_in_utc, CALENDAR).due_at == local(2025, 11, 24, 17)


def test_the_explanation_names_what_was_left_out() -> None:
    clock = answer_clock(local(2026, 8, 20), CALENDAR)
    assert [(day.day.isoformat(), day.effect) for day in clock.special_days] == [
        ("2026-08-22", "on"),
        ("2026-08-31", "off"),
        ("2026-09-01", "off"),
        ("2026-09-02", "off"),
    ]
    assert all(day.legal_basis for day in clock.special_days)


def test_a_term_beyond_the_known_holidays_says_so() -> None:
    assert not answer_clock(local(2026, 12, 1), CALENDAR).provisional
    assert answer_clock(local(2026, 12, 20), CALENDAR).provisional


@given(instants)
def test_the_term_holds_exactly_its_working_days(received: datetime) -> None:
    clock = answer_clock(received, CALENDAR)
    start, due, soon = map(civil_date, (received, clock.due_at, clock.due_soon_at))
    assert working_days(start + timedelta(days=1), due) == clock.working_days == 15
    assert working_days(soon + timedelta(days=1), due) == 2
    assert CALENDAR.works(due)
    assert CALENDAR.works(soon)
    assert clock.due_at.astimezone(CIVIL_ZONE).time().hour == 17


@given(instants, instants)
def test_who_comes_later_is_never_answered_earlier(one: datetime, other: datetime) -> None:
    first, second = sorted([one, other])
    assert answer_clock(first, CALENDAR).due_at <= answer_clock(second, CALENDAR).due_at


@given(instants)
def test_the_states_follow_each_other(received: datetime) -> None:
    clock = answer_clock(received, CALENDAR)
    tick = timedelta(microseconds=1)
    moments = [clock.due_soon_at, clock.due_soon_at + tick, clock.due_at, clock.due_at + tick]
    assert [clock.state(None, at) for at in moments] == ["in_time", "due_soon", "due_soon", "overdue"]
    assert clock.state(clock.due_at + tick, clock.due_at + tick) == "answered"
