"""The whole process as a visitor of the repository starts it: with the demonstration, then warm."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
from tests.benchmarks.goals import goals_of
from tests.benchmarks.rows import Row, row
from tests.benchmarks.run import Run
from tests.benchmarks.servers import Served, free_port, product_command, served

_STARTS = 5
_LIMIT_SECONDS = 600.0


async def measure(run: Run) -> list[Row]:
    """The rows of `process`."""
    goals = goals_of("process")
    began = time.monotonic()
    async with _whole(run, demo=True):
        first = time.monotonic() - began
    run.say(f"  first start with the demonstration: {first:.1f} s")
    starts, sizes = list[float](), list[float]()
    for _ in range(max(2, min(_STARTS, run.rounds))):
        began = time.monotonic()
        async with _whole(run, demo=False) as process:
            starts.append(time.monotonic() - began)
            sizes.append(psutil.Process(process.pid).memory_info().rss / 1e6)
        run.say(f"  warm start {starts[-1]:.2f} s, {sizes[-1]:.0f} MB")
    median = sorted(starts)[len(starts) // 2], sorted(sizes)[len(sizes) // 2]
    return [
        row(goals["first"], f"{first:.0f} s", [first / 60]),
        row(goals["start"], f"{median[0]:.2f} s", [one / 3 for one in starts]),
        row(goals["memory"], f"{median[1]:.0f} MB", [one / 180 for one in sizes]),
    ]


@asynccontextmanager
async def _whole(run: Run, *, demo: bool) -> AsyncIterator[Served]:
    """All targets in one process on a data folder of its own; ready when it takes requests, and has what it shows."""
    port = free_port()
    environment = {"SIXCLEAR_HOME": str(run.folder / "whole-home"), "SIXCLEAR_TRACE_RATIO": "0.01"}
    command = product_command("all", port, demo=demo)
    waiting = {"ready": "/readyz", "said": "Sixclear is ready"}
    async with served(
        "whole", command, port, environment, run.folder, **waiting, within_seconds=_LIMIT_SECONDS
    ) as process:
        yield process
