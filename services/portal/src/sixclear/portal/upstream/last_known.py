"""The last answer to each public question, for when its service does not answer: never shown as new."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sixclear.common.clock import Clock

# What is older says nothing of today: the page is then shown without it.
_KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Known:
    """An answer and the instant at which it came."""

    answer: object
    known_at: datetime


class LastKnown:
    """At most `most` answers, each for a day; what was neither told nor looked up for longest goes first.

    It holds answers of public questions only, which are the same for everyone who asks, and of these only what is
    never withdrawn (`Operation.outlasts`).
    """

    def __init__(self, clock: Clock, most: int = 256) -> None:
        self._clock = clock
        self._most = most
        self._known: OrderedDict[Hashable, Known] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def keep(self, key: Hashable, answer: object) -> None:
        """`answer` is the newest to `key`."""
        self._known[key] = Known(answer, self._clock())
        self._known.move_to_end(key)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def find(self, key: Hashable) -> Known | None:
        """The newest answer to `key`, None when there is none of the last day."""
        known = self._known.get(key)
        if known is None or self._clock() - known.known_at > _KEPT_FOR:
            return None
        self._known.move_to_end(key)
        return known

    def forget(self, key: Hashable) -> None:
        """What was known no longer holds: the service said that there is no such thing, or that it is not shown.

        Figures that monitoring refuses are not shown either: nothing says since when they have been wrong.
        """
        self._known.pop(key, None)
