"""`make bench`: measures the goals side by side with peers, prints one table and keeps it in `docs/performance.*`.

Each case has a limit, each part, and the run: what was slow or failed is told by its name, and the rest goes on.
"""

import argparse
import asyncio
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from contextlib import AsyncExitStack

import uvloop
from tests.benchmarks import report, servers
from tests.benchmarks.goals import goals_of
from tests.benchmarks.parts import PARTS
from tests.benchmarks.rows import Row, missing
from tests.benchmarks.run import Run

_RUN_SECONDS = 3_600.0
_PART_SECONDS = 600.0
# What a part needs on two quiet cores is far below.
_PARTS_SECONDS = {"fold": 300.0}


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


async def _measure(options: argparse.Namespace, parts: Sequence[str]) -> tuple[list[Row], dict[str, str]]:
    """The rows of these parts, and why a part has none."""
    rows: list[Row] = []
    failed: dict[str, str] = {}
    ends = time.monotonic() + _RUN_SECONDS
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
            limit = min(_PARTS_SECONDS.get(part, _PART_SECONDS), ends - began)
            found, why = await _part(run, part, limit)
            rows += found
            if why:
                failed[part] = why
            elif not options.print_only:  # after each part: who interrupts a run keeps what was measured
                report.keep(found, [part])
            _say(f"== {part} {'FAILED: ' + why + ',' if why else 'took'} {time.monotonic() - began:.0f} s")
    return rows, failed


async def _part(run: Run, part: str, seconds: float) -> tuple[list[Row], str]:
    """The rows of a part; when it fails or does not end in time, rows that say so, and why."""
    try:
        async with asyncio.timeout(seconds) as limit:
            return await PARTS[part](run), ""
    except Exception as error:
        late = isinstance(error, TimeoutError) and limit.expired()
        if not late:
            traceback.print_exc()
        why = f"did not end within {seconds:.0f} s" if late else f"{type(error).__name__}: {error}".splitlines()[0]
        return [missing(goal, f"{part} {why}") for goal in goals_of(part).values()], why


def main(words: Sequence[str]) -> int:
    """0 when every part was measured, whether floors are held or not; the rows of others stay as they were."""
    options = _options(words)
    parts = options.only or list(PARTS)
    rows, failed = uvloop.run(_measure(options, parts))
    told = [row.as_json() for row in rows]
    _say("\n" + report.printed(told))
    for part, why in failed.items():
        _say(f"not measured: {part}, {why}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
