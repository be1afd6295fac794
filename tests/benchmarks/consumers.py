"""What every consumer of a benchmark tells when it is done: how many events, in which time, with how much CPU.

A consumer is a process of its own. Its clock begins with the first event that it handles and ends with the last one
that is handled, or committed where something is kept: neither its start nor its connections count.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.report import ROOT
from tests.benchmarks.rows import Figures

TOPIC = "sixclear.tasks.task.v1"


@dataclass
class Meter:
    """Counts handled events up to `expected`."""

    expected: int
    handled: int = 0
    _began: float = field(default=0.0, init=False)
    _cpu: float = field(default=0.0, init=False)

    def count(self, events: int) -> bool:
        """Note that so many more are done; True when all are."""
        if self._began == 0.0:  # what came first is not counted: when it began is not known
            self._began, self._cpu, self.expected = time.perf_counter(), time.process_time(), self.expected - events
            return self.expected <= 0
        self.handled += events
        return self.handled >= self.expected

    def tell(self) -> None:
        """Print what was seen, as `consumed` reads it."""
        seconds, cpu = time.perf_counter() - self._began, time.process_time() - self._cpu
        print("BENCH", json.dumps({"rate": self.handled / seconds, "cpu_us": cpu / max(1, self.handled) * 1e6}))
        sys.stdout.flush()


def asked() -> tuple[str, Meter]:
    """The brokers and the events that this process is to consume, from its environment."""
    return os.environ["BROKERS"], Meter(int(os.environ["EVENTS"]))


async def consumed(module: str, brokers: str, events: int, folder: Path, **variables: str) -> Figures:
    """Run a consumer until it has handled so many events of the topic of tasks; its rate and its own CPU per event.

    It ends with who waits for it: each case has a limit.
    """
    environment: Mapping[str, str] = {**os.environ, "BROKERS": brokers, "EVENTS": str(events), **variables}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *module.split()),
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output = (await process.communicate())[0].decode("utf-8", "replace")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    line = next((line for line in output.splitlines() if line.startswith("BENCH ")), None)
    if line is None:
        raise RuntimeError(f"{module} said no figures:\n{output[-3000:]}")
    return {name: float(value) for name, value in json.loads(line.removeprefix("BENCH ")).items()}
