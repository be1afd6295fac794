"""How often a visitor may ask: one token bucket per visitor, in the memory of this process."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from sixclear.common.errors import DomainError


class TooManyRequests(DomainError):
    code, status, title = "too-many-requests", 429, "Too many requests came from this address"
    meaning = "More requests came from this address than one visitor may send."
    remedy = "Wait for the seconds that `Retry-After` names, and keep answers instead of asking again."

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("Ask less often; answers can be kept.", headers={"Retry-After": str(retry_after_seconds)})


class Allowance:
    """Lets each visitor ask `per_minute` times a minute, and as often at once after a quiet minute.

    Remembers at most `visitors`: beyond them the one that was quiet the longest is forgotten, and begins with a full
    bucket. For reading only: each process counts for itself, so the caller divides by the number of processes.
    """

    def __init__(
        self, per_minute: float, *, visitors: int = 10_000, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = max(1.0, per_minute)
        self._per_second = per_minute / 60
        self._visitors = visitors
        self._timer = timer
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, visitor: str) -> None:
        """One question; raises TooManyRequests, with the time until the next one is free."""
        now = self._timer()
        left, since = self._left.get(visitor, (self._most, now))
        left = min(self._most, left + (now - since) * self._per_second)
        if left < 1:
            raise TooManyRequests(max(1, math.ceil((1 - left) / self._per_second)))
        self._left[visitor] = (left - 1, now)
        self._left.move_to_end(visitor)
        while len(self._left) > self._visitors:
            self._left.popitem(last=False)

    def __len__(self) -> int:
        return len(self._left)
