"""Where log lines go when their place is full: they are counted and lost, and the work that they told of goes on.

The handlers of the standard library print a traceback for each line that they cannot write, to a standard error that
is perhaps on the same disk.
"""

import io
import logging
import sys
import time
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, TextIO

from prometheus_client import Counter

from sixclear.common.data_files import close_to_others, make_folder, open_text

LOST = Counter("sixclear_log_lines_lost_total", "Log lines that could not be written, for want of space as a rule.")

_SAY_EVERY_SECONDS = 60.0


class _LosesLines(logging.Handler):
    """Counts what it cannot write, and says so once a minute on standard error, which may be full as well."""

    _said_at = float("-inf")

    def handleError(self, record: logging.LogRecord) -> None:  # the standard library's name
        LOST.inc()
        now = time.monotonic()
        if now - self._said_at < _SAY_EVERY_SECONDS:
            return
        self._said_at = now
        error = sys.exc_info()[1]
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        with suppress(OSError, ValueError, AttributeError):
            sys.stderr.write(f"Log lines are lost: {reason}. Free space where the log is written.\n")
            sys.stderr.flush()


class StreamHandler(_LosesLines, logging.StreamHandler[TextIO]):
    """A stream, standard output as a rule."""


class FileHandler(_LosesLines, RotatingFileHandler):
    """A file of 0640 in a folder of 0750, rotated at 10 MB, three kept. It is written again once there is space."""

    def __init__(self, path: Path) -> None:
        make_folder(path.parent)
        super().__init__(path, maxBytes=10_000_000, backupCount=3, encoding="utf-8", delay=True)
        for kept in path.parent.glob(f"{path.name}.*"):
            close_to_others(kept)

    def _open(self) -> Any:
        file = open_text(Path(self.baseFilename))
        with open(self.baseFilename, "rb") as written:
            if written.seek(0, io.SEEK_END) and written.seek(-1, io.SEEK_END) >= 0 and written.read(1) != b"\n":
                file.write("\n")  # the space ended within a line
        return file

    def handleError(self, record: logging.LogRecord) -> None:  # the standard library's name
        super().handleError(record)
        # What is buffered cannot be written either; the next line opens the file again.
        stream, self.stream = self.stream, None
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.close()
