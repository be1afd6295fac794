"""A progress report: the product's ways beside both peers and pgbench, at full speed."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from tests.benchmarks import pgbench, wrk
from tests.benchmarks.country import Country
from tests.benchmarks.goals import Goal, goals_of
from tests.benchmarks.machine import cpu_seconds
from tests.benchmarks.pgbench import FourRows
from tests.benchmarks.rows import Case, Figures, Rounds, Row, compared, missing
from tests.benchmarks.run import Run
from tests.benchmarks.servers import ISSUER, SERVICES, Postgres, Served, peer, sixclear

from sixclear.common.settings import CommonSettings
from sixclear.common.testing.eventually import eventually
from sixclear.tasks.settings import Settings

NO_HOT_ROUTES = "not built: the product has no hot routes yet"
_WARM_SECONDS = 2.0
_SLOW_DISK_MICROSECONDS = 1000


def hot_routes_exist() -> bool:
    """Whether the product has the short way and its switch."""
    return "hot_routes" in {*CommonSettings.model_fields, *Settings.model_fields}


def switch(*, hot: bool) -> dict[str, str]:
    """The setting that chooses the way; none while there is only one."""
    if not hot_routes_exist():
        return {}
    prefix = "" if "hot_routes" in CommonSettings.model_fields else "TASKS_"
    return {f"{prefix}HOT_ROUTES": "on" if hot else "off"}


@dataclass
class Writer:
    """A process that takes reports, and what was acknowledged by it."""

    served: Served
    database: str
    folds: str | None = None
    acknowledged: int = 0
    runs: int = 0
    behind_seconds: list[float] = field(default_factory=list)


async def measure(run: Run) -> list[Row]:
    """The rows of `ingest`."""
    goals = goals_of("ingest")
    if not wrk.has_wrk():
        return [missing(goal, wrk.LACKS) for goal in goals.values()]
    async with AsyncExitStack() as stack:
        country = await run.country()
        writers = {name: await stack.enter_async_context(one) for name, one in _writers(run, country).items()}
        cases: dict[str, Case] = {name: _case(run, country, writer) for name, writer in writers.items()}
        for name, writer in writers.items():
            run.say(f"  warming {name}")
            await _load(run, country, writer, _WARM_SECONDS)
        if pgbench.has_pgbench():
            cases["pgbench"] = await _pgbench(run, country, writers["ordinary"].database)
        rounds, slow = Rounds(), Rounds()
        await rounds.run(cases, run.rounds, run.say)
        fast = "hot" if hot_routes_exist() else "ordinary"
        await run.postgres.commit_delay(_SLOW_DISK_MICROSECONDS)
        try:
            await slow.run({name: cases[name] for name in (fast, "full")}, run.rounds, run.say)
        finally:
            await run.postgres.commit_delay(0)
        kept = [await _kept(run.postgres, name, writer) for name, writer in writers.items()]
        run.say("  " + "; ".join(kept))
    return _rows(goals, rounds, slow, writers)


def _writers(run: Run, country: Country) -> dict[str, AbstractAsyncContextManager[Writer]]:
    made: dict[str, AbstractAsyncContextManager[Writer]] = {
        "full": _peer(run, country, "full"),
        "bare": _peer(run, country, "bare"),
        "ordinary": _product(run, country, "ordinary", "tasks", hot=False),
        "ordinary-all": _product(run, country, "ordinary_all", "all", hot=False),
    }
    if hot_routes_exist():
        made["hot"] = _product(run, country, "hot", "tasks", hot=True)
        made["hot-all"] = _product(run, country, "hot_all", "all", hot=True)
    return made


@asynccontextmanager
async def _peer(run: Run, country: Country, kind: str) -> AsyncIterator[Writer]:
    database = f"ingest_{kind}"
    url = await run.postgres.copy(country.database, database)
    environment = {
        "DATABASE_URL": url,
        "ISSUER": ISSUER,
        "JWKS_FILE": str(run.home / "identity" / "jwks.json"),
    }
    async with peer(f"{kind}-peer", f"{kind}_report", environment, run.folder) as served:
        yield Writer(served, database)


@asynccontextmanager
async def _product(run: Run, country: Country, name: str, target: str, *, hot: bool) -> AsyncIterator[Writer]:
    databases = {"tasks": await run.postgres.copy(country.database, f"ingest_{name}")}
    if target == "all":
        for service in SERVICES[1:]:
            databases[service] = await run.postgres.copy("template1", f"ingest_{name}_{service}")
    async with sixclear(name, target, databases, run.home, **switch(hot=hot)) as served:
        writer = Writer(served, f"ingest_{name}", f"ingest_{name}_monitoring" if target == "all" else None)
        await _caught_up(run.postgres, writer)
        yield writer


def _case(run: Run, country: Country, writer: Writer) -> Case:
    async def once() -> Figures:
        return await _load(run, country, writer, run.seconds)

    return once


async def _load(run: Run, country: Country, writer: Writer, seconds: float) -> Figures:
    before = cpu_seconds(writer.served.pid, run.postgres.pid)
    load = await wrk.reports(country, run.folder, writer.served.url, seconds)
    cpu = cpu_seconds(writer.served.pid, run.postgres.pid) - before
    if load.refused or load.broken:
        raise RuntimeError(f"{writer.served.name} refused {load.refused} requests and broke {load.broken}")
    writer.acknowledged += load.accepted
    writer.runs += 1
    if writer.folds is not None:
        writer.behind_seconds.append(await _caught_up(run.postgres, writer))
    return {
        "rate": load.accepted / load.seconds,
        "cpu_us": cpu / max(1, load.accepted) * 1e6,
        "p50_ms": load.p50_ms,
        "p99_ms": load.p99_ms,
    }


async def _caught_up(server: Postgres, writer: Writer) -> float:
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


async def _pgbench(run: Run, country: Country, example: str) -> Case:
    await run.postgres.copy(country.database, "ingest_pgbench")
    rows = FourRows(run.postgres, "ingest_pgbench", run.folder)
    await rows.prepare(example)
    await rows.run(_WARM_SECONDS)

    async def once() -> Figures:
        return {"rate": await rows.run(run.seconds)}

    return once


async def _kept(server: Postgres, name: str, writer: Writer) -> str:
    """Rows against acknowledgements; raises where something acknowledged is not there, or much more than that is."""
    table = "small_outbox" if name == "bare" else "event WHERE change = 'progress_reported'"
    async with server.connection(writer.database) as connection:
        stored = int(await connection.fetchval(f"SELECT count(*) FROM {table}"))
    # What the load tool had sent when its time was over is stored, and nobody heard of it.
    assert writer.acknowledged <= stored <= writer.acknowledged + wrk.CONNECTIONS * writer.runs, (name, stored)
    return f"{name}: {writer.acknowledged} acknowledged, {stored} stored"


def _rows(goals: Mapping[str, Goal], rounds: Rounds, slow: Rounds, writers: Mapping[str, Writer]) -> list[Row]:
    def rate(key: str, case: str, against: str, of: Rounds = rounds, note: str = "") -> Row:
        if not of.has(against):
            return missing(goals[key], pgbench.LACKS)
        return compared(of, goals[key], case, against, "rate", "/s", note)

    def cpu(key: str, case: str) -> Row:
        return compared(rounds, goals[key], case, "full", "cpu_us", "µs")

    lag = {
        name: f"fold at its end {max(one.behind_seconds):.1f} s behind" for name, one in writers.items() if one.folds
    }
    rows = [
        rate("ordinary-full", "ordinary", "full"),
        rate("ordinary-bare", "ordinary", "bare"),
        rate("ordinary-all-full", "ordinary-all", "full", note=lag["ordinary-all"]),
        cpu("cpu-ordinary-full", "ordinary"),
    ]
    if not hot_routes_exist():
        hot = ("hot-full", "hot-bare", "hot-pgbench", "all-full", "all-bare", "slow-disk-full", "cpu-full")
        return rows + [missing(goals[key], NO_HOT_ROUTES) for key in hot]
    return [
        *rows,
        rate("hot-full", "hot", "full"),
        rate("hot-bare", "hot", "bare"),
        rate("hot-pgbench", "hot", "pgbench"),
        rate("all-full", "hot-all", "full", note=lag["hot-all"]),
        rate("all-bare", "hot-all", "bare", note=lag["hot-all"]),
        rate("slow-disk-full", "hot", "full", slow),
        cpu("cpu-full", "hot"),
    ]
