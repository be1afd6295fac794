"""Addresses of visitors: what stands in a header, whom a proxy speaks for, and what counts as one visitor."""

import ipaddress
from collections.abc import Iterator, Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


# A peer without an address came by a socket of this machine.
THIS_MACHINE = "127.0.0.1"


_LONGEST_ADDRESS = 100


def network_of(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 network of an IPv6 one, which one household can fill."""
    found = address_in(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((found, 64), strict=False))
    return str(found) if found else THIS_MACHINE


def trusted_networks(setting: str) -> tuple[Network, ...]:
    """The addresses and networks in a list with commas; raises ValueError for what is neither."""
    parts = filter(None, map(str.strip, setting.split(",")))
    return tuple(ipaddress.ip_network(part, strict=False) for part in parts)


def checked_networks(setting: str) -> str:
    """A setting with addresses and networks as it is; raises ValueError for one that holds something else."""
    trusted_networks(setting)
    return setting


def trusts(trusted: Sequence[Network], address: str) -> bool:
    """Whether `address` is one of a trusted proxy."""
    found = address_in(address)
    return found is not None and any(found in network for network in trusted)


def client_address(peer: str, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """The address of the client: the peer's, or what a trusted peer says in X-Forwarded-For.

    Read from the right: the first address that is not itself trusted is the one that our own edge has seen. What stands
    further left is whatever the sender wrote: read from there, each request could name another address, and have an
    allowance of its own. Networks can be trusted, because in a cluster the gateway's processes have no fixed address.
    What cannot be read ends the reading: the client then is the trusted proxy that said it, never a stranger whom
    others share. Limit: a gateway that passes the header on without adding its own peer lets senders choose their
    address (decision 0011; `test_only_a_trusted_peer_says_for_whom_it_asks`).
    """
    address, hops = str(address_in(peer) or THIS_MACHINE), _from_the_right(forwarded_for)
    while trusts(trusted, address):
        before = address_in(next(hops, ""))
        if before is None:
            break
        address = str(before)
    return address


def address_in(text: str) -> Address | None:
    """The address in `text`, which may have a port, brackets or a zone; None when there is none.

    An IPv4 address that is written as IPv6 is IPv4.
    """
    text = text.strip().strip('"')
    if len(text) > _LONGEST_ADDRESS:
        return None
    if text.startswith("["):
        text, closed, port = text[1:].partition("]")
        if not closed or (port and not _is_port(port.removeprefix(":"))):
            return None
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
        if not _is_port(port):
            return None
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5


def _from_the_right(values: Sequence[str]) -> Iterator[str]:
    for value in reversed(values):
        while value:
            value, _, hop = value.rpartition(",")
            if hop.strip():
                yield hop
