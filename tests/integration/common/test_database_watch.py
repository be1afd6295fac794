"""Readiness follows the database: not ready while it is away, ready again when it is back."""

import asyncio
import errno
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import psutil
import pytest
import pytest_asyncio
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs
from tests.integration.common.test_source_target import target_at

from sixclear.common.runtime import database_watch
from sixclear.common.runtime.database_watch import DatabaseWatch
from sixclear.common.runtime.postgres_server import PostgresServer
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.common.web.database_errors import problem_for


@pytest_asyncio.fixture
async def server() -> AsyncIterator[PostgresServer]:
    """A running server of its own, to be stopped."""
    folder = Path(tempfile.mkdtemp(prefix="sixclear-pg-"))
    made = PostgresServer(folder / "postgres", ["sixclear_data_catalog"])
    await made.start()
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
    await server.start()
    await eventually(answering(lambda: target.checks()[1].ok))
    await target.stop()
    assert not target.checks()[1].ok
    assert [task for task in asyncio.all_tasks() if "watch" in task.get_name()] == []


@pytest.mark.asyncio
async def test_a_question_without_an_answer_is_no_answer_yet(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_watch, "_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(database_watch, "_LIMIT_SECONDS", 0.1)
    postmaster = psutil.Process(int((server.data / "postmaster.pid").read_text().splitlines()[0]))
    watch = DatabaseWatch(server.url("sixclear_data_catalog"), "data-catalog")
    await watch.start()
    with capture_logs() as said:
        frozen = [postmaster, *postmaster.children()]
        for process in frozen:
            process.suspend()
        await eventually(answering(lambda: any("cannot be told" in line["event"] for line in said)))
        at_once = watch.check().ok
        await eventually(answering(lambda: not watch.check().ok))
        detail = watch.check().detail
        for process in frozen:
            process.resume()
    await eventually(answering(lambda: watch.check().ok))
    await watch.stop()
    assert at_once, "an answer of a moment ago counts"
    assert "cannot be told" in detail


@pytest.mark.asyncio
async def test_without_a_descriptor_the_last_answer_counts(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = DatabaseWatch(server.url("sixclear_data_catalog"), "data-catalog")
    await watch.start()

    def none_left() -> object:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(watch._database, "engine", SimpleNamespace(connect=none_left))
    await watch._ask()
    assert watch.check().ok
    monkeypatch.setattr(database_watch, "_COUNTS_SECONDS", 0.0)
    assert "cannot be told" in watch.check().detail
    monkeypatch.undo()
    await watch.stop()


_FULL = """
CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE EVENT TRIGGER full_disk ON ddl_command_end EXECUTE FUNCTION refuse();
"""


@pytest.mark.asyncio
async def test_a_full_disk_is_said_and_over_when_there_is_space(
    clone_database: CloneDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_watch, "_EVERY_SECONDS", 0.05)
    url = await clone_database("sixclear.data_catalog")
    target = target_at(url, tmp_path)
    await target.start()
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    await connection.execute(_FULL)  # as PostgreSQL answers when it finds no space for another page
    with capture_logs() as said:
        with pytest.raises(DBAPIError) as refused:
            async with target.database.transaction() as session:
                await session.execute(text("CREATE TABLE more (page text)"))
        answer = problem_for(refused.value)
        assert (answer.status, answer.code) == (503, "unavailable")
        assert "disk of the database is full" in str(answer.detail)
        assert answer.headers["Retry-After"] == "30"
        await eventually(answering(lambda: [check.name for check in target.checks()][-1] == "disk"))
        full = target.checks()[-1]
        assert not full.ok
        assert not full.holds_back, "what is stored can be read"
        assert "SIXCLEAR_DATA_CATALOG_DATABASE_URL" in full.detail
        labels = {"sixclear_service": "data-catalog"}
        assert REGISTRY.get_sample_value("sixclear_database_disk_full", labels) == 1
        await connection.execute("DROP EVENT TRIGGER full_disk")
        await eventually(answering(lambda: [check.name for check in target.checks()] == ["started", "database"]))
    assert REGISTRY.get_sample_value("sixclear_database_disk_full", labels) == 0
    words = [line["event"] for line in said]
    assert words.count("the disk of the database is full: nothing is stored") == 1
    assert words.count("the disk of the database has space again") == 1
    await connection.close()
    await target.stop()
