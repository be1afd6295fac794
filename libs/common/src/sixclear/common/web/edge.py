"""What every answer of every service carries: the request's id and the headers that keep browsers safe."""

import re
from collections.abc import Collection, Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sixclear.common.ids import new_id

API_CONTENT_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

SECURITY_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

# In the state of a request: the answer's own policy says which sites may show it in a frame.
FRAMED = "framed"
# A year, for this host alone: which of its neighbours speak HTTPS is not known here.
_BY_HTTPS_ONLY = b"max-age=31536000"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_SANE_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")


class EdgeMiddleware:
    """Takes a sane `X-Request-ID` or makes one, and echoes it; adds security headers that the answer does not set.

    A visitor who came by HTTPS is told to come by HTTPS from now on (RFC 6797); over HTTP that would mean nothing.

    A redirect to the host that the request names becomes one to a path: `Host` is what the sender wrote, and behind a
    gateway scheme and port are not those of the browser either.
    """

    def __init__(self, app: ASGIApp, content_security_policy: str = API_CONTENT_SECURITY_POLICY) -> None:
        self.app = app
        self._headers = EdgeHeaders(content_security_policy)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = request_id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                with_edge_headers(message, scope, self._headers, request_id)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class EdgeHeaders:
    """The headers that every answer carries, as they are sent."""

    def __init__(self, content_security_policy: str = API_CONTENT_SECURITY_POLICY) -> None:
        named = {**SECURITY_HEADERS, "Content-Security-Policy": content_security_policy}
        self._security = [(name.lower().encode(), value.encode()) for name, value in named.items()]

    def add(self, headers: list[tuple[bytes, bytes]], scope: Scope, request_id: str) -> None:
        """Add to the headers of an answer, named in small letters, what it does not say itself."""
        said = {name for name, _ in headers}
        _put(headers, said, b"x-request-id", request_id.encode("latin-1"))
        if scope["state"].get(FRAMED):
            said.add(b"x-frame-options")
        headers.extend(header for header in self._security if header[0] not in said)
        for name, value in scope["state"].get("deprecation", {}).items():
            if (raw := name.lower().encode()) not in said:
                headers.append((raw, value.encode("latin-1")))
        if scope.get("scheme") == "https" and b"strict-transport-security" not in said:
            headers.append((b"strict-transport-security", _BY_HTTPS_ONLY))
        if private(scope):
            cached = next((value for name, value in headers if name == b"cache-control"), b"")
            _put(headers, said, b"cache-control", _not_kept(cached))


def with_edge_headers(message: Message, scope: Scope, edge: EdgeHeaders, request_id: str) -> None:
    """Give the start of an answer what every answer carries; a redirect to the request's own host becomes a path."""
    message["headers"] = raw = list(message["headers"])
    edge.add(raw, scope, request_id)
    if 300 <= message["status"] < 400:
        headers = MutableHeaders(scope=message)
        if "location" in headers:
            headers["location"] = _without_host(headers["location"], scope)


def _put(headers: list[tuple[bytes, bytes]], said: Collection[bytes], name: bytes, value: bytes) -> None:
    if name in said:
        headers[:] = [header for header in headers if header[0] != name]
    headers.append((name, value))


def private(scope: Scope) -> bool:
    """Whether an answer is for this caller only: to a token, by a rule that asks for one, or to a change.

    The rule says so itself (`Access.admit`), so that a refusal counts as well as what it keeps from others.
    """
    named = any(name == b"authorization" for name, _ in scope["headers"])
    return named or scope["method"] not in _SAFE_METHODS or bool(scope.get("state", {}).get("private"))


def _not_kept(said: bytes) -> bytes:
    # A stream that must not be changed on its way stays so.
    return b"no-store, no-transform" if b"no-transform" in said else b"no-store"


def request_id_of(scope: Scope) -> str:
    """The request's own id where it is sane, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return value.decode("ascii") if _SANE_REQUEST_ID.fullmatch(value) else str(new_id())
    return str(new_id())


def _without_host(location: str, scope: Scope) -> str:
    """`location` as a path, if it leads to the request's own host; without one, to the server."""
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    server, port = scope.get("server") or ("", None)
    for place in (host, f"{server}:{port}", server):
        own = next((own for own in (f"http://{place}/", f"https://{place}/") if location.startswith(own)), "")
        if place and own:
            return "/" + location.removeprefix(own).lstrip("/\\")  # two of them would name a host again
    return location
