"""The real servers of a run: PostgreSQL, Apache Kafka, the product and its peers, each a process of its own."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx2
from tests.benchmarks.report import ROOT

from sixclear.common.runtime.kafka_server import KafkaServer
from sixclear.common.runtime.postgres_server import PostgresServer

SERVICES = ("tasks", "feedback", "data_catalog", "monitoring")
# A busy machine takes minutes for the schema and the bodies; a process that ends is not waited for.
_READY_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Postgres:
    """The PostgreSQL of the wheel, with `fsync` and `synchronous_commit` on; every database of a run is in it."""

    server: PostgresServer

    @property
    def pid(self) -> int:
        """Its first process: all others are its children."""
        return int((self.server.data / "postmaster.pid").read_text().splitlines()[0])

    def url(self, database: str) -> str:
        """SQLAlchemy's address of a database."""
        return self.server.url(database)

    @property
    def socket_dir(self) -> str:
        """Where its socket is."""
        return str(self.server.socket_dir)

    @asynccontextmanager
    async def connection(self, database: str = "postgres") -> AsyncIterator[asyncpg.Connection]:
        """A connection of our own, outside a transaction."""
        made = await asyncpg.connect(user="postgres", database=database, host=self.socket_dir)
        try:
            yield made
        finally:
            await made.close()

    async def execute(self, statement: str, database: str = "postgres") -> None:
        """Run statements outside a transaction."""
        async with self.connection(database) as connection:
            await connection.execute(statement)

    async def copy(self, template: str, name: str) -> str:
        """A new database like `template`; one of that name is dropped first. Returns its address."""
        await self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    async def commit_delay(self, microseconds: int) -> None:
        """Have each commit wait, as on a slower disk; 0: as it is."""
        siblings = 0 if microseconds else 5
        async with self.connection() as connection:
            await connection.execute(f"ALTER SYSTEM SET commit_delay = {microseconds}")
            await connection.execute(f"ALTER SYSTEM SET commit_siblings = {siblings}")
            await connection.execute("SELECT pg_reload_conf()")


@asynccontextmanager
async def postgres(folder: Path) -> AsyncIterator[Postgres]:
    """PostgreSQL as the product starts it, with connections for all that run at one time; stopped at the end."""
    server = PostgresServer(folder / "postgres", settings={"max_connections": "300", "max_wal_size": "4GB"})
    await server.start()
    try:
        async with (made := Postgres(server)).connection() as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                assert await connection.fetchval(f"SHOW {setting}") == "on", setting
        yield made
    finally:
        await server.stop()


@contextmanager
def kafka(folder: Path) -> Iterator[KafkaServer]:
    """Apache Kafka as the tests' lane starts it; raises KafkaUnavailable with the reason."""
    server = KafkaServer(folder / "kafka")
    server.start()
    try:
        yield server
    finally:
        server.kill()


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass(slots=True)
class Served:
    """A process that answers HTTP."""

    name: str
    pid: int
    port: int
    log: Path

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def served(
    name: str,
    command: Sequence[str],
    port: int,
    environment: Mapping[str, str],
    folder: Path,
    *,
    ready: str,
    said: str = "",
    within_seconds: float = _READY_SECONDS,
) -> AsyncIterator[Served]:
    """A process that is ready when `ready` answers 200 and it has written `said`.

    It is asked to stop at the end, and killed when it does not.
    """
    log = folder / f"{name}.log"
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("SIXCLEAR_", "OTEL_"))}
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: ASYNC220 (it only begins)
            command,
            cwd=ROOT,
            env={**inherited, "PYTHONUNBUFFERED": "1", **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        made = Served(name, process.pid, port, log)
        await _until_ready(made, process, f"{made.url}{ready}", said, within_seconds)
        yield made
    finally:
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, 15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _until_ready(
    one: Served, process: subprocess.Popen[bytes], address: str, said: str, within_seconds: float
) -> None:
    ends = time.monotonic() + within_seconds
    async with httpx2.AsyncClient() as client:
        while time.monotonic() < ends and process.poll() is None:
            try:
                answered = (await client.get(address)).status_code == 200
            except httpx2.TransportError:
                answered = False
            if answered and said in one.log.read_text("utf-8", "replace"):
                return
            await asyncio.sleep(0.05)
    last = one.log.read_text("utf-8", "replace").splitlines()[-15:]
    raise RuntimeError(f"{one.name} is not ready:\n" + "\n".join(last))


def product_command(target: str, port: int, *, demo: bool) -> list[str]:
    """What starts the product."""
    shown = "--demo" if demo else "--no-demo"
    return [sys.executable, "-m", "sixclear.launcher", "run", "--target", target, "--port", str(port), shown]


@asynccontextmanager
async def sixclear(
    name: str, target: str, databases: Mapping[str, str], home: Path, **settings: str
) -> AsyncIterator[Served]:
    """The product with these targets and databases; tracing at 1 % unless `settings` (without prefix) say otherwise.

    It takes tokens that are signed by the issuer's key on `home`; its own data folder lies beside.
    """
    port = free_port()
    own = home.parent / f"{name}-home"
    shutil.copytree(home / "identity", own / "identity", dirs_exist_ok=True)
    environment = {
        "SIXCLEAR_HOME": str(own),
        "SIXCLEAR_PUBLIC_URL": ISSUER,
        "SIXCLEAR_TRACE_RATIO": "0.01",
        "SIXCLEAR_LOG_LEVEL": "WARNING",
        **{f"SIXCLEAR_{service.upper()}_DATABASE_URL": url for service, url in databases.items()},
        **{f"SIXCLEAR_{key}": value for key, value in settings.items()},
    }
    command = product_command(target, port, demo=False)
    async with served(name, command, port, environment, home.parent, ready="/readyz") as made:
        yield made


# Whose tokens the product takes and each peer that asks for one; nothing listens there.
ISSUER = "http://benchmark.test"


@asynccontextmanager
async def peer(name: str, module: str, environment: Mapping[str, str], folder: Path) -> AsyncIterator[Served]:
    """A peer under uvicorn as its documentation says: one process, uvloop and httptools, no access log."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", f"tests.benchmarks.peers.{module}:app", "--port", str(port)]
    command += ["--no-access-log", "--log-level", "warning"]
    async with served(name, command, port, environment, folder, ready="/ready") as made:
        yield made


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder of the run, on a disk; PostgreSQL runs as another user there."""
    with tempfile.TemporaryDirectory(prefix="sixclear-bench-", ignore_cleanup_errors=True) as folder:
        path = Path(folder)
        path.chmod(0o755)
        yield path
