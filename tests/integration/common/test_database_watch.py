"""Readiness follows the database: not ready while it is away, ready again when it is back."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from tests.integration.common.test_source_target import target_at

from sixclear.common.runtime.postgres_server import PostgresServer
from sixclear.common.testing.eventually import eventually


@pytest_asyncio.fixture
async def server() -> AsyncIterator[PostgresServer]:
    """A running server of its own, to be stopped."""
    folder = Path(tempfile.mkdtemp(prefix="sixclear-pg-"))
    made = PostgresServer(folder / "postgres")
    await made.start(["sixclear_data_catalog"])
    yield made
    await made.stop()
    shutil.rmtree(folder, ignore_errors=True)


def answering(probe: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    """`probe` as something that can be awaited."""

    async def ask() -> bool:
        return probe()

    return ask


@pytest.mark.asyncio
async def test_not_ready_while_the_database_is_away(server: PostgresServer, tmp_path: Path) -> None:
    target = target_at(server.url("sixclear_data_catalog"), tmp_path)
    assert [check.ok for check in target.checks()] == [False, False]
    await target.start()
    assert [(check.name, check.ok, check.detail) for check in target.checks()] == [
        ("started", True, ""),
        ("database", True, ""),
    ]
    await server.stop()
    await eventually(answering(lambda: not target.checks()[1].ok))
    assert "SIXCLEAR_DATA_CATALOG_DATABASE_URL" in target.checks()[1].detail
    await server.start(["sixclear_data_catalog"])
    await eventually(answering(lambda: target.checks()[1].ok))
    await target.stop()
    assert not target.checks()[1].ok
    assert [task for task in asyncio.all_tasks() if "watch" in task.get_name()] == []
