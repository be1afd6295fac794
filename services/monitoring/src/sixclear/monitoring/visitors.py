"""For whom a question counts: a stranger by address, our own services not at all."""

import ipaddress

from starlette.requests import HTTPConnection


def stranger(connection: HTTPConnection) -> str | None:
    """The address of a stranger, of IPv6 its /64 network, which one household can fill; None for this machine."""
    host = connection.client.host if connection.client else "127.0.0.1"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback:
        return None
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
