"""The data folder: writable, and used by one process at a time."""

import fcntl
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from sixclear.common.data_files import FOLDER_MODE, close_to_others, make_folder, open_text, write_whole
from sixclear.common.runtime.cannot_start import CannotStart


@dataclass(frozen=True, slots=True)
class Announcement:
    """Where the platform of a data folder is: its pages, its issuer, and the addresses of prefixes served elsewhere."""

    address: str
    issuer: str
    services: Mapping[str, str]


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
            self._tighten()
            make_folder(self.path)
            lock = open_text(self.path / "lock")
        except OSError as error:
            raise CannotStart(
                f"The data folder {self.path} cannot be written: {error.strerror or error}.",
                "Choose another one: SIXCLEAR_HOME=/path/to/folder make run",
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = _holder(lock)
            lock.close()
            raise CannotStart(
                f"Sixclear already runs on the data folder {self.path}{holder}.",
                "Stop it with Ctrl-C, or start another one beside it: "
                "PORT=8010 SIXCLEAR_HOME=/path/to/another/folder make run",
            ) from error
        except OSError as error:
            lock.close()
            raise CannotStart(
                f"The data folder {self.path} cannot be locked: {error.strerror or error}.",
                "Choose one on a local disk: SIXCLEAR_HOME=/path/to/folder make run",
            ) from error
        lock.seek(0)
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    def _tighten(self) -> None:
        """Close what a release before this one left open to everybody; a folder that we never used is not ours."""
        if (self.path / "lock").exists() and not self.path.stat().st_mode & stat.S_ISVTX:
            close_to_others(self.path, FOLDER_MODE)
            close_to_others(self.path / "logs", FOLDER_MODE)
            close_to_others(self.path / "kafka", FOLDER_MODE)
            for file in (self.path / "demo.json", *self.path.glob("logs/*.log*"), *self.path.glob("kafka/*.*")):
                close_to_others(file)

    def held(self) -> bool:
        """Whether the folder is still the one that was claimed: not removed, and not made again by another process.

        What cannot be told has not changed: a disk that fails for a moment takes no folder away.
        """
        if self._lock is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._lock.fileno()), (self.path / "lock").stat())
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True

    def announce(self, announcement: Announcement) -> None:
        """Let commands on this folder know where the platform is."""
        write_whole(self.path / "process.json", json.dumps(asdict(announcement)).encode())

    def release(self) -> None:
        """Give the folder up."""
        if self._lock is not None:
            if self.held():
                (self.path / "process.json").unlink(missing_ok=True)
            self._lock.close()
            self._lock = None


def announced(home: Path) -> Announcement | None:
    """What the process that runs on `home` says of itself; None when there is none."""
    try:
        return Announcement(**json.loads((home / "process.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _holder(lock: TextIO) -> str:
    lock.seek(0)
    pid = lock.read().strip()
    return f" (process {pid})" if pid.isdigit() else ""
