"""What is said when nothing can be stored any more: one line with a way out, and no traceback."""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import Gauge

from sixclear.common.db import DISK_FULL
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.runtime.target import Check

_FULL = (errno.ENOSPC, errno.EDQUOT)
# PostgreSQL writes its log ahead in files of 16 MB, and stops when it cannot make the next one.
_LEAST_FREE = 32 * 1024 * 1024

FREE = Gauge("sixclear_data_folder_free_bytes", "What is free where SIXCLEAR_HOME is.", ("folder",))


class DiskWatch:
    """Looks at what is free in the data folder whenever readiness or metrics are asked for: one system call."""

    def __init__(self, home: Path) -> None:
        self._home = home
        # Only where a folder is watched: a process without one would seem to have a full disk.
        FREE.labels(str(home)).set_function(self._free)

    def checks(self) -> list[Check]:
        """A check while the disk is full, or as good as that; it holds nothing back, because reading goes on."""
        free = self._free()
        if free >= _LEAST_FREE:
            return []
        said = f"{free / 1_000_000:.0f} MB are free where SIXCLEAR_HOME is, too little to store anything: free space"
        return [Check("disk", False, said, required=False)]

    def _free(self) -> float:
        try:
            return float(shutil.disk_usage(self._home).free)
        except OSError:
            return float("inf")  # a folder that was removed is another fault, and said elsewhere


def full_disk(error: BaseException) -> CannotStart | None:
    """What to tell a person when `error`, or what caused it, is a disk without space; None for any other error."""
    for one in _all(error):
        if isinstance(one, OSError) and one.errno in _FULL:
            where = f" ({one.filename})" if isinstance(one.filename, str) else ""
            return CannotStart(
                f"{os.strerror(one.errno)}{where}.",
                "Free some space there, then do the same again: nothing is half done.",
            )
        if getattr(one, "sqlstate", None) == DISK_FULL:
            return CannotStart("The disk of PostgreSQL is full.", "Free some space there, then do the same again.")
    return None


def _all(error: BaseException) -> Iterator[BaseException]:
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        waiting += [
            cause for cause in (one.__cause__, one.__context__, getattr(one, "orig", None)) if cause is not None
        ]
