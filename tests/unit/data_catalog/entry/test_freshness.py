"""Freshness follows from the last heartbeat, the promise and the time."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from tests.cases.freshness import CASES, FreshnessCase

from sixclear.data_catalog.entry.freshness import fresh_until, freshness
from sixclear.data_catalog.entry.schemas import Freshness

NOW = datetime(2025, 12, 4, 10, 0, tzinfo=UTC)
DAY = 86_400


def test_the_cases_show_every_freshness() -> None:
    assert {case.freshness for case in CASES} == set(get_args(Freshness))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_freshness_is_derived(case: FreshnessCase) -> None:
    assert freshness(case.last_at, case.promised_period_seconds, case.now) == case.freshness


def test_an_entry_is_fresh_until_its_promise_ends() -> None:
    assert fresh_until(NOW, DAY) == NOW + timedelta(days=1)
    assert fresh_until(None, DAY) is None
    assert fresh_until(NOW, None) is None
