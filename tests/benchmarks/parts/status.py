"""Asking for the status: what it reads when there are more tasks, and what it costs beside the same bytes."""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx2
from tests.benchmarks import wrk
from tests.benchmarks.country import Country
from tests.benchmarks.goals import goals_of
from tests.benchmarks.rows import Case, Figures, Rounds, Row, compared, missing, row, shown
from tests.benchmarks.run import Run
from tests.benchmarks.servers import Served, peer
from tests.benchmarks.writers import Writer, product_writer

SMALL, LARGE = 1_020, 100_000
_PATH = "/api/monitoring/v1/status"
_READINGS = 200
# A run with a smaller country only tries the part out.
_WHOLE = 20_000
# Strangers may ask so often in a minute; a benchmark is a stranger that asks more.
UNBOUNDED = {
    "MONITORING_READINGS_PER_MINUTE": "100000000",
    "MONITORING_LARGE_READINGS_PER_MINUTE": "100000000",
    "MONITORING_LARGE_READINGS_AT_ONCE": "4",
    # It reads everything, and would be counted with what an answer reads.
    "MONITORING_RECONCILE_SECONDS": "3600",
}


@dataclass(frozen=True, slots=True)
class _Mix:
    """Questions of one kind."""

    name: str
    paths: Sequence[str]


async def measure(run: Run) -> list[Row]:
    """The rows of `status`."""
    goals = goals_of("status")
    if not wrk.has_wrk():
        return [missing(goal, wrk.LACKS) for goal in goals.values()]
    rounds = Rounds()
    read: dict[int, dict[str, float]] = {}
    async with AsyncExitStack() as stack:
        writers: dict[int, Writer] = {}
        for size in (SMALL, LARGE if run.tasks >= _WHOLE else run.tasks):
            of = await run.country(size)
            made = product_writer(run, of, f"status_{size}", "all", hot=False, **UNBOUNDED)
            writers[size] = await stack.enter_async_context(made)
        country, large = await run.country(size), writers[size]
        mixes = _mixes(country, await _codes(run, country))
        for size, writer in writers.items():
            read[size] = {mix.name: await _rows_read(run, writer, mix) for mix in mixes}
            run.say(f"  rows read for an answer at {size:,} tasks: {read[size]}")
        cases: dict[str, Case] = {mix.name: _asking(run, large.served, mix.paths) for mix in mixes}
        body = run.folder / "status.json"
        async with httpx2.AsyncClient() as http:
            body.write_bytes((await http.get(large.served.url + _PATH)).content)
        same = await stack.enter_async_context(peer("same-bytes", "same_bytes", {"BODY_FILE": str(body)}, run.folder))
        environment = {"DATABASE_URL": run.postgres.url(large.database)}
        naive = await stack.enter_async_context(peer("group-by", "group_by_status", environment, run.folder))
        cases["same bytes"], cases["GROUP BY"] = _asking(run, same, [_PATH]), _asking(run, naive, [_PATH])
        await rounds.run(cases, run.rounds, run.say)
    rows = [
        row(
            goals[f"rows-{mix.name}"],
            f"{read[size][mix.name]:.0f} rows at {size:,} tasks against {read[SMALL][mix.name]:.0f} at {SMALL:,}",
            [read[size][mix.name] / max(1.0, read[SMALL][mix.name])],
        )
        for mix in mixes
    ]
    for mix in mixes:
        rows.append(compared(rounds, goals[f"time-{mix.name}"], mix.name, "same bytes", "ms", "ms an answer"))
    slower = rounds.ratios("GROUP BY", "memory", "ms")
    ours, theirs = rounds.median("memory", "ms"), rounds.median("GROUP BY", "ms")
    return [
        *rows,
        row(goals["group-by"], f"{shown(ours)} ms an answer against {shown(theirs)}", slower, f"{size:,} tasks"),
    ]


async def _codes(run: Run, country: Country) -> list[str]:
    async with run.postgres.connection(country.database) as connection:
        rows = await connection.fetch("SELECT code FROM organisation WHERE level = 'province' ORDER BY code")
    return [str(one["code"]) for one in rows]


def _mixes(country: Country, codes: Sequence[str]) -> list[_Mix]:
    drawn = random.Random(11)
    now = datetime.now(UTC)
    ways = [f"organisation={code}" for code in codes] + ["assigned_by=central", "assigned_by=province"]
    ways += [f"programme=bench&organisation={code}" for code in codes]
    instants = [now - timedelta(days=drawn.randrange(1, 170), seconds=drawn.randrange(86_400)) for _ in range(60)]
    past = [f"as_of={at.strftime('%Y-%m-%dT%H:%M:%SZ')}" for at in instants]
    past += [f"{one}&{drawn.choice(ways)}" for one in past] + [f"as_of={at.date()}" for at in instants]
    return [
        _Mix("memory", [_PATH, f"{_PATH}?programme=bench"]),
        _Mix("filters", [f"{_PATH}?{way}" for way in ways]),
        _Mix("as_of", [f"{_PATH}?{one}" for one in past]),
    ]


def _asking(run: Run, served: Served, paths: Sequence[str]) -> Case:
    async def once() -> Figures:
        load = await wrk.readings(paths, run.folder, served.url, run.seconds / 2, connections=1)
        if load.refused or load.broken or not load.accepted:
            raise RuntimeError(f"{served.name}: {load}")
        return {"ms": load.seconds / load.accepted * 1e3}

    return once


async def _rows_read(run: Run, writer: Writer, mix: _Mix) -> float:
    """Rows that PostgreSQL read for one answer, without those that the process reads anyway in that time."""
    assert writer.folds is not None
    await run.postgres.execute("VACUUM ANALYZE", writer.folds)
    drawn = random.Random(7)
    paths = [drawn.choice(mix.paths) for _ in range(_READINGS)]
    async with run.postgres.connection(writer.folds) as connection, httpx2.AsyncClient(timeout=60) as http:

        async def reading(urls: Sequence[str], at_least: float) -> tuple[int, float]:
            before, began = int(await connection.fetchval(_ROWS_READ)), time.monotonic()
            for path in urls:
                answer = await http.get(writer.served.url + path)
                assert answer.status_code == 200, answer.text
            # A session tells its counts within a second after it was idle.
            await asyncio.sleep(max(2.0, at_least - (time.monotonic() - began)))
            return int(await connection.fetchval(_ROWS_READ)) - before, time.monotonic() - began

        await reading(paths[:20], 0)
        loaded, seconds = await reading(paths, 0)
        idle, _ = await reading([], seconds)
    return max(0.0, (loaded - idle) / len(paths))


_ROWS_READ = """
SELECT sum(coalesce(idx_tup_fetch, 0) + seq_tup_read) FROM pg_stat_user_tables WHERE relname NOT LIKE 'span%'
"""
