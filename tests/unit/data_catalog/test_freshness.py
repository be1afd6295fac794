"""Freshness follows from the last heartbeat, the promise and the time."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from sixclear.data_catalog import schemas
from sixclear.data_catalog.freshness import FRESHNESS, fresh_until, freshness

NOW = datetime(2025, 12, 4, 10, 0, tzinfo=UTC)
DAY = 86_400


def test_the_api_knows_every_freshness() -> None:
    assert get_args(schemas.Freshness) == FRESHNESS


@pytest.mark.parametrize(
    ("last_at", "promised", "expected"),
    [
        (NOW, DAY, "fresh"),
        (NOW - timedelta(days=1), DAY, "fresh"),
        (NOW - timedelta(days=1, microseconds=1), DAY, "late"),
        (None, DAY, "silent"),
        (None, None, "no_promise"),
        (NOW, None, "no_promise"),
    ],
)
def test_freshness_is_derived(last_at: datetime | None, promised: int | None, expected: str) -> None:
    assert freshness(last_at, promised, NOW) == expected


def test_an_entry_is_fresh_until_its_promise_ends() -> None:
    assert fresh_until(NOW, DAY) == NOW + timedelta(days=1)
    assert fresh_until(None, DAY) is None
    assert fresh_until(NOW, None) is None
