"""`sixclear purge` of a task that became restricted: monitoring reads its log again and holds nothing of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.integration.monitoring.conftest import Events, make_runtime
from tests.integration.monitoring.live.test_withdrawn import where_it_stands
from tests.integration.monitoring.running import publish, running

from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.ids import stable_id
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.launcher import commands
from sixclear.launcher.__main__ import parser
from sixclear.launcher.purges import purge_entity
from sixclear.monitoring.view.reconcile import differences
from sixclear.tasks.events import EVENTS

pytestmark = pytest.mark.asyncio

SECRET = "Kế hoạch không ai được biết"
TASK = stable_id("task", SECRET)


@pytest_asyncio.fixture
async def tasks(clone_database: CloneDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EventLog]:
    """The log of tasks, in a database that its migrations made and that `sixclear purge` finds."""
    url = await clone_database("sixclear.tasks")
    monkeypatch.setenv("SIXCLEAR_TASKS_DATABASE_URL", url)
    monkeypatch.setattr(commands, "configure_logging", lambda settings: None)  # it is the whole process's
    database = Database(url, application_name="tasks", pool_size=3)
    made = EventLog(EVENTS, database)
    await made.start()
    yield made
    await made.stop()
    await database.close()


async def _story(log: EventLog, events: Events, *, withdrawn: bool) -> None:
    for change in ("assigned", "progress_reported"):
        await publish(log, events.task(SECRET, change))
    await publish(log, events.task("another"))
    if withdrawn:
        gone = events.task(SECRET, "withdrawn")
        gone.data.clear()
        gone.data.update(change="withdrawn", task_id=str(TASK))
        await publish(log, gone)


async def _run(*arguments: str) -> int:
    options = parser().parse_args(["purge", *arguments])
    return int(await options.run(options))


async def test_monitoring_reads_the_log_again_and_holds_nothing_of_it(
    clone_database: CloneDatabase, tasks: EventLog, capsys: pytest.CaptureFixture[str]
) -> None:
    url, events = await clone_database("sixclear.monitoring"), Events()
    runtime, _ = make_runtime(utc_now, logs={"tasks": tasks, "feedback": tasks, "data-catalog": tasks})
    database = Database(url, application_name="test", pool_size=1)
    async with running(url, runtime) as (_, client):

        async def shows(total: int, epoch: int) -> bool:
            answer = (await client.get("/api/monitoring/v1/status")).json()
            return bool((answer["tasks"]["total"], answer["sources"]["tasks"]["epoch"]) == (total, epoch))

        await _story(tasks, events, withdrawn=False)
        await eventually(lambda: shows(2, 1), within_seconds=20)
        await _story(tasks, events, withdrawn=True)
        await eventually(lambda: shows(1, 1), within_seconds=20)
        assert await _run(f"task/{TASK}", "--reason", "Quyết định 1", "--by", "vận hành") == 0
        await eventually(lambda: shows(1, 2), within_seconds=30)

        async def swept() -> bool:
            async with database.session() as session:
                return bool(await session.scalar(text("SELECT count(*) FROM task_history WHERE epoch < 2")) == 0)

        await eventually(swept, within_seconds=20)
        for path in ("/status", "/changes", "/attention"):
            assert SECRET not in (await client.get(f"/api/monitoring/v1{path}")).text
    assert await where_it_stands(database, SECRET) == []
    async with database.session() as session:
        assert await differences(session, utc_now) == []
        assert await session.scalar(text("SELECT count(*) FROM gap WHERE closed_at IS NULL")) == 0
    await database.close()
    said = capsys.readouterr().out
    assert "were taken out by vận hành (Quyết định 1)" in said
    assert "epoch 2" in said


async def test_a_second_time_nothing_is_done_and_it_says_what_was(
    tasks: EventLog, capsys: pytest.CaptureFixture[str]
) -> None:
    await _story(tasks, Events(), withdrawn=True)
    assert await _run("--dry-run", f"task/{TASK}") == 0
    assert "2 public versions would be taken out" in capsys.readouterr().out
    assert await tasks.reader().epoch() == 1
    assert await _run(f"sixclear.tasks.task.v1/{TASK}", "--reason", "Quyết định 2") == 0
    first = capsys.readouterr().out
    assert "Quyết định 2" in first
    assert await _run(f"task/{TASK}", "--reason", "Quyết định 3") == 0
    assert capsys.readouterr().out == first
    assert await tasks.reader().epoch() == 2


async def test_what_it_refuses(tasks: EventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = CommonSettings(home=tmp_path)
    await _story(tasks, Events(), withdrawn=False)

    async def refused(entity: str) -> str:
        with pytest.raises(CannotStart) as error:
            await purge_entity(settings, entity, requested_by="x", reason="", force=False, dry_run=False)
        return f"{error.value.reason} {error.value.way_out}"

    assert "--force" in await refused(f"task/{TASK}")
    assert "Make it restricted first" in await refused(f"task/{TASK}")
    kinds = await refused(f"case/{TASK}")
    assert "Kinds: organisation (tasks), programme (tasks), directive (tasks), document (tasks), task (tasks)" in kinds
    last = "submission (feedback), proposal (feedback), entry (data-catalog), element (data-catalog)."
    assert kinds.endswith(last)
    assert "names no entity" in await refused("task")
    assert "was ever published by tasks" in await refused(f"task/{stable_id('task', 'no such task')}")
    assert await tasks.reader().epoch() == 1
    async with tasks.database.transaction() as session:
        await session.execute(text("DROP INDEX ix_event_event_id"))
    with pytest.raises(CannotStart, match="not whole"):
        await purge_entity(settings, f"task/{TASK}", requested_by="x", reason="", force=True, dry_run=False)
    async with tasks.database.session() as session:
        assert await session.scalar(text("SELECT count(*) FROM event WHERE NOT published")) == 0, "all or nothing"
    monkeypatch.setenv("SIXCLEAR_TASKS_DATABASE_URL", "postgresql+asyncpg://user:hidden@127.0.0.1:1/tasks")
    assert "hidden" not in await refused(f"task/{TASK}")


@pytest.mark.parametrize(("service", "kind"), [("feedback", "submission"), ("data-catalog", "entry")])
async def test_every_source_has_it(
    clone_database: CloneDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, service: str, kind: str
) -> None:
    package = service.replace("-", "_")
    url = await clone_database(f"sixclear.{package}")
    monkeypatch.setenv(f"SIXCLEAR_{package.upper()}_DATABASE_URL", url)
    database = Database(url, application_name="test", pool_size=1)
    insert = text(
        """INSERT INTO event (entity_type, entity_id, version, previous_version, change, data, meta, occurred_at,
                              recorded_at, published)
           SELECT :kind, :entity_id, n, n - 1, 'updated', '{}', '{}', now(), now(), true FROM generate_series(1, 3) n"""
    )
    async with database.transaction() as session:
        await session.execute(insert, {"kind": kind, "entity_id": TASK})
    lines = await purge_entity(
        CommonSettings(home=tmp_path), f"{kind}/{TASK}", requested_by="x", reason="", force=True, dry_run=False
    )
    assert f"2 public versions of {kind}" in lines[0]
    async with database.session() as session:
        rows: list[Any] = list(await session.execute(text("SELECT version, published FROM event ORDER BY version")))
    assert [tuple(row) for row in rows] == [(1, False), (2, False), (3, True)]
    await database.close()
