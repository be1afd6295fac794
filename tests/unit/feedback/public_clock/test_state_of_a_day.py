"""What a public clock says of a day is what the case's own clock says at the first instant of it."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sixclear.common.clock import civil_day_start, close_of_day
from sixclear.feedback.public_clock.rules import Days, state_at
from sixclear.feedback.submission.clocks import clock_state

_DAYS = st.dates(date(2025, 1, 1), date(2027, 1, 1))
_NEAR = st.integers(-12, 12)


@given(due=_DAYS, warned=st.integers(0, 6), ahead=_NEAR)
def test_a_running_clock_stands_as_at_the_start_of_the_day(due: date, warned: int, ahead: int) -> None:
    day, soon = due + timedelta(days=ahead), due - timedelta(days=warned)
    told = state_at(Days(due, soon, paused=False, answered_on=None), day)
    assert told == clock_state(close_of_day(due), close_of_day(soon), None, civil_day_start(day))


@given(due=_DAYS, ahead=_NEAR, paused=st.booleans())
def test_an_answer_ends_every_clock_and_a_pause_stops_it(due: date, ahead: int, paused: bool) -> None:
    day = due + timedelta(days=ahead)
    assert state_at(Days(due, due, paused=paused, answered_on=due), day) == "answered"
    assert state_at(Days(due, due, paused=True, answered_on=None), day) == "paused"
