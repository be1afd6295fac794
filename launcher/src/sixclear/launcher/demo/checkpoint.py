"""How far a load of the demonstration came; a start looks here, and needs nothing of what would be loaded."""

from datetime import datetime
from pathlib import Path

import orjson

from sixclear.common.data_files import write_whole

# In this order. A checkpoint counts the phases that are done.
PHASES = ("programmes", "tasks", "reports", "results", "catalogue", "today", "feedback and decisions")


class DemoRefused(RuntimeError):
    """A service refused a request of the demonstration; the message says which and why."""


class Checkpoint:
    """How far a load came: the phase, the lanes done in it, and the instant that the whole load speaks of.

    A lane that was cut short is sent again from its first step; its idempotency keys make that harmless.
    """

    def __init__(self, path: Path, now: datetime) -> None:
        self._path = path
        self.now = now
        self.phase = 0
        self.lanes: set[str] = set()
        self.resumed = path.exists()
        if self.resumed:
            stored = orjson.loads(path.read_bytes())
            self.now = datetime.fromisoformat(stored["now"])
            self.phase = stored["phase"]
            self.lanes = set(stored["lanes"])

    def save(self) -> None:
        """Replace the file as a whole, so that a kill never leaves half of it."""
        stored = {"now": self.now.isoformat(), "phase": self.phase, "lanes": sorted(self.lanes)}
        write_whole(self._path, orjson.dumps(stored))

    def advance(self) -> None:
        """The phase is done."""
        self.phase += 1
        self.lanes = set()
        self.save()


def is_loaded(path: Path) -> bool:
    """Whether a load that kept its checkpoint at `path` reached its end."""
    if not path.exists():
        return False
    checkpoint = Checkpoint(path, datetime.min)  # noqa: DTZ901 (replaced by the stored instant)
    return checkpoint.phase >= len(PHASES)
