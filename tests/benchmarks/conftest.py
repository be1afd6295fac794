"""Counts what a hot path asks of PostgreSQL. Counters decide; times are printed, for machines differ."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import pytest
import pytest_asyncio
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from tests.integration.monitoring.conftest import database, events, view
from tests.integration.tasks.conftest import START, Service, started

from sixclear.common.testing.postgres import CloneDatabase

__all__ = ["database", "events", "view"]


@pytest_asyncio.fixture
async def service(clone_database: CloneDatabase) -> AsyncIterator[Service]:
    """The tasks application at START, which made its programme itself and remembers it."""
    async with started(clone_database, START) as running:
        yield running


@dataclass
class Cost:
    """What a block of code cost."""

    statements: int = 0
    seconds: float = 0.0


@contextmanager
def measured(engine: AsyncEngine) -> Iterator[Cost]:
    """Counts statements on `engine` and the time of the block."""
    cost = Cost()

    def count(*_: object) -> None:
        cost.statements += 1

    event.listen(engine.sync_engine, "before_cursor_execute", count)
    began = time.perf_counter()
    try:
        yield cost
    finally:
        cost.seconds = time.perf_counter() - began
        event.remove(engine.sync_engine, "before_cursor_execute", count)


@pytest.fixture
def say(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Shows a line at the end of the run, although the test passes."""
    return partial(record_property, "figure")
