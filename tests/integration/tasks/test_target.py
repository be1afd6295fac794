"""The service as a process runs it: it migrates, registers the shipped organisations once, and serves."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from sixclear.common import access_log
from sixclear.common.access_log import Reading
from sixclear.common.runtime import source_target
from sixclear.common.runtime.source_target import forget_readings
from sixclear.common.testing.identity import http_client
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.common.testing.service import bare_runtime
from sixclear.tasks import target as tasks
from sixclear.tasks.organisation.seed import shipped_organisations
from sixclear.tasks.settings import Settings
from sixclear.tasks.target import create_target


async def organisations_after_a_run(url: str, home: Path, *, seed: bool) -> int:
    """Start, count the events of the log and ask for a province, stop."""
    target = create_target(bare_runtime(home), Settings(database_url=url, seed_organisations=seed))
    assert not target.checks()[0].ok
    await target.start()
    try:
        assert target.checks()[0].ok
        async with http_client(target.app) as http:
            provinces = (await http.get("/api/tasks/v1/organisations?level=province&limit=200")).json()["items"]
        assert len(provinces) == (34 if seed else 0)
        events = await target.event_log.reader().read(0, 10_000)
        return len({event.entity_id for event in events})
    finally:
        await target.stop()


@pytest.mark.asyncio
async def test_it_starts_twice_on_one_database_and_knows_its_organisations(
    empty_database: EmptyDatabase, tmp_path: Path
) -> None:
    url = await empty_database()
    assert await organisations_after_a_run(url, tmp_path, seed=False) == 0
    for _ in range(2):
        assert await organisations_after_a_run(url, tmp_path, seed=True) == len(shipped_organisations())


@pytest.mark.asyncio
async def test_its_hourly_work_deletes_old_readings(empty_database: EmptyDatabase, tmp_path: Path) -> None:
    settings = Settings(database_url=await empty_database(), seed_organisations=False)
    target = create_target(bare_runtime(tmp_path), settings)
    await target.start()
    try:
        now, kept = target.runtime.clock(), timedelta(days=target.runtime.settings.access_log_days)
        async with target.database.transaction() as session:
            for at in (now, now - kept - timedelta(minutes=1)):
                await access_log.note(session, Reading(at, "org-G06", None, [], "getOwnTask", None, {}, None))
        await forget_readings(target)
        async with target.database.session() as session:
            left = await access_log.list_readings(session, limit=9)
        assert len(left) == 1
    finally:
        await target.stop()


@pytest.mark.asyncio
async def test_ladders_go_on_where_periods_fail(
    empty_database: EmptyDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = asyncio.Event()

    async def fails(_: tasks.Target) -> None:
        raise RuntimeError("a period that cannot be read")

    async def passes(_: tasks.Target) -> None:
        passed.set()

    monkeypatch.setattr(source_target, "_PASS_TIME_SECONDS", 0.01)
    monkeypatch.setitem(tasks.PASSING, "periods", fails)
    monkeypatch.setitem(tasks.PASSING, "ladders", passes)
    target = create_target(
        bare_runtime(tmp_path), Settings(database_url=await empty_database(), seed_organisations=False)
    )
    await target.start()
    try:
        async with asyncio.timeout(20):
            await passed.wait()
    finally:
        await target.stop()
