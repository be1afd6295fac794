"""Who the visitor is, told once at the edge of the process: the address behind trusted proxies, the scheme, the host.

After `VisitorEdge` a request's `client` is the visitor, and its `scheme` and `Host` are what the visitor's browser
sees, so whatever is behind it (limits, redirects, cookies, forms, streams) speaks of the same ones.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from sixclear.common.telemetry import TRUSTED_TRACER
from sixclear.common.visitor import THIS_MACHINE, Network, address_in, client_address, trusts

_FOR_ITSELF = "sixclear.for_itself"
# A name or an address with or without a port (RFC 3986 §3.2), and nothing that could end a header or begin a path.
_HOST = re.compile(rb"(?:[A-Za-z0-9._~-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
RawHeaders = Sequence[tuple[bytes, bytes]]
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
        # A peer sends many requests, and reading its address costs more than the rest of this.
        self._peer = lru_cache(maxsize=1024)(self._look_at)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request for whom it is."""
        if scope["type"] == "http":
            name, port = scope.get("client") or (THIS_MACHINE, 0)
            peer = self._peer(name)
            seen = {"client": (peer.address, port), TRUSTED_TRACER: peer.traces}
            if peer.trusted:
                seen |= _seen(scope, name, peer.address, self._trusted)
            scope = {**scope, **seen}
        await self.app(scope, receive, send)

    def _look_at(self, name: str) -> "_Peer":
        traces = bool(self._tracers) and trusts(self._tracers, name)
        return _Peer(str(address_in(name) or THIS_MACHINE), trusts(self._trusted, name), traces)


@dataclass(frozen=True, slots=True)
class _Peer:
    """What the networks that the edge was given say of a peer."""

    address: str
    trusted: bool
    traces: bool


def visitor_of(scope: Mapping[str, Any]) -> str:
    """The address of the visitor as text: of the peer where no `VisitorEdge` stands before the application."""
    client = scope.get("client")
    found = address_in(client[0]) if client else None
    return str(found) if found else THIS_MACHINE


def speaks_for_itself(scope: Mapping[str, Any]) -> bool:
    """Whether the request is of a trusted peer that names no visitor: a service of ours, or a gateway's own probe."""
    return bool(scope.get(_FOR_ITSELF))


def _seen(scope: Scope, peer: str, address: str, trusted: Sequence[Network]) -> dict[str, Any]:
    """What a trusted peer says of its visitor, by the names of the scope."""
    headers = [header for header in scope["headers"] if header[0].startswith(b"x-forwarded-")]
    if not headers:
        return {_FOR_ITSELF: True}
    visitor = client_address(peer, [value.decode("latin-1") for value in _said(headers, b"x-forwarded-for")], trusted)
    seen: dict[str, Any] = {_FOR_ITSELF: trusts(trusted, visitor)}
    if visitor != address:
        seen["client"] = (visitor, 0)
    scheme = _SCHEMES.get(_last(headers, b"x-forwarded-proto").lower())
    seen |= {"scheme": scheme} if scheme else {}
    host = _last(headers, b"x-forwarded-host")
    seen |= {"headers": _with_host(scope, host)} if _HOST.fullmatch(host) else {}
    return seen


def _with_host(scope: Scope, host: bytes) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in scope["headers"] if name != b"host"] + [(b"host", host)]


def _last(headers: RawHeaders, name: bytes) -> bytes:
    """Where several proxies wrote one each, the last is that of the proxy which we know."""
    said = _said(headers, name)
    return said[-1].rpartition(b",")[2].strip() if said else b""


def _said(headers: RawHeaders, name: bytes) -> list[bytes]:
    return [value for key, value in headers if key == name]
