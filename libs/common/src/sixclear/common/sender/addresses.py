"""Which machine an address that people entered may lead to: none of the own network, unless a setting allows it."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

from sixclear.common.sender.errors import NotSent
from sixclear.common.visitor import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_RESOLVE_SECONDS = 5.0
# A name with more addresses than that is no server of anybody's: each of them is looked at.
_MOST_ADDRESSES = 64
# Translators put the IPv4 address of the machine behind them into the last 32 bits (RFC 6052).
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
# What the registry gives to the internet (RFC 4291 §2.4). Outside of it `is_global` also calls global what is not, such
# as site-local addresses (fec0::/10) and translators of one network (64:ff9b:1::/48).
_UNICAST = ipaddress.ip_network("2000::/3")


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, by the system's resolver; raises OSError where it has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: Address) -> bool:
    """Whether the address is of a machine in the internet, also where it holds an IPv4 address."""
    behind = _behind(address)
    known = address.version == 4 or address in _UNICAST or address in _TRANSLATED
    return known and address.is_global and not address.is_multicast and (behind is None or is_public(behind))


def meant(address: Address) -> Address:
    """The IPv4 address that a mapped one stands for, else the address itself."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _behind(address: Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.sixtofour


async def checked(
    host: str, port: int, allowed: Sequence[Network], ask: Resolve = resolve
) -> tuple[Sequence[str], bool]:
    """The addresses to connect to, and whether all are of networks that the setting allows; raises NotSent.

    The name is resolved once, here, and the connection goes to an address that was looked at: a name that has another
    address a moment later reaches nothing. One private address among several refuses all of them.
    """
    try:
        async with asyncio.timeout(_RESOLVE_SECONDS):
            texts = await ask(host, port)
        addresses = [meant(ipaddress.ip_address(text)) for text in texts]
    except (OSError, UnicodeError, ValueError):  # TimeoutError is an OSError
        raise NotSent("name-unknown", down=True) from None
    if not 0 < len(addresses) <= _MOST_ADDRESSES:
        raise NotSent("name-unknown", down=True)
    own = [any(one in network for network in allowed) for one in addresses]
    if not all(mine or is_public(one) for mine, one in zip(own, addresses, strict=True)):
        raise NotSent("address-private", again=False)
    return [str(one) for one in addresses], all(own)
