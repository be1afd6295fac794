"""How often an address may be wrong or send: one token bucket per client address, in the memory of this process."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sixclear.common.web.visitor import network_of
from sixclear.feedback.errors import MailboxNotFound, TooManyAttempts


class Attempts:
    """Lets each address fail or spend `burst` times at once and `per_minute` times a minute after that.

    Remembers at most `addresses`: beyond them the one that was quiet the longest is forgotten. Each process counts for
    itself, so N replicas allow N times as much; 80 bits leave room for that.
    """

    def __init__(
        self,
        *,
        burst: int,
        per_minute: float,
        refusal: type[TooManyAttempts] = TooManyAttempts,
        addresses: int = 10_000,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst = float(burst)
        self._per_second = per_minute / 60
        self._refusal = refusal
        self._most = addresses
        self._timer = timer
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @contextmanager
    def attempt(self, address: str) -> Iterator[None]:
        """One attempt with a code; a wrong one costs a token. Raises TooManyAttempts when none is left.

        Attempts at the same time may all pass and leave a debt, which is paid back like tokens are earned.
        """
        network = network_of(address)
        self._require(network)
        try:
            yield
        except MailboxNotFound:
            self._keep(network, max(-self._burst, self._tokens(network) - 1))
            raise

    def spend(self, address: str) -> None:
        """One use that costs a token whatever becomes of it. Raises the refusal when none is left."""
        network = network_of(address)
        self._keep(network, self._require(network) - 1)

    def __len__(self) -> int:
        return len(self._buckets)

    def _require(self, network: str) -> float:
        tokens = self._tokens(network)
        if tokens < 1:
            raise self._refusal(retry_after_seconds=max(1, math.ceil((1 - tokens) / self._per_second)))
        return tokens

    def _tokens(self, network: str) -> float:
        tokens, since = self._buckets.get(network, (self._burst, self._timer()))
        return min(self._burst, tokens + (self._timer() - since) * self._per_second)

    def _keep(self, network: str, tokens: float) -> None:
        self._buckets[network] = (tokens, self._timer())
        self._buckets.move_to_end(network)
        while len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
