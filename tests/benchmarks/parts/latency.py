"""How long a report takes at 70 % of what each can do, and what is left of it at three times as much."""

from contextlib import AsyncExitStack

from tests.benchmarks import open_loop, wrk
from tests.benchmarks.goals import goals_of
from tests.benchmarks.rows import Case, Figures, Rounds, Row, missing, noted, row, shown
from tests.benchmarks.run import Run
from tests.benchmarks.writers import Writer, hot_routes_exist, load, peer_writer, product_writer

_SHARE, _TIMES = 0.7, 3.0
_CONNECTIONS, _CROWD = 64, 512


async def measure(run: Run) -> list[Row]:
    """The rows of `latency`."""
    goals = goals_of("latency")
    if not wrk.has_wrk():
        return [missing(goal, wrk.LACKS) for goal in goals.values()]
    country, rounds = await run.country(), Rounds()
    request = open_loop.reports_of(country)
    async with AsyncExitStack() as stack:
        product = await stack.enter_async_context(product_writer(run, country, "latency", "tasks", hot=True))
        full = await stack.enter_async_context(peer_writer(run, country, "full"))
        peaks: dict[str, float] = {}

        def peak(name: str, writer: Writer) -> Case:
            async def once() -> Figures:
                figures = await load(run, country, writer, run.seconds / 2)
                peaks[name] = figures["rate"]
                return {"rate": figures["rate"]}

            return once

        def paced(writer: Writer, name: str, share: float, connections: int = _CONNECTIONS) -> Case:
            async def once() -> Figures:
                rate = peaks[name] * share
                seen = await open_loop.send(writer.served.port, request, rate, run.seconds, connections)
                if seen.refused:
                    raise RuntimeError(f"{writer.served.name} refused {seen.refused} of {seen.due}")
                return {
                    "due": rate,
                    "p50_ms": seen.percentile(0.5),
                    "p99_ms": seen.percentile(0.99),
                    "rate": seen.in_time / run.seconds,
                    "shed": seen.shed,
                    "unanswered": seen.unanswered,
                }

            return once

        cases: dict[str, Case] = {}
        for name, writer in (("product", product), ("full", full)):
            await load(run, country, writer, 2)
            cases[f"{name} peak"] = peak(name, writer)
            await cases[f"{name} peak"]()
            cases[name] = paced(writer, name, _SHARE)
        cases["overload"] = paced(product, "product", _TIMES, _CROWD)
        await rounds.run(cases, run.rounds, run.say)
    note = noted("" if hot_routes_exist() else "ordinary way: no hot routes yet", rounds.disturbed)
    ours, theirs = rounds.median("product", "p99_ms"), rounds.median("full", "p99_ms")
    goodput, slow = rounds.median("overload", "rate"), rounds.median("overload", "p99_ms")
    shed = f"{rounds.median('overload', 'shed'):.0f} shed, {rounds.median('overload', 'unanswered'):.0f} unanswered"
    return [
        row(
            goals["p99-full"],
            f"p99 {shown(ours)} ms at {rounds.median('product', 'due'):,.0f}/s against {shown(theirs)} at "
            f"{rounds.median('full', 'due'):,.0f}/s",
            rounds.ratios("product", "full", "p99_ms"),
            note,
        ),
        row(goals["p99"], f"p99 {shown(ours)} ms", [one / 50 for one in rounds.values("product", "p99_ms")], note),
        row(
            goals["goodput"],
            f"{shown(goodput)}/s against {shown(rounds.median('product peak', 'rate'))} at its peak",
            rounds.ratios("overload", "product peak", "rate"),
            noted(shed, note),
        ),
        row(
            goals["overload-p99"],
            f"p99 of the accepted {shown(slow)} ms against {shown(ours)}",
            rounds.ratios("overload", "product", "p99_ms"),
            note,
        ),
    ]
