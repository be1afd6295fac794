"""The broker is wiped and the projection dropped: everything comes back from the services' own logs, the same."""

import asyncio
import os
import shutil
import subprocess
import sys
from functools import partial
from typing import Any

import asyncpg
import pytest
from tests.e2e.platforms import Platform

from sixclear.common.runtime.postgres_server import PostgresServer
from sixclear.common.testing.eventually import eventually

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.kafka]

INSTANTS = [f"2025-{month:02d}-{day:02d}T12:00:00+07:00" for month in (4, 7, 9, 11, 12) for day in (3, 24)]


async def figures(platform: Platform) -> list[Any]:
    """The counters now and the answers as of ten instants, without what depends on when they were asked."""
    await platform.settled()
    answers = [await platform.status(programme="nq57-central"), await platform.status()]
    answers += [await platform.status(as_of=instant) for instant in INSTANTS]
    return [{name: answer[name] for name in ("tasks", "shares_percent", "databases", "feedback")} for answer in answers]


async def drop_monitoring(platform: Platform) -> None:
    """Drop monitoring's database while the platform is down."""
    server = PostgresServer(platform.home / "postgres")
    await server.start()
    try:
        url = server.url("postgres").replace("postgresql+asyncpg", "postgresql")
        connection = await asyncpg.connect(url)
        await connection.execute("DROP DATABASE sixclear_monitoring")
        await connection.close()
    finally:
        await server.stop()


@pytest.mark.asyncio
@pytest.mark.parametrize("lost", ["broker", "projection", "broker and projection"])
async def test_what_is_lost_is_built_again_the_same(cluster: Platform, lost: str) -> None:
    before = await figures(cluster)
    await asyncio.to_thread(cluster.stop)
    if "broker" in lost:
        shutil.rmtree(cluster.home / "kafka")
    if "projection" in lost:
        await drop_monitoring(cluster)
    await asyncio.to_thread(cluster.start)
    await eventually(partial(_same, cluster, before), within_seconds=120, every_seconds=1)


async def _same(platform: Platform, before: list[Any]) -> bool:
    """Whether the figures are those from before; while the projection is being built they are not there at all."""
    try:
        return await figures(platform) == before
    except AssertionError:
        return False


@pytest.mark.asyncio
async def test_what_is_counted_again_beside_the_view_is_the_same(cluster: Platform) -> None:
    """`sixclear rebuild` reads topics from their first message, while the old figures go on being answered."""
    before, number = await figures(cluster), await generation(cluster)
    await asyncio.to_thread(rebuild, cluster, "tasks")

    async def swapped() -> bool:
        await cluster.status()  # no figure is refused meanwhile
        return await generation(cluster) == number + 1

    await eventually(swapped, within_seconds=120, every_seconds=1)
    assert await figures(cluster) == before


def rebuild(platform: Platform, source: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sixclear.launcher", "rebuild", "--no-wait", source],
        env=os.environ | {"SIXCLEAR_HOME": str(platform.home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


async def generation(platform: Platform) -> int:
    """The number of the generation of tasks that readers see."""
    url = PostgresServer(platform.home / "postgres").url("sixclear_monitoring")
    connection = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    number = await connection.fetchval("SELECT active_epoch FROM source_view WHERE source = 'tasks'")
    await connection.close()
    return int(number)
