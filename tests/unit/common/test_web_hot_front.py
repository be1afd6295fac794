"""The front of hot routes: what it takes, what it leaves to the ordinary route, and what it sends."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from starlette.types import Message, Receive, Scope, Send

from sixclear.common.auth.token_rules import TokenRules
from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.batcher.batcher import NotWritten
from sixclear.common.errors import Conflict, Unavailable
from sixclear.common.testing.identity import AUDIENCE, ISSUER, FakeIssuer
from sixclear.common.web.access import Access
from sixclear.common.web.edge import EdgeHeaders
from sixclear.common.web.hot_front import HotAnswer, HotFront, HotRequest, HotRoutes

pytestmark = pytest.mark.asyncio

THING = UUID(int=7)
PATH = f"/api/toys/v1/things/{THING}/notes"


@dataclass
class Notes:
    """A hot route that says what it is told to."""

    method: str = "POST"
    path: str = "/api/toys/v1/things/{thing_id}/notes"
    access: Access = field(default_factory=lambda: Access.scope("toys:write"))
    says: HotAnswer | Exception | None = field(default_factory=lambda: HotAnswer(201, b"{}", [(b"etag", b'"1.2"')]))
    room: bool = True
    asked: list[HotRequest] = field(default_factory=list)

    def require_room(self) -> None:
        if not self.room:
            raise Unavailable

    async def answer(self, request: HotRequest) -> HotAnswer | None:
        self.asked.append(request)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    def configure(self, in_flight: int) -> None: ...

    async def close(self) -> None: ...


class Site:
    """The front, with an ordinary application behind it that reads the whole body."""

    def __init__(self, *, on: bool = True) -> None:
        self.issuer = FakeIssuer()
        self.route = Notes()
        self.ordinary: list[bytes] = []
        hot = HotRoutes([self.route])
        hot.configure(on=on, in_flight=1)
        self.front = HotFront(self._ordinary, hot, self.issuer.verifier(), EdgeHeaders(), 100)

    async def _ordinary(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message.get("more_body"):
                break
        self.ordinary.append(body)
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b"ordinary"})

    async def send(
        self,
        body: Sequence[bytes] = (b'{"a":1}',),
        *,
        path: str = PATH,
        query: bytes = b"",
        method: str = "POST",
        token: str | None = None,
        extra: Sequence[tuple[bytes, bytes]] = (),
        **changed: bytes | None,
    ) -> tuple[int, dict[str, str], bytes]:
        """The answer to a plain request with these changes; a header that is None is left out."""
        authorization = self.issuer.headers("toys:write", client_id="c")["Authorization"] if token is None else token
        headers = {
            "authorization": authorization.encode(),
            "content-type": b"application/json",
            "content-length": b"%d" % sum(map(len, body)),
        }
        named = headers | {name.replace("_", "-"): value for name, value in changed.items()}
        raw = [(name.encode(), value) for name, value in named.items() if value is not None]
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query,
            "headers": [*raw, *extra],
            "scheme": "http",
        }
        parts = [
            {"type": "http.request", "body": part, "more_body": place + 1 < len(body)}
            for place, part in enumerate(body)
        ]
        sent: list[Message] = []

        async def receive() -> Message:
            return parts.pop(0) if parts else {"type": "http.disconnect"}

        async def keep(message: Message) -> None:
            sent.append(message)

        await self.front(scope, receive, keep)
        start, *rest = sent
        told = {name.decode(): value.decode() for name, value in start["headers"]}
        return start["status"], told, b"".join(message["body"] for message in rest)


async def test_a_plain_request_is_answered_in_front() -> None:
    site = Site()
    status, headers, body = await site.send(
        (b'{"a":', b"1}"), idempotency_key=b"k-1", if_match=b'"1.1-overdue"', x_request_id=b"r-1"
    )
    assert (status, body, site.ordinary) == (201, b"{}", [])
    assert (headers["etag"], headers["content-length"], headers["x-request-id"]) == ('"1.2"', "2", "r-1")
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    (asked,) = site.route.asked
    assert (asked.parameters, asked.body, asked.caller.client_id) == ((str(THING),), b'{"a":1}', "c")
    assert (asked.key, asked.if_match, asked.request_id) == ("k-1", '"1.1-overdue"', "r-1")


ODD: list[dict[str, Any]] = [
    {"method": "PUT"},
    {"path": PATH + "/"},
    {"path": PATH.replace("-", "")},
    {"query": b"a=1"},
    {"token": "Basic YTpi"},
    {"authorization": None},
    {"extra": [(b"authorization", b"Bearer x")]},
    {"content_type": b"application/merge-patch+json"},
    {"content_type": None},
    {"content_encoding": b"gzip"},
    {"content_encoding": b"identity"},
    {"content_length": None, "transfer_encoding": b"chunked"},
    {"content_length": b"101"},
    {"content_length": b"0"},
    {"content_length": b"+7"},
    {"content_length": b"9"},
    {"if_match": b"*"},
    {"if_match": b'W/"1.1"'},
    {"if_match": b'"1.1", "1.2"'},
    {"idempotency_key": b""},
    {"idempotency_key": b"a b"},
    {"idempotency_key": b"k" * 256},
    {"extra": [(b"idempotency-key", b"k"), (b"idempotency-key", b"k")]},
]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: " ".join(odd))
async def test_what_is_odd_goes_the_ordinary_way_with_all_its_bytes(odd: dict[str, Any]) -> None:
    site = Site()
    status, _, body = await site.send((b'{"a":', b"1}"), **odd)
    assert (status, body, site.route.asked) == (299, b"ordinary", [])
    assert site.ordinary == [b'{"a":1}']


@pytest.mark.parametrize("says", [None, NotWritten()])
async def test_what_the_route_leaves_goes_the_ordinary_way_with_all_its_bytes(says: Exception | None) -> None:
    site = Site()
    site.route.says = says
    assert (await site.send((b'{"a":', b"1}")))[0] == 299
    assert site.ordinary == [b'{"a":1}']


async def test_switched_off_everything_goes_the_ordinary_way() -> None:
    site = Site(on=False)
    assert (await site.send())[0] == 299


async def test_a_full_queue_is_503_before_the_token_and_the_body_are_read() -> None:
    site = Site()
    site.route.room = False
    status, headers, body = await site.send(token="Bearer nothing")
    assert (status, headers["retry-after"], json.loads(body)["code"]) == (503, "1", "unavailable")
    assert headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("scope", "status", "code"), [("", 401, "invalid-token"), ("toys:read", 403, "insufficient-scope")]
)
async def test_who_may_not_is_refused_by_the_rule_of_the_route(scope: str, status: int, code: str) -> None:
    site = Site()
    token = site.issuer.headers(scope, client_id="c")["Authorization"] if scope else "Bearer nothing"
    told, headers, body = await site.send(token=token)
    assert (told, json.loads(body)["code"], site.route.asked) == (status, code, [])
    assert headers["www-authenticate"].startswith("Bearer")


async def test_a_refusal_is_a_problem_with_the_path_and_the_request() -> None:
    site = Site()
    site.route.says = Conflict("Twice.")
    status, _, body = await site.send(x_request_id=b"r-1")
    told = json.loads(body)
    assert (status, told["code"], told["instance"], told["request_id"]) == (409, "conflict", PATH, "r-1")


async def test_a_fault_of_ours_is_an_internal_error_without_its_text() -> None:
    site = Site()
    site.route.says = ZeroDivisionError("secret")
    status, _, body = await site.send()
    assert (status, json.loads(body)["code"], b"secret" in body) == (500, "internal-error", False)


async def test_a_provider_that_is_asked_about_tokens_is_asked_here_too() -> None:
    class State:
        """Introspection that answers what it is told to."""

        says: float | Exception | None = 0.0

        async def confirmed(self, token: str, digest: bytes) -> float | None:
            if isinstance(self.says, Exception):
                raise self.says
            return self.says

    site, state = Site(), State()
    rules = TokenRules(issuer=ISSUER, audiences=(AUDIENCE,))
    verifier = TokenVerifier(rules, site.issuer, site.issuer.clock, state)
    hot = HotRoutes([site.route])
    hot.configure(on=True, in_flight=1)
    site.front = HotFront(site._ordinary, hot, verifier, EdgeHeaders(), 100)
    assert (await site.send())[0] == 201
    state.says = Unavailable(retry_after_seconds=2)
    status, headers, _ = await site.send()
    assert (status, headers["retry-after"]) == (503, "2")
    state.says = None
    assert (await site.send())[0] == 401
    assert len(site.route.asked) == 1
