"""What a trace of every hundredth request costs: two processes, one that traces and one that does not, in pairs."""

from contextlib import AsyncExitStack

from tests.benchmarks import wrk
from tests.benchmarks.goals import goals_of
from tests.benchmarks.machine import cpu_seconds
from tests.benchmarks.rows import Case, Figures, Rounds, Row, compared, missing
from tests.benchmarks.run import Run
from tests.benchmarks.writers import Writer, load, product_writer

_PAIRS, _SECONDS = 20, 2.0


async def measure(run: Run) -> list[Row]:
    """The rows of `telemetry`."""
    goals = goals_of("telemetry")
    if not wrk.has_wrk():
        return [missing(goal, wrk.LACKS) for goal in goals.values()]
    country, rounds = await run.country(), Rounds()
    async with AsyncExitStack() as stack:

        def case(writer: Writer) -> Case:
            async def once() -> Figures:
                before = cpu_seconds(writer.served.pid)
                acknowledged = writer.acknowledged
                await load(run, country, writer, _SECONDS)
                spent = cpu_seconds(writer.served.pid) - before
                return {"cpu_us": spent / max(1, writer.acknowledged - acknowledged) * 1e6}

            return once

        cases: dict[str, Case] = {}
        for name, ratio in (("traced", "0.01"), ("untraced", "0")):
            made = product_writer(run, country, f"telemetry_{name}", "tasks", hot=True, TRACE_RATIO=ratio)
            cases[name] = case(await stack.enter_async_context(made))
            await cases[name]()
        pairs = _PAIRS if run.rounds > 1 else 1
        await rounds.run(cases, pairs, run.say)
    return [compared(rounds, goals["cpu"], "traced", "untraced", "cpu_us", "µs CPU a request", f"{pairs} pairs")]
