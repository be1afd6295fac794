"""How often a visitor may ask: one token bucket per visitor, in the memory of this process."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from sixclear.common.errors import DomainError

# In a request's scope: the TooManyRequests with which an application that has pages refuses it.
ASKS_TOO_OFTEN = "sixclear.asks_too_often"


class TooManyRequests(DomainError):
    code, status, title = "too-many-requests", 429, "Too many requests came from one client"
    meaning = "One client sent more requests than it may: counted by its token, or by its address where it has none."
    remedy = "Wait for the seconds that `Retry-After` names, and keep answers instead of asking again."

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("Ask less often; answers can be kept.", headers={"Retry-After": str(retry_after_seconds)})
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class Left:
    """What a visitor may still ask now, and after how many quiet seconds it may ask as often as ever."""

    requests: int
    full_after_seconds: int


class Allowance:
    """Lets each visitor ask `per_minute` times a minute, and as often at once after a quiet minute.

    Remembers at most `visitors`: beyond them the one that was quiet the longest is forgotten, and begins with a full
    bucket. For reading only: each process counts for itself, so the caller divides by the number of processes.
    """

    def __init__(
        self, per_minute: float, *, visitors: int = 10_000, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self.most = max(1.0, per_minute)
        self._per_second = per_minute / 60
        self._visitors = visitors
        self._timer = timer
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, visitor: str) -> None:
        """One question; raises TooManyRequests, with the time until the next one is free."""
        self.take(visitor)

    def take(self, visitor: str) -> Left:
        """As `spend`; what is left after it."""
        now = self._timer()
        left, since = self._left.get(visitor, (self.most, now))
        left = min(self.most, left + (now - since) * self._per_second)
        if left < 1:
            raise TooManyRequests(max(1, math.ceil((1 - left) / self._per_second)))
        self._left[visitor] = (left - 1, now)
        self._left.move_to_end(visitor)
        while len(self._left) > self._visitors:
            self._left.popitem(last=False)
        return Left(int(left - 1), math.ceil((self.most - left + 1) / self._per_second))

    def __len__(self) -> int:
        return len(self._left)
