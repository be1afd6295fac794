"""An ASGI front: hot routes are answered before FastAPI's request path, by the same rules.

It takes a request only when nothing about it is odd: method, path, no query, one plain `Authorization`, a declared
length within the limit, `application/json` without a coding, headers that come once. Whatever else comes goes the
ordinary way with every byte of it, so that each refusal is the ordinary one. FastAPI's own request path costs more than
a write that is stored in a batch (docs/decisions/0032).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.batcher.batcher import NotWritten
from sixclear.common.caller import Caller
from sixclear.common.errors import DomainError
from sixclear.common.web.access import Access
from sixclear.common.web.edge import EdgeHeaders, request_id_of
from sixclear.common.web.idempotency import well_formed
from sixclear.common.web.problems import problem_response
from sixclear.common.web.unexpected_errors import internal_error

_log = structlog.get_logger(__name__)

_READ = frozenset(
    {b"authorization", b"content-type", b"content-length", b"if-match", b"idempotency-key", b"x-request-id"}
)
_ODD = frozenset({b"content-encoding", b"transfer-encoding"})
_PLAIN_JSON = frozenset({b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"})
_TAG = re.compile(rb'"[0-9]{1,9}\.[0-9]{1,9}(-[a-z]+)?"')
_LENGTH = re.compile(rb"[1-9][0-9]{0,8}")
_TOKEN = re.compile(rb"Bearer [A-Za-z0-9._~+/=-]+")
_UUID = "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class HotRequest:
    """A request of which nothing is odd: `parameters` are the identifiers in its path, in their order."""

    path: str
    parameters: tuple[str, ...]
    caller: Caller
    body: bytes
    key: str | None
    if_match: str | None
    request_id: str


@dataclass(frozen=True, slots=True)
class HotAnswer:
    """A whole answer; lengths and the headers of the edge are added by the front."""

    status: int
    body: bytes
    headers: Sequence[tuple[bytes, bytes]] = ()


class HotRoute(Protocol):
    """One route that is answered in the front. `path` is the whole template, `access` the ordinary route's rule."""

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def access(self) -> Access: ...

    def require_room(self) -> None:
        """Raises Unavailable when the request would have to wait too long; nothing of it is read then."""

    async def answer(self, request: HotRequest) -> HotAnswer | None:
        """The answer; None, or NotWritten, when the ordinary route must give it. Raises DomainError to refuse."""

    def configure(self, in_flight: int) -> None:
        """How many batches may be written at a time."""

    async def close(self) -> None:
        """Finish what was taken and give connections back."""


class HotRoutes:
    """The hot routes of one application, switched by `SIXCLEAR_HOT_ROUTES`."""

    def __init__(self, routes: Sequence[HotRoute] = ()) -> None:
        self.routes = tuple(routes)
        self.on = True
        self._patterns = [(route, _pattern(route.path)) for route in routes]

    def configure(self, *, on: bool, in_flight: int) -> None:
        """Whether they are answered here at all, and how many batches each may write at a time."""
        self.on = on
        for route in self.routes:
            route.configure(in_flight)

    def find(self, method: str, path: str) -> "tuple[HotRoute, tuple[str, ...]] | None":
        """The route that takes this method and path, with the identifiers of the path."""
        if not self.on:
            return None
        for route, pattern in self._patterns:
            if route.method == method and (found := pattern.fullmatch(path)):
                return route, found.groups()
        return None

    async def close(self) -> None:
        """Finish what every route has taken."""
        for route in self.routes:
            await route.close()


def hot_routes_of(app: ASGIApp) -> HotRoutes | None:
    """The hot routes of an application; None where it has none."""
    state = getattr(getattr(app, "state", None), "service_state", None)
    hot = getattr(state, "hot", None)
    return hot if isinstance(hot, HotRoutes) else None


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[a-z_]+\}", template)
    return re.compile(_UUID.join(map(re.escape, parts)))


@dataclass(frozen=True, slots=True)
class _Matched:
    """What `route_of` of the telemetry asks of a route."""

    path_format: str


class HotFront:
    """Pure ASGI, inside the telemetry and outside everything else."""

    def __init__(
        self, app: ASGIApp, hot: HotRoutes, verifier: TokenVerifier, edge: EdgeHeaders, body_limit: int
    ) -> None:
        self.app = app
        self._hot = hot
        self._verifier = verifier
        self._edge = edge
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (found := self._hot.find(scope["method"], scope["path"])) is None:
            await self.app(scope, receive, send)
            return
        headers = None if scope.get("query_string") else self._plain(scope)
        if headers is None:
            await self.app(scope, receive, send)
            return
        route, parameters = found
        request_id = request_id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        body = _Body(receive)
        try:
            answer = await self._answer(route, parameters, scope, headers, body, request_id)
        except NotWritten:
            answer = None
        except DomainError as error:
            answer = _whole(problem_response(Request(scope), error))
        except Exception:
            _log.exception("unexpected error")
            answer = _whole(internal_error(Request(scope)))
        if answer is None:
            await self.app(scope, body.again, send)
            return
        scope["route"] = _Matched(route.path)
        raw = [(b"content-length", b"%d" % len(answer.body)), *answer.headers]
        self._edge.add(raw, scope, request_id)
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": answer.body})

    def _plain(self, scope: Scope) -> dict[bytes, bytes] | None:
        """The headers that are read; None when one of them is odd, and the ordinary route must judge."""
        read: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in _READ:
                if name in read:
                    return None
                read[name] = value
            elif name in _ODD:
                return None
        length, tag, key = read.get(b"content-length", b""), read.get(b"if-match"), read.get(b"idempotency-key")
        plain = (
            _TOKEN.fullmatch(read.get(b"authorization", b""))
            and read.get(b"content-type", b"").lower() in _PLAIN_JSON
            and _LENGTH.fullmatch(length)
            and int(length) <= self._body_limit
            and (tag is None or _TAG.fullmatch(tag))
            and (key is None or well_formed(key.decode("latin-1")))
        )
        return read if plain else None

    async def _answer(
        self,
        route: HotRoute,
        parameters: tuple[str, ...],
        scope: Scope,
        headers: dict[bytes, bytes],
        body: "_Body",
        request_id: str,
    ) -> HotAnswer | None:
        route.require_room()
        caller = await self._verifier.verify(headers[b"authorization"][len(b"Bearer ") :].decode())
        route.access.require(caller)
        content = await body.read(int(headers[b"content-length"]))
        if content is None:
            return None
        key, tag = headers.get(b"idempotency-key"), headers.get(b"if-match")
        request = HotRequest(
            scope["path"],
            parameters,
            caller,
            content,
            None if key is None else key.decode(),
            None if tag is None else tag.decode(),
            request_id,
        )
        return await route.answer(request)


class _Body:
    """The body of a request, which the ordinary route can read once more."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: list[Message] = []

    async def read(self, length: int) -> bytes | None:
        """The whole body; None when it is not as long as it was said to be, or its sender left."""
        parts: list[bytes] = []
        while True:
            message = await self._receive()
            self._messages.append(message)
            if message["type"] != "http.request":
                return None
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                break
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        return body if len(body) == length else None

    async def again(self) -> Message:
        """What was read, then what comes after it."""
        return self._messages.pop(0) if self._messages else await self._receive()


def _whole(response: Response) -> HotAnswer:
    headers = [(name, value) for name, value in response.raw_headers if name != b"content-length"]
    return HotAnswer(response.status_code, bytes(response.body), headers)
