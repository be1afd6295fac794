"""The load of a process is what it was sent within a minute, compared with counting every instant again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sixclear.feedback.challenge.load import Load

NOW = datetime(2025, 11, 3, 3, 0, tzinfo=UTC)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60))
def test_it_is_the_number_of_the_last_sixty_seconds(pauses: list[int]) -> None:
    load, now, sent = Load(), NOW, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        load.add(now)
        sent.append(now)
        assert load.within_minute(now) == sum(now - at < timedelta(minutes=1) for at in sent)
    assert load.within_minute(now + timedelta(minutes=1)) == 0


def test_it_holds_no_more_numbers_than_seconds() -> None:
    load = Load()
    for number in range(10_000):
        load.add(NOW + timedelta(milliseconds=10 * number))
    assert load.within_minute(NOW + timedelta(seconds=99)) == 6_000
    assert len(load._seconds) == 60


def test_a_clock_that_was_set_back_asks_nobody_for_work() -> None:
    load = Load()
    for _ in range(100):
        load.add(NOW + timedelta(days=300))
    assert load.within_minute(NOW) == 0
    load.add(NOW)
    assert load.within_minute(NOW) == 1
    assert load.within_minute(NOW + timedelta(minutes=2)) == 0
