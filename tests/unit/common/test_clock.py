"""Civil days: when they begin, when office hours end, when they are over."""

from datetime import UTC, date, datetime

from sixclear.common.clock import civil_date, civil_day_end, civil_day_start, close_of_day

DAY = date(2025, 12, 15)


def test_a_day_of_the_civil_time_zone_in_utc() -> None:
    assert civil_day_start(DAY) == datetime(2025, 12, 14, 17, tzinfo=UTC)
    assert close_of_day(DAY) == datetime(2025, 12, 15, 10, tzinfo=UTC)
    assert civil_day_end(DAY) == datetime(2025, 12, 15, 16, 59, 59, 999999, tzinfo=UTC)
    assert close_of_day(DAY).tzinfo is UTC


def test_every_instant_of_a_day_is_on_that_day() -> None:
    assert {civil_date(at) for at in (civil_day_start(DAY), close_of_day(DAY), civil_day_end(DAY))} == {DAY}
