"""How often an address may be wrong: one token bucket per client address, in the memory of this process."""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from sixclear.feedback.errors import MailboxNotFound, TooManyAttempts


class Attempts:
    """Lets each address fail `burst` times at once and `per_minute` times a minute after that.

    Remembers at most `addresses`: beyond them the one that was quiet the longest is forgotten. Each process counts for
    itself, so N replicas allow N times as much; 80 bits leave room for that.
    """

    def __init__(
        self,
        *,
        burst: int,
        per_minute: float,
        addresses: int = 10_000,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst = float(burst)
        self._per_second = per_minute / 60
        self._most = addresses
        self._timer = timer
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @contextmanager
    def attempt(self, address: str) -> Iterator[None]:
        """One attempt with a code; a wrong one costs a token. Raises TooManyAttempts when none is left.

        Attempts at the same time may all pass and leave a debt, which is paid back like tokens are earned.
        """
        network = network_of(address)
        tokens = self._tokens(network)
        if tokens < 1:
            raise TooManyAttempts(retry_after_seconds=max(1, math.ceil((1 - tokens) / self._per_second)))
        try:
            yield
        except MailboxNotFound:
            self._keep(network, max(-self._burst, self._tokens(network) - 1))
            raise

    def __len__(self) -> int:
        return len(self._buckets)

    def _tokens(self, network: str) -> float:
        tokens, since = self._buckets.get(network, (self._burst, self._timer()))
        return min(self._burst, tokens + (self._timer() - since) * self._per_second)

    def _keep(self, network: str, tokens: float) -> None:
        self._buckets[network] = (tokens, self._timer())
        self._buckets.move_to_end(network)
        while len(self._buckets) > self._most:
            self._buckets.popitem(last=False)


def network_of(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 network of an IPv6 one, which one household can fill."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.IPv6Network((parsed, 64), strict=False))
    return str(parsed)


def client_address(peer: str, forwarded_for: list[str], trusted: frozenset[str]) -> str:
    """The address of the client: the peer's, or what a trusted peer says in X-Forwarded-For.

    Read from the right: the first address that is not itself trusted is the one that our own edge has seen. `trusted`
    holds addresses and networks: in a cluster the gateway's processes have no fixed address.
    """
    hops = [hop.strip() for value in forwarded_for for hop in value.split(",") if hop.strip()]
    address = peer
    while hops and _holds(trusted, address):
        address = hops.pop()
    return address


def _holds(trusted: frozenset[str], address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in _networks(trusted))


@cache
def _networks(trusted: frozenset[str]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(entry, strict=False) for entry in trusted)
