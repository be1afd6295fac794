"""The embedded PostgreSQL: keeps its data, survives what a killed process leaves behind, says what is wrong."""

import asyncio
import errno
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
import pytest_asyncio

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.runtime.postgres_server import PostgresServer

DATABASES = ("sixclear_tasks", "sixclear_feedback")


@pytest.fixture(scope="module")
def initialised() -> Iterator[Path]:
    """A data folder that was used once and stopped cleanly; copied per test, because making one takes seconds."""
    folder = Path(tempfile.mkdtemp(prefix="sixclear-pg-"))

    async def use_once() -> None:
        server = PostgresServer(folder / "postgres", DATABASES)
        await server.start()
        await server.stop()

    asyncio.run(use_once())
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def folder(initialised: Path) -> Iterator[Path]:
    """A fresh copy with the owners kept."""
    made = Path(tempfile.mkdtemp(prefix="sixclear-pg-"))
    subprocess.run(["cp", "-a", f"{initialised}/.", str(made)], check=True)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest_asyncio.fixture
async def server(folder: Path) -> AsyncIterator[PostgresServer]:
    """A server on that copy, not started."""
    made = PostgresServer(folder / "it's a home" / "postgres", DATABASES)
    made.folder.parent.mkdir()
    (folder / "postgres").rename(made.folder)
    yield made
    await made.stop()


async def _fetch(server: PostgresServer, query: str, database: str = "sixclear_tasks") -> list[asyncpg.Record]:
    connection = await asyncpg.connect(user="postgres", database=database, host=str(server.socket_dir))
    try:
        return list(await connection.fetch(query))
    finally:
        await connection.close()


def _postmaster(server: PostgresServer) -> psutil.Process:
    return psutil.Process(int((server.data / "postmaster.pid").read_text().splitlines()[0]))


@pytest.mark.asyncio
async def test_makes_a_database_per_service_and_keeps_data(server: PostgresServer) -> None:
    await server.start()
    names = {row["datname"] for row in await _fetch(server, "SELECT datname FROM pg_database")}
    await _fetch(server, "CREATE TABLE kept AS SELECT 7 AS value")
    started = asyncio.get_running_loop().time()
    await server.stop()
    stopped_in = asyncio.get_running_loop().time() - started
    await server.start()

    assert set(DATABASES) <= names
    assert stopped_in < 5
    assert (await _fetch(server, "SELECT value FROM kept"))[0]["value"] == 7


@pytest.mark.asyncio
async def test_socket_only_and_only_for_the_owner(server: PostgresServer) -> None:
    await server.start()

    assert not _postmaster(server).net_connections("inet")
    assert (server.socket_dir / ".s.PGSQL.5432").stat().st_mode & 0o077 == 0


@pytest.mark.asyncio
async def test_lock_file_of_a_dead_or_foreign_process_is_no_obstacle(server: PostgresServer) -> None:
    lock = server.data / "postmaster.pid"
    lines = [str(os.getpid()), str(server.data), "1700000000", "5432", str(server.data), "", "1 2", "ready"]
    lock.write_text("\n".join(lines) + "\n")
    (server.data / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    await server.start()

    assert await _fetch(server, "SELECT 1")


@pytest.mark.asyncio
async def test_server_left_by_a_killed_process_is_replaced(server: PostgresServer) -> None:
    await server.start()
    left = _postmaster(server)
    again = PostgresServer(server.folder)
    await again.start()

    assert not left.is_running() or left.status() == psutil.STATUS_ZOMBIE
    assert await _fetch(again, "SELECT 1")


@pytest.mark.asyncio
async def test_a_server_that_cannot_be_looked_at_is_neither_stopped_nor_replaced(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await server.start()

    def none_left(pid: int) -> psutil.Process:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(psutil, "Process", none_left)
    again = PostgresServer(server.folder)
    assert again.running() is None
    with pytest.raises(CannotStart, match="Too many open files"):
        again.attach()
    with pytest.raises(CannotStart) as refused:
        await again.start()
    again.kill()
    monkeypatch.undo()

    assert "cannot be told" in refused.value.reason
    assert server.running()
    assert await _fetch(server, "SELECT 1")


@pytest.mark.asyncio
async def test_recovers_after_the_server_itself_was_killed(server: PostgresServer) -> None:
    await server.start()
    await _fetch(server, "CREATE TABLE kept AS SELECT 7 AS value")
    os.kill(_postmaster(server).pid, signal.SIGKILL)
    again = PostgresServer(server.folder)
    await again.start()

    assert (await _fetch(again, "SELECT value FROM kept"))[0]["value"] == 7


@pytest.mark.asyncio
async def test_data_of_another_major_version_is_refused(server: PostgresServer) -> None:
    (server.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(CannotStart) as refused:
        await server.start()
    (server.data / "PG_VERSION").write_text("18\n")

    assert "PostgreSQL 17" in refused.value.reason
    assert "move" in refused.value.way_out


@pytest.mark.asyncio
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_data_of_another_user_are_refused_with_the_way_out(server: PostgresServer) -> None:
    owner = server.data.stat()
    os.chown(server.data, 12345, 12345)
    with pytest.raises(CannotStart) as refused:
        await server.start()
    os.chown(server.data, owner.st_uid, owner.st_gid)

    assert "another user" in refused.value.reason
    assert "chown -R" in refused.value.way_out


@pytest.mark.asyncio
async def test_failure_to_start_says_where_the_log_is(server: PostgresServer) -> None:
    (server.data / "postgresql.conf").write_text("nonsense = 1\n")
    with pytest.raises(CannotStart) as refused:
        await server.start()

    assert "nonsense" in refused.value.reason
    assert "server.log" in refused.value.way_out


@pytest.mark.asyncio
async def test_long_path_interrupted_first_start_and_restart(tmp_path: Path) -> None:
    deep = Path(tempfile.mkdtemp(prefix="sixclear-pg-")) / ("long" * 30)
    (deep / "data.new").mkdir(parents=True)
    made = PostgresServer(deep, ["sixclear_tasks"])
    await made.start()
    try:
        assert await _fetch(made, "SELECT 'Ấ' = upper('ấ') AS same")
        socket_dir = made.socket_dir
        os.kill(_postmaster(made).pid, signal.SIGKILL)
        await made.start()
        assert made.socket_dir == socket_dir, "everybody knows it by this address"
        assert await _fetch(made, "SELECT 1")
    finally:
        await made.stop()
        shutil.rmtree(deep.parent, ignore_errors=True)

    assert not socket_dir.exists()
