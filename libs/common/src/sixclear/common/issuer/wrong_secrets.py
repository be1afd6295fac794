"""How often one visitor may be wrong about a client's secret; in the memory of the one process that has the issuer."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from sixclear.common.visitor import network_of


class WrongSecrets:
    """Lets each visitor be wrong `at_once` times and `per_minute` times a minute after that.

    Remembers at most `networks`: beyond them the one that was wrong the longest ago is forgotten.
    """

    def __init__(
        self,
        at_once: int = 20,
        per_minute: float = 12.0,
        networks: int = 10_000,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._step = 60 / per_minute
        self._whole = at_once * self._step
        self._most = networks
        self._monotonic = monotonic
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def waits_seconds(self, visitor: str) -> int:
        """How long the visitor has to wait before the next try, in whole seconds; 0 when it may try now."""
        used = self._full_at.get(network_of(visitor), 0.0) - self._monotonic()
        return max(0, math.ceil(used + self._step - self._whole))

    def add(self, visitor: str) -> None:
        """Count one wrong secret."""
        network, now = network_of(visitor), self._monotonic()
        self._full_at[network] = max(self._full_at.get(network, 0.0), now) + self._step
        self._full_at.move_to_end(network)
        while len(self._full_at) > self._most:
            self._full_at.popitem(last=False)

    def __len__(self) -> int:
        return len(self._full_at)
