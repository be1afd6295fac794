"""How many submissions without token came to this process within a minute."""

from collections import deque
from datetime import datetime, timedelta

_WINDOW = timedelta(minutes=1)
_STEP = timedelta(seconds=1)


class Load:
    """Counts by second, so that it holds sixty numbers at most, whatever comes.

    In the process, not in the database: a row that each submission changes would make them wait for one another just
    when many come (decision 0096).
    """

    def __init__(self) -> None:
        self._seconds: deque[tuple[datetime, int]] = deque()

    def add(self, now: datetime) -> None:
        """Count one more."""
        second = now.replace(microsecond=0)
        if self._seconds and second < self._seconds[-1][0] - _STEP:
            self._seconds.clear()  # the clock was set back
        if self._seconds and second <= self._seconds[-1][0]:
            newest, count = self._seconds.pop()
            self._seconds.append((newest, count + 1))
        else:
            self._seconds.append((second, 1))
        self._forget(now)

    def within_minute(self, now: datetime) -> int:
        """How many were counted in the last sixty seconds."""
        self._forget(now)
        return sum(count for second, count in self._seconds if second <= now)

    def _forget(self, now: datetime) -> None:
        while self._seconds and self._seconds[0][0] <= now - _WINDOW:
            self._seconds.popleft()
