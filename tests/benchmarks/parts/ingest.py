"""A progress report: the product's ways beside both peers and pgbench, at full speed."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from tests.benchmarks import pgbench, wrk
from tests.benchmarks.country import Country
from tests.benchmarks.goals import Goal, goals_of
from tests.benchmarks.pgbench import FourRows
from tests.benchmarks.rows import Case, Figures, Rounds, Row, compared, missing
from tests.benchmarks.run import Run
from tests.benchmarks.writers import NO_HOT_ROUTES, Writer, hot_routes_exist, kept, load, peer_writer, product_writer

_WARM_SECONDS = 2.0
_SLOW_DISK_MICROSECONDS = 1000


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
            await load(run, country, writer, _WARM_SECONDS)
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
        stored = [await kept(run.postgres, name, writer) for name, writer in writers.items()]
        run.say("  " + "; ".join(stored))
    return _rows(goals, rounds, slow, writers)


def _writers(run: Run, country: Country) -> dict[str, AbstractAsyncContextManager[Writer]]:
    made: dict[str, AbstractAsyncContextManager[Writer]] = {
        "full": peer_writer(run, country, "full"),
        "bare": peer_writer(run, country, "bare"),
        "ordinary": product_writer(run, country, "ordinary", "tasks", hot=False),
        "ordinary-all": product_writer(run, country, "ordinary_all", "all", hot=False),
    }
    if hot_routes_exist():
        made["hot"] = product_writer(run, country, "hot", "tasks", hot=True)
        made["hot-all"] = product_writer(run, country, "hot_all", "all", hot=True)
    return made


def _case(run: Run, country: Country, writer: Writer) -> Case:
    async def once() -> Figures:
        return await load(run, country, writer, run.seconds)

    return once


async def _pgbench(run: Run, country: Country, example: str) -> Case:
    await run.postgres.copy(country.database, "ingest_pgbench")
    rows = FourRows(run.postgres, "ingest_pgbench", run.folder)
    await rows.prepare(example)
    await rows.run(_WARM_SECONDS)

    async def once() -> Figures:
        return {"rate": await rows.run(run.seconds)}

    return once


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
