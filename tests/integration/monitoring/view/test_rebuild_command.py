"""`sixclear rebuild` has a running monitoring count a source again, beside what it shows."""

import asyncio
from io import StringIO
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import text
from tests.integration.monitoring.conftest import Events, make_runtime
from tests.integration.monitoring.running import publish, running

from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import CloneDatabase, EmptyDatabase
from sixclear.launcher import rebuild
from sixclear.launcher.rebuild import Bars, ask, follow, sources_of
from sixclear.monitoring.view.progress import Progress
from sixclear.monitoring.view.sources import sources

pytestmark = pytest.mark.asyncio


async def test_what_the_histories_lack_is_there_again(
    clone_database: CloneDatabase, log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await clone_database("sixclear.monitoring")
    monkeypatch.setenv("SIXCLEAR_MONITORING_DATABASE_URL", url)
    database, events = Database(url, application_name="test", pool_size=1), Events()
    for name in ("a", "b"):
        await publish(log, events.task(name))
    logs = {"tasks": log, "feedback": log, "data-catalog": log}
    async with running(url, make_runtime(utc_now, logs=logs)[0]) as (_, client):

        async def shows(total: int) -> bool:
            answer = await client.get("/api/monitoring/v1/status")
            return bool(answer.status_code == 200 and answer.json()["tasks"]["total"] == total)

        await eventually(lambda: shows(2), within_seconds=20)
        async with database.transaction() as session:
            await session.execute(text("DELETE FROM task_history WHERE title = 'Nhiệm vụ a'"))
        seen: list[Progress] = []
        before = await ask(CommonSettings(env="test"), "tasks")
        assert before == {"tasks": 1}
        async with asyncio.timeout(40):
            assert await follow(CommonSettings(env="test"), before, lambda _, progress: seen.append(progress))
        assert (seen[-1].shown, seen[-1].read) == (True, seen[-1].total)
        assert [one.read for one in seen] == sorted(one.read for one in seen)
        async with database.session() as session:
            assert (await sources(session))["tasks"].active_epoch == 2
        await eventually(lambda: shows(2), within_seconds=30)
        source: dict[str, Any] = (await client.get("/api/monitoring/v1/status")).json()["sources"]["tasks"]
        assert (source["epoch"], source["rebuilding_epoch"]) == (1, None), "the log is the same"
    async with database.session() as session:
        shown = text("SELECT count(*) FROM task_history WHERE epoch = 2")
        assert await session.scalar(shown) == 2
    await database.close()


async def test_it_says_what_is_wrong(empty_database: EmptyDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIXCLEAR_MONITORING_DATABASE_URL", await empty_database())
    assert sources_of("monitoring") == ["data-catalog", "feedback", "tasks"]
    with pytest.raises(CannotStart, match="no source 'portal'"):
        await ask(CommonSettings(env="test"), "portal")
    with pytest.raises(CannotStart, match="never migrated"):
        await ask(CommonSettings(env="test"), "tasks")


async def test_without_a_terminal_there_is_a_line_for_every_tenth() -> None:
    said = StringIO()
    with Bars(Console(file=said)) as bars:
        for read in range(0, 1001, 25):
            bars.show("tasks", Progress(read, 1000, begun=True, shown=False))
        bars.show("tasks", Progress(1000, 1000, begun=True, shown=True))
    lines = said.getvalue().splitlines()
    assert lines[0] == "tasks: 0 of 1000 messages read"
    assert lines[-2:] == ["tasks: 1000 of 1000 messages read", "tasks: shown"]
    assert len(lines) == 12


async def test_on_a_terminal_there_is_a_bar_with_rate_and_time_left() -> None:
    said = StringIO()
    with Bars(Console(file=said, force_terminal=True, width=100)) as bars:
        for read in (0, 250, 500):
            bars.show("tasks", Progress(read, 1000, begun=True, shown=False))
    assert "500/1000" in said.getvalue()


async def test_a_rebuild_that_no_leader_begins_is_not_waited_for(
    clone_database: CloneDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIXCLEAR_MONITORING_DATABASE_URL", await clone_database("sixclear.monitoring"))
    monkeypatch.setattr(rebuild, "_BEGINS_WITHIN_SECONDS", 1.0)
    before = await ask(CommonSettings(env="test"), "monitoring")
    assert sorted(before) == ["data-catalog", "feedback", "tasks"]
    assert not await follow(CommonSettings(env="test"), before, lambda *_: None)
