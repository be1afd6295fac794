"""When a fact became true: told in order, never in the future."""

from datetime import UTC, datetime, timedelta

import pytest

from sixclear.common.use_case import FactBehindLastChange, FactInFuture, fact_time

NOW = datetime(2025, 12, 4, 10, 0, tzinfo=UTC)


def test_facts_are_told_in_order() -> None:
    earlier = NOW - timedelta(days=3)
    assert fact_time(None, None, NOW) == NOW
    assert fact_time(earlier, earlier, NOW) == earlier
    with pytest.raises(FactBehindLastChange):
        fact_time(earlier, NOW, NOW)
    with pytest.raises(FactInFuture):
        fact_time(NOW + timedelta(seconds=61), None, NOW)


@pytest.mark.parametrize("ahead", [1, 60])
def test_a_clock_that_is_a_minute_ahead_says_now(ahead: int) -> None:
    stated, last = NOW + timedelta(seconds=ahead), NOW + timedelta(milliseconds=5)
    assert fact_time(stated, None, NOW) == NOW
    assert fact_time(stated, last, NOW) == last, "the last change was told by another process of ours"


def test_a_clock_behind_the_last_fact_never_runs_time_backwards() -> None:
    last = NOW + timedelta(seconds=2)
    assert fact_time(None, last, NOW) == last


def test_a_time_that_is_stated_with_an_offset_is_kept_in_utc() -> None:
    stated = datetime.fromisoformat("2025-06-20T10:00:00+07:00")
    assert fact_time(stated, None, NOW).isoformat() == "2025-06-20T03:00:00+00:00"
