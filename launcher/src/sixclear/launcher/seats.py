"""How many connections the server holds: in all, and of one visitor's address."""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Protocol

import structlog

from sixclear.common.visitor import network_of

_log = structlog.get_logger(__name__)

# Connections beyond the limit that are heard for one short request: a probe is answered, anyone else is refused.
STANDING = 64
_SAY_SECONDS = 60.0


class Sitter(Protocol):
    """A connection."""

    def give_way(self) -> None:
        """Close: another one needs the place."""


class Seats:
    """Gives each connection a seat, or lets it stand until it has said what it wants.

    `per_address` counts those from one address (IPv6: one network of 64 bits, which a single visitor has), unless
    `shared` says that many visitors come from there, as from a proxy. When all seats are taken, the connection that
    has been idle for the longest time gives way; the oldest of those who stand gives way to a newer one.
    """

    def __init__(self, total: int, per_address: int, shared: Callable[[str], bool]) -> None:
        self.total = total
        self.per_address = per_address
        self._shared = shared
        self._seated: dict[Sitter, str] = {}
        self._idle: OrderedDict[Sitter, None] = OrderedDict()
        self._standing: OrderedDict[Sitter, None] = OrderedDict()
        self._by_address: Counter[str] = Counter()
        self._said_at = float("-inf")

    def __len__(self) -> int:
        """How many are seated."""
        return len(self._seated)

    @property
    def standing(self) -> int:
        """How many stand."""
        return len(self._standing)

    def take(self, sitter: Sitter, host: str) -> bool:
        """Whether `sitter`, who comes from `host`, has a seat; else it stands. It is idle until `busy` is called."""
        address = "" if self._shared(host) else network_of(host)
        if (address and self._by_address[address] >= self.per_address) or not self._seat_is_free():
            self._stand(sitter)
            return False
        self._seated[sitter] = address
        self._by_address[address] += 1
        self._idle[sitter] = None
        return True

    def busy(self, sitter: Sitter) -> None:
        """A request began: the seat is not taken away."""
        self._idle.pop(sitter, None)

    def idle(self, sitter: Sitter) -> None:
        """A request ended and no other one began."""
        if sitter in self._seated:
            self._idle[sitter] = None

    def leave(self, sitter: Sitter) -> None:
        """The connection is gone; may be said twice."""
        self._standing.pop(sitter, None)
        self._idle.pop(sitter, None)
        address = self._seated.pop(sitter, None)
        if address is None:
            return
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

    def _seat_is_free(self) -> bool:
        if len(self._seated) < self.total:
            return True
        if not self._idle:
            return False
        oldest = next(iter(self._idle))
        self.leave(oldest)
        oldest.give_way()
        return True

    def _stand(self, sitter: Sitter) -> None:
        self._say()
        self._standing[sitter] = None
        if len(self._standing) > STANDING:
            oldest, _ = self._standing.popitem(last=False)
            oldest.give_way()

    def _say(self) -> None:
        now = time.monotonic()
        if now - self._said_at >= _SAY_SECONDS:
            self._said_at = now
            _log.warning("connections are refused", seated=len(self), total=self.total, per_address=self.per_address)
