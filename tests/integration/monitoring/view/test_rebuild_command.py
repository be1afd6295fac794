"""`sixclear rebuild` has a running monitoring count a source again, beside what it shows."""

from typing import Any

import pytest
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
from sixclear.launcher.rebuild import ask
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
        await ask(CommonSettings(env="test"), "tasks")

        async def swapped() -> bool:
            async with database.session() as session:
                return (await sources(session))["tasks"].active_epoch == 2

        await eventually(swapped, within_seconds=30)
        await eventually(lambda: shows(2), within_seconds=30)
        source: dict[str, Any] = (await client.get("/api/monitoring/v1/status")).json()["sources"]["tasks"]
        assert (source["epoch"], source["rebuilding_epoch"]) == (1, None), "the log is the same"
    async with database.session() as session:
        shown = text("SELECT count(*) FROM task_history WHERE epoch = 2")
        assert await session.scalar(shown) == 2
    await database.close()


async def test_it_says_what_is_wrong(empty_database: EmptyDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIXCLEAR_MONITORING_DATABASE_URL", await empty_database())
    with pytest.raises(CannotStart, match="no source 'portal'"):
        await ask(CommonSettings(env="test"), "portal")
    with pytest.raises(CannotStart, match="never migrated"):
        await ask(CommonSettings(env="test"), "tasks")
