"""The age of the view is measured when it is asked for: a database that is away does not stop it."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from prometheus_client import Gauge

from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.eventually import eventually
from sixclear.monitoring import metrics
from sixclear.monitoring.live import stream
from sixclear.monitoring.settings import Settings
from sixclear.monitoring.streams.freshness import Freshness
from sixclear.monitoring.streams.schemas import SourceFreshness
from sixclear.monitoring.view import sources as views

START = datetime(2025, 12, 4, 3, 0, tzinfo=UTC)


class Session:
    """Takes whatever isolation it is asked for."""

    async def connection(self, **options: Any) -> None:
        """Nothing to do."""


class OneAnswer:
    """A database that is there once."""

    def __init__(self) -> None:
        self.asked = 0

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        self.asked += 1
        if self.asked > 1:
            raise OSError("away")
        yield Session()


@pytest.mark.asyncio
async def test_the_view_goes_on_ageing_while_nothing_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    async def freshness(session: Any, now: datetime) -> Freshness:
        source = known_until(START)
        return Freshness(900.0, 0.5, {"a-source": source})

    async def sequence(session: Any) -> int:
        return 1

    async def nothing_refused(session: Any) -> bool:
        return False

    async def nothing_measured(session: Any, since: datetime, now: datetime) -> None:
        """No census was stated."""

    monkeypatch.setattr(stream, "freshness", freshness)
    monkeypatch.setattr(views, "view_sequence", sequence)
    monkeypatch.setattr(stream, "refuses", nothing_refused)
    monkeypatch.setattr(stream, "measure", nothing_measured)
    clock, database = MovingClock(START), OneAnswer()
    live = stream.LiveStream(database, clock, Settings(database_url="postgresql+asyncpg://none"))  # type: ignore[arg-type]
    assert live.behind_seconds is None
    await live.start()

    async def looked_twice() -> bool:
        live.wake()
        return database.asked > 1

    await eventually(looked_twice)
    clock.pass_by(seconds=60)
    assert live.behind_seconds == 60.5, "a lost event does not make this process unready"
    assert _of_a_source(metrics.STALENESS) == 60
    clock.pass_by(seconds=-3600)
    assert live.behind_seconds is None, "a clock that was set back makes nothing younger"
    assert math.isnan(_of_a_source(metrics.STALENESS))
    live._current_at = START
    assert live._pulse()["staleness_seconds"] is None
    await live.stop()


def test_an_age_that_nobody_knows_is_no_number() -> None:
    settings = Settings(database_url="postgresql+asyncpg://none")
    live = stream.LiveStream(OneAnswer(), MovingClock(START), settings)  # type: ignore[arg-type]
    for until, silent in ((START, frozenset[str]()), (None, frozenset({"a-source"}))):
        source = known_until(until)
        live._measure(1, Freshness(None, 0.5, {"a-source": source}, silent))
        assert math.isnan(_of_a_source(metrics.STALENESS)) is (until is None)
        assert _of_a_source(metrics.RELAY_SILENT) == len(silent)


def known_until(until: datetime | None) -> SourceFreshness:
    return SourceFreshness(
        epoch=1, rebuilding_epoch=None, events=0, last_event_at=None, current_until=until, lag_messages=0, gaps=0
    )


def _of_a_source(gauge: Gauge) -> float:
    [sample] = [one for family in gauge.collect() for one in family.samples if one.labels == {"source": "a-source"}]
    return sample.value
