"""Processes that take reports: the product's ways and both peers, each with a copy of the country's database."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec

from tests.benchmarks import wrk
from tests.benchmarks.country import Country
from tests.benchmarks.machine import cpu_seconds
from tests.benchmarks.rows import Figures
from tests.benchmarks.run import Run
from tests.benchmarks.servers import ISSUER, SERVICES, Postgres, Served, peer, sixclear

from sixclear.common.testing.eventually import eventually

_STARTS = 10
NO_HOT_ROUTES = "not built: the product has no hot routes yet"


def hot_routes_exist() -> bool:
    """Whether a report has a short way, and not only its switch."""
    return find_spec("sixclear.tasks.reporting.hot") is not None


def switch(*, hot: bool) -> dict[str, str]:
    """The setting that chooses the way; none while there is only one."""
    return {"HOT_ROUTES": "on" if hot else "off"} if hot_routes_exist() else {}


@dataclass
class Writer:
    """A process that takes reports, and what was acknowledged by it."""

    served: Served
    database: str
    folds: str | None = None
    # A row for each report.
    rows: str = "event WHERE change = 'progress_reported'"
    acknowledged: int = 0
    runs: int = 0
    behind_seconds: list[float] = field(default_factory=list)


@asynccontextmanager
async def peer_writer(run: Run, country: Country, kind: str) -> AsyncIterator[Writer]:
    database = f"ingest_{kind}"
    url = await run.postgres.copy(country.database, database)
    environment = {
        "DATABASE_URL": url,
        "ISSUER": ISSUER,
        "JWKS_FILE": str(run.home / "identity" / "jwks.json"),
    }
    async with peer(f"{kind}-peer", f"{kind}_report", environment, run.folder) as served:
        yield Writer(served, database, rows="small_outbox") if kind == "bare" else Writer(served, database)


@asynccontextmanager
async def product_writer(
    run: Run, country: Country, name: str, target: str, *, hot: bool, **settings: str
) -> AsyncIterator[Writer]:
    """The product with these targets. A start that has much to fold gives up after a minute; the next one goes on."""
    databases = {"tasks": await run.postgres.copy(country.database, f"ingest_{name}")}
    for service in SERVICES[1:]:
        if target == "all" or service in target.split(","):
            databases[service] = await run.postgres.copy("template1", f"ingest_{name}_{service}")
    async with AsyncExitStack() as stack:
        for left in reversed(range(_STARTS)):
            try:
                made = sixclear(name, target, databases, run.home, **switch(hot=hot), **settings)
                served = await stack.enter_async_context(made)
                break
            except RuntimeError:
                if not left:
                    raise
        writer = Writer(served, f"ingest_{name}", f"ingest_{name}_monitoring" if "monitoring" in databases else None)
        await caught_up(run.postgres, writer)
        yield writer


async def load(run: Run, country: Country, writer: Writer, seconds: float) -> Figures:
    """Reports for some seconds; processor time is divided by the rows stored, whether answered in time or not."""
    rows = await _stored(run.postgres, writer)
    before = cpu_seconds(writer.served.pid, run.postgres.pid)
    seen = await wrk.reports(country, run.folder, writer.served.url, seconds)
    cpu = cpu_seconds(writer.served.pid, run.postgres.pid) - before
    rows = await _stored(run.postgres, writer) - rows
    if seen.refused or seen.broken:
        raise RuntimeError(f"{writer.served.name} refused {seen.refused} requests and broke {seen.broken}")
    writer.acknowledged += seen.accepted
    writer.runs += 1
    if writer.folds is not None:
        writer.behind_seconds.append(await caught_up(run.postgres, writer))
    return {
        "rate": seen.accepted / seen.seconds,
        "cpu_us": cpu / max(1, rows) * 1e6,
        "p50_ms": seen.p50_ms,
        "p99_ms": seen.p99_ms,
    }


async def caught_up(server: Postgres, writer: Writer) -> float:
    """Wait until monitoring in the same process has folded every report; returns the seconds that it took."""
    if writer.folds is None:
        return 0.0
    clock = time.monotonic()
    async with server.connection(writer.database) as tasks, server.connection(writer.folds) as view:

        async def folded() -> bool:
            last = await tasks.fetchval("SELECT max(event_id) FROM event")
            seen = await view.fetchval(
                "SELECT min(last_position) FROM consumer_position WHERE consumer_group = 'monitoring.tasks'"
            )
            return bool(seen is not None and seen >= last)

        await eventually(folded, within_seconds=120, every_seconds=0.05)
    return time.monotonic() - clock


async def kept(server: Postgres, name: str, writer: Writer) -> str:
    """Rows against acknowledgements; raises where something acknowledged is not there, or much more than that is."""
    stored = await _stored(server, writer)
    # What the load tool had sent when its time was over is stored, and no answer to it was read.
    assert writer.acknowledged <= stored <= writer.acknowledged + wrk.CONNECTIONS * writer.runs, (name, stored)
    return f"{name}: {writer.acknowledged} acknowledged, {stored} stored"


async def _stored(server: Postgres, writer: Writer) -> int:
    async with server.connection(writer.database) as connection:
        return int(await connection.fetchval(f"SELECT count(*) FROM {writer.rows}"))
