"""What processes cost: seconds of processor and bytes of memory, of a process with all that it started."""

import asyncio
import time
from contextlib import suppress

import psutil

# Below this share of all cores others do not disturb what is measured.
_QUIET_PERCENT = 20.0


class Patience:
    """Waits until others leave the machine alone, so long as the patience of a part lasts."""

    def __init__(self, seconds: float = 60.0, at_most_seconds: float = 5.0) -> None:
        self._left = seconds
        self._at_most_seconds = at_most_seconds

    async def quiet(self) -> bool:
        """True when the machine is quiet now; False when it stayed busy for as long as it may be waited for."""
        ends = time.monotonic() + min(self._left, self._at_most_seconds)
        while True:
            psutil.cpu_percent()
            began = time.monotonic()
            await asyncio.sleep(0.25)
            if psutil.cpu_percent() < _QUIET_PERCENT:
                return True
            if time.monotonic() >= ends:
                return False
            self._left -= time.monotonic() - began


def cpu_seconds(*pids: int) -> float:
    """Processor seconds of these processes, their children that live, and their children that have ended.

    PostgreSQL has a process for each connection: one that ends is counted with its parent from then on.
    """
    return sum(_own(process) for pid in pids for process in _tree(pid))


def resident_bytes(*pids: int) -> int:
    """Resident memory of these processes and their children."""
    total = 0
    for pid in pids:
        for process in _tree(pid):
            with suppress(psutil.NoSuchProcess):
                total += process.memory_info().rss
    return total


def _tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
