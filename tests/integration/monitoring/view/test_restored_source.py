"""A source's database put back from a dump, in one process: the figures become those of what was put back."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.monitoring.running import publish, running

from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.testing import backup
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.monitoring.view.reconcile import differences

pytestmark = pytest.mark.asyncio


def _url(log: EventLog) -> str:
    return log.database.engine.url.render_as_string(hide_password=False)


async def _status(client: Any) -> Any:
    return (await client.get("/api/monitoring/v1/status")).json()


async def _total(client: Any, total: int, epoch: int) -> bool:
    status = await _status(client)
    fresh = status["staleness_seconds"] is not None
    return bool((status["tasks"]["total"], status["sources"]["tasks"]["epoch"], fresh) == (total, epoch, True))


@pytest.mark.parametrize("since", [1, 3])
async def test_the_figures_are_those_of_the_restored_database(
    clone_database: CloneDatabase, new_runtime: Any, log: EventLog, events: Any, tmp_path: Path, since: int
) -> None:
    """Two confirmed tasks are lost; one, or more than were lost, come after. The platform runs all the time."""
    runtime, _ = new_runtime(utc_now, logs={"tasks": log, "feedback": log, "data-catalog": log})
    url = await clone_database("sixclear.monitoring")
    for name in ("a", "b", "c"):
        await publish(log, events.task(name))
    await backup.dump(_url(log), tmp_path / "dump")
    for name in ("lost", "gone"):
        await publish(log, events.task(name, "completed", status="completed"))
    async with running(url, runtime) as (_, client):
        await eventually(lambda: _total(client, 5, 1))
        await backup.restore(_url(log), tmp_path / "dump")
        for number in range(since):
            await publish(log, events.task(f"new {number}"))
        await eventually(lambda: _total(client, 3 + since, 2), within_seconds=20)
        assert (await _status(client))["tasks"]["completed"] == 0
    database = Database(url, application_name="test", pool_size=1)
    async with database.session() as session:
        assert await differences(session, utc_now) == []
    await database.close()


async def test_while_it_is_read_again_the_view_is_not_called_fresh(
    clone_database: CloneDatabase, new_runtime: Any, log: EventLog, events: Any
) -> None:
    """Readers still see the log before; the restored one holds no event, and nothing comes that could say so."""
    runtime, _ = new_runtime(utc_now, logs={"tasks": log, "feedback": log, "data-catalog": log})
    await publish(log, events.task("lost"))
    stale: list[Any] = []
    async with running(await clone_database("sixclear.monitoring"), runtime) as (_, client):
        await eventually(lambda: _total(client, 1, 1))
        async with log.database.transaction() as session:
            await session.execute(text("TRUNCATE event RESTART IDENTITY"))

        async def shown_empty() -> bool:
            status = await _status(client)
            source = status["sources"]["tasks"]
            if source["rebuilding_epoch"] == 2:
                stale.append((status["staleness_seconds"], source["current_until"]))
            return bool(source["epoch"] == 2 and status["tasks"]["total"] == 0)

        await eventually(shown_empty, within_seconds=20)
    assert set(stale) == {(None, None)}


async def test_a_restore_without_a_loss_changes_nothing(
    clone_database: CloneDatabase, new_runtime: Any, log: EventLog, events: Any, tmp_path: Path
) -> None:
    runtime, _ = new_runtime(utc_now, logs={"tasks": log, "feedback": log, "data-catalog": log})
    await publish(log, events.task("a"))
    async with running(await clone_database("sixclear.monitoring"), runtime) as (_, client):
        await eventually(lambda: _total(client, 1, 1))
        await backup.dump(_url(log), tmp_path / "dump")
        await backup.restore(_url(log), tmp_path / "dump")
        await publish(log, events.task("b"))
        await eventually(lambda: _total(client, 2, 1))
