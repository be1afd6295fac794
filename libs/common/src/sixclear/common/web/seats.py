"""Seats of an event stream: how many may be open in all, and how many of them one visitor may hold."""

from collections import Counter
from random import randint

from sixclear.common.errors import DomainError, Unavailable


class TooManyStreams(DomainError):
    code, status, title = "too-many-streams", 429, "Too many streams are open from this address"
    meaning = "This address has as many open streams as one visitor may hold."
    remedy = "Close a stream, or read the figures from time to time instead."

    def __init__(self) -> None:
        super().__init__("Close some, or ask for the figures from time to time.", headers=_later())


def _later() -> dict[str, str]:
    # Those who are refused together do not all come back at the same moment.
    return {"Retry-After": str(randint(2, 10))}  # noqa: S311


class Seats:
    """At most `in_all` seats; of these a visitor holds at most `per_visitor`, and never more than `share` of all.

    A visitor is whatever text the caller counts by; None is a caller of our own, for whom only `in_all` counts. One
    visitor is one address, and a carrier puts thousands of households behind one (CGNAT): hence several hundred.
    """

    def __init__(self, in_all: int = 10_000, per_visitor: int = 500, share: float = 0.1) -> None:
        self._in_all = in_all
        self._per_visitor = max(1, min(per_visitor, int(in_all * share)))
        self._taken = 0
        self._by_visitor: Counter[str] = Counter()

    def take(self, visitor: str | None) -> None:
        """Take a seat; raises Unavailable when none is left, TooManyStreams when the visitor holds enough."""
        if visitor is not None and self._by_visitor.get(visitor, 0) >= self._per_visitor:
            raise TooManyStreams
        if self._taken >= self._in_all:
            raise Unavailable("Too many streams are open.", retry_after_seconds=randint(2, 10))  # noqa: S311
        self._taken += 1
        if visitor is not None:
            self._by_visitor[visitor] += 1

    def give_back(self, visitor: str | None) -> None:
        """Give a seat back that was taken."""
        self._taken -= 1
        if visitor is not None:
            self._by_visitor[visitor] -= 1
            if not self._by_visitor[visitor]:
                del self._by_visitor[visitor]

    def __len__(self) -> int:
        return self._taken

    @property
    def visitors(self) -> int:
        """How many visitors hold a seat: what is remembered."""
        return len(self._by_visitor)
