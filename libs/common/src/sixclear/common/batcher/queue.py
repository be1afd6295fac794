"""What waits for a batch: bounded, in order, each key at most once in what is written at one time. Pure."""

import math
from collections import deque
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken together and how much may wait.

    A newcomer is refused when `waiting` commands wait; when it would wait longer than `wait_seconds` behind more than
    one full batch; and behind fewer when it would wait longer than `stuck_seconds`: a short pause of the server
    refuses no newcomer while the queue is short.
    """

    batch: int = 128
    waiting: int = 1024
    wait_seconds: float = 0.25
    stuck_seconds: float = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Waiting(Generic[C]):
    """One command with its keys; `since` is when it came, by the queue's clock."""

    command: C
    keys: Collection[Hashable]
    since: float


# How much a batch of one command counts against what was known of batches before; a larger one counts more.
_WEIGHT = 0.02


class CommandQueue(Generic[C]):
    """Commands in the order in which they came.

    `take` gives the next batch and holds its keys until `done`: of the commands with one key only one is written at a
    time, and the next one never before it. A command that must wait for a key holds its other keys back too, so that
    nothing overtakes it. Instants are seconds of a clock that never goes back.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._waiting: deque[Waiting[C]] = deque()
        self._held: set[Hashable] = set()
        self._running: dict[int, float] = {}
        self._batches = 0
        self._batch_seconds = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    def expected_wait(self, now: float) -> float:
        """Seconds until a newcomer would be written: what is under way, then the batches before its own, then its own.

        A batch that takes longer than usual is expected to take as long again.
        """
        ahead = math.ceil((len(self._waiting) + 1) / self._limits.batch)
        elapsed = max((now - started for started in self._running.values()), default=0.0)
        usual = self._batch_seconds
        left = (usual - elapsed if elapsed <= usual else elapsed) if self._running else 0.0
        return left + ahead * usual

    def is_full(self, now: float) -> bool:
        """Whether a newcomer must be refused."""
        waiting = len(self._waiting)
        if waiting >= self._limits.waiting:
            return True
        if not self._running:
            return False
        bound = self._limits.wait_seconds if waiting >= self._limits.batch else self._limits.stuck_seconds
        return self.expected_wait(now) > bound

    def put(self, command: C, keys: Collection[Hashable], now: float) -> Waiting[C]:
        """Add a command at the end; ask `is_full` before."""
        entry = Waiting(command, keys, now)
        self._waiting.append(entry)
        return entry

    def drop(self, entry: Waiting[C]) -> bool:
        """Take out a command whose caller has left; False when it is in a batch already."""
        try:
            self._waiting.remove(entry)
        except ValueError:
            return False
        return True

    def take(self, now: float) -> "Batch[C] | None":
        """The next batch: the first commands whose keys are free, in their order; None when there is none."""
        taken: list[Waiting[C]] = []
        passed: list[Waiting[C]] = []
        closed = set(self._held)
        while self._waiting and len(taken) < self._limits.batch:
            entry = self._waiting.popleft()
            (taken if closed.isdisjoint(entry.keys) else passed).append(entry)
            closed.update(entry.keys)
        self._waiting.extendleft(reversed(passed))
        if not taken:
            return None
        self._held.update(key for entry in taken for key in entry.keys)
        self._batches += 1
        self._running[self._batches] = now
        return Batch(self._batches, tuple(taken), now)

    def done(self, batch: "Batch[C]", now: float) -> None:
        """The batch has ended, well or not: its keys are free, and how long it took is learnt."""
        del self._running[batch.number]
        self._held.difference_update(key for entry in batch.entries for key in entry.keys)
        weight = 1.0 if not self._batch_seconds else min(0.5, _WEIGHT * len(batch.entries))
        self._batch_seconds += weight * (now - batch.started - self._batch_seconds)


@dataclass(frozen=True, slots=True)
class Batch(Generic[C]):
    """What is written together; no key stands in it twice."""

    number: int
    entries: tuple[Waiting[C], ...]
    started: float
