"""What processes cost: seconds of processor and bytes of memory, of a process with all that it started."""

from contextlib import suppress

import psutil


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
