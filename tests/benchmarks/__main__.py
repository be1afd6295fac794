"""`make bench`: measures the goals side by side with peers, prints one table and keeps it in `docs/performance.*`."""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

import uvloop
from tests.benchmarks import report, servers
from tests.benchmarks.parts import PARTS
from tests.benchmarks.rows import Row
from tests.benchmarks.run import Run


def _say(line: str) -> None:
    print(line, flush=True)


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds of each case")
    parser.add_argument("--seconds", type=float, default=6.0, help="how long a case runs in a round")
    parser.add_argument("--tasks", type=int, default=20_000, help="tasks of the country")
    parser.add_argument("--print-only", action="store_true", help="leave docs/performance.* as they are")
    options = parser.parse_args(words)
    if unknown := [part for part in options.only if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]}; parts: {', '.join(PARTS)}")
    return options


async def _measure(options: argparse.Namespace, parts: Sequence[str]) -> list[Row]:
    rows: list[Row] = []
    task = asyncio.current_task()
    assert task is not None
    # Its servers are ended with it, also when another program ends it.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(servers.scratch())
        postgres = await stack.enter_async_context(servers.postgres(folder))
        run = Run(folder, postgres, stack, options.rounds, options.seconds, options.tasks, _say)
        for part in parts:
            _say(f"== {part}")
            began = time.monotonic()
            found = await PARTS[part](run)
            rows += found
            if not options.print_only:  # after each part: who interrupts a run keeps what was measured
                report.keep(found, [part])
            _say(f"== {part} took {time.monotonic() - began:.0f} s")
    return rows


def main(words: Sequence[str]) -> int:
    """0 when everything was measured, whether floors are held or not."""
    options = _options(words)
    parts = options.only or list(PARTS)
    rows = uvloop.run(_measure(options, parts))
    told = [row.as_json() for row in rows]
    _say("\n" + report.printed(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
