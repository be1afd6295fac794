"""The data folder: writable, and used by one process at a time."""

import fcntl
import os
from pathlib import Path
from typing import TextIO

from sixclear.common.runtime.cannot_start import CannotStart


class DataFolder:
    """`SIXCLEAR_HOME`: claimed by one process at a time; the claim ends with the process, however that ends."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._lock: TextIO | None = None

    def claim(self) -> None:
        """Make the folder if need be and take it; raises `CannotStart` when it is read-only or in use.

        The lock is the kernel's, so one that a killed process left behind counts for nothing; the number in the file
        only tells people who holds it.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise CannotStart(
                f"The data folder {self.path} cannot be written: {error.strerror or error}.",
                "Choose another one: SIXCLEAR_HOME=/path/to/folder make run",
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = _holder(lock)
            lock.close()
            raise CannotStart(
                f"Sixclear already runs on the data folder {self.path}{holder}.",
                "Stop it with Ctrl-C, or start another one beside it: "
                "PORT=8010 SIXCLEAR_HOME=/path/to/another/folder make run",
            ) from error
        lock.seek(0)
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    def release(self) -> None:
        """Give the folder up."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _holder(lock: TextIO) -> str:
    lock.seek(0)
    pid = lock.read().strip()
    return f" (process {pid})" if pid.isdigit() else ""
