"""How many items a batch takes: fewer after a timeout, then more again, so that no size is tried forever."""

from collections.abc import Iterator
from contextlib import contextmanager

from sixclear.common.bus.failures import overloaded

# So many full batches get through before a greater one is tried: each that fails costs a whole timeout.
_REST = 4


class BatchSize:
    """A number of items between one and `largest`: halved by an overload, grown by an eighth by each full success.

    A limit that lies below `largest` is met by a sixth of the batches at most, and half of it always gets through.
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._rest = 0
        self.current = largest

    def halve(self, tried: int | None = None) -> None:
        """Take half as many next time. `tried` is how many it were, when fewer than `current` were there."""
        self.current = max(1, min(self.current, tried or self.current) // 2)
        self._rest = _REST

    def grow(self, done: int) -> None:
        """Take more after some successes, if `done` was as many as allowed: a small batch proves nothing."""
        if done < self.current:
            return
        if self._rest:
            self._rest -= 1
        else:
            self.current = min(self._largest, self.current + max(1, self.current // 8))

    @contextmanager
    def attempt(self) -> Iterator[int]:
        """How many to take now; an overload inside halves it for the next time and is raised."""
        try:
            yield self.current
        except Exception as error:
            if overloaded(error):
                self.halve()
            raise
