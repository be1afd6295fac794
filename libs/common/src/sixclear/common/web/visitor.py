"""Who the visitor is, told once at the edge of the process: the address behind trusted proxies, the scheme, the host.

After `VisitorEdge` a request's `client` is the visitor, and its `scheme` and `Host` are what the visitor's browser
sees, so whatever is behind it (limits, redirects, cookies, forms, streams) speaks of the same ones.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from sixclear.common.telemetry import TRUSTED_TRACER
from sixclear.common.visitor import THIS_MACHINE, Network, address_in, client_address, trusts

_FOR_ITSELF = "sixclear.for_itself"
# A name or an address with or without a port (RFC 3986 §3.2), and nothing that could end a header or begin a path.
_HOST = re.compile(rb"(?:[A-Za-z0-9._~-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_SCHEMES = {b"http": "http", b"https": "https"}


class VisitorEdge:
    """Puts the visitor in the place of the peer, and the visitor's scheme and host in those of the connection.

    `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host` are believed when the peer is in `trusted`, and from
    no other peer. The `traceparent` of a peer in `tracers` counts, see `TelemetryMiddleware`.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[Network], tracers: Sequence[Network] = ()) -> None:
        self.app = app
        self._trusted = tuple(trusted)
        self._tracers = tuple(tracers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request for whom it is."""
        if scope["type"] == "http":
            peer = (scope.get("client") or (THIS_MACHINE, 0))[0]
            ours = bool(self._tracers) and trusts(self._tracers, peer)
            scope = {**scope, **_seen(scope, self._trusted), TRUSTED_TRACER: ours}
        await self.app(scope, receive, send)


def visitor_of(scope: Mapping[str, Any]) -> str:
    """The address of the visitor as text: of the peer where no `VisitorEdge` stands before the application."""
    client = scope.get("client")
    found = address_in(client[0]) if client else None
    return str(found) if found else THIS_MACHINE


def speaks_for_itself(scope: Mapping[str, Any]) -> bool:
    """Whether the request is of a trusted peer that names no visitor: a service of ours, or a gateway's own probe."""
    return bool(scope.get(_FOR_ITSELF))


def _seen(scope: Scope, trusted: Sequence[Network]) -> dict[str, Any]:
    peer, port = scope.get("client") or (THIS_MACHINE, 0)
    seen: dict[str, Any] = {"client": (str(address_in(peer) or THIS_MACHINE), port)}
    if trusts(trusted, peer):
        said = [value.decode("latin-1") for value in _said(scope, b"x-forwarded-for")]
        address = client_address(peer, said, trusted)
        if address != seen["client"][0]:
            seen["client"] = (address, 0)
        seen[_FOR_ITSELF] = trusts(trusted, address)
        scheme = _SCHEMES.get(_last(scope, b"x-forwarded-proto").lower())
        seen |= {"scheme": scheme} if scheme else {}
        host = _last(scope, b"x-forwarded-host")
        seen |= {"headers": _with_host(scope, host)} if _HOST.fullmatch(host) else {}
    return seen


def _with_host(scope: Scope, host: bytes) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in scope["headers"] if name != b"host"] + [(b"host", host)]


def _last(scope: Scope, name: bytes) -> bytes:
    """Where several proxies wrote one each, the last is that of the proxy which we know."""
    said = _said(scope, name)
    return said[-1].rpartition(b",")[2].strip() if said else b""


def _said(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]
