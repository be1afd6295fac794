"""How often one client may ask: who is counted as what, what answers tell, and who is never refused."""

from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from sixclear.common.caller import Caller, InvalidToken
from sixclear.common.visitor import trusted_networks
from sixclear.common.web.access import Access
from sixclear.common.web.allowances import ASKS_TOO_OFTEN, Allowance
from sixclear.common.web.static_files import StaticMount, StaticRoute
from sixclear.common.web.visitor import VisitorEdge
from sixclear.launcher.rate_limits import RateLimits
from sixclear.launcher.router import Router

pytestmark = pytest.mark.asyncio

MACHINE = Caller("org-G06", scopes=frozenset({"tasks:report"}))
NOBODY = Caller("someone", scopes=frozenset({"profile"}))
PERSON = Caller("desk", scopes=frozenset({"feedback:handle"}), person="an")


@dataclass
class Verifier:
    """Knows `callers` by token; `seen` are those that were verified within the last minute."""

    callers: dict[str, Caller] = field(default_factory=lambda: {"m": MACHINE, "n": NOBODY, "p": PERSON})
    seen: set[str] = field(default_factory=set)
    asked: int = 0

    def recognised(self, token: str) -> Caller | None:
        return self.callers.get(token) if token in self.seen else None

    async def verify(self, token: str) -> Caller:
        self.asked += 1
        if token not in self.callers:
            raise InvalidToken
        self.seen.add(token)
        return self.callers[token]


class Timer:
    now = 100.0

    def __call__(self) -> float:
        return self.now


async def _answer(request: Request) -> Response:
    refused = request.scope.get(ASKS_TOO_OFTEN)
    return JSONResponse({"page": True}, 429) if refused else JSONResponse({"client": request.client})


_RULE = Access.public("a test")
_PORTAL = Starlette(routes=[StaticRoute("/static/{fingerprint}/{name:path}", _answer, access=_RULE)])
_FILES = StaticFiles(directory=".", check_dir=False)
_TASKS = Starlette(routes=[StaticMount("/api/tasks/v1/docs/files", _FILES, access=_RULE)])
IS_FREE = Router({"/": _PORTAL, "/api/tasks": _TASKS}).is_free


@dataclass
class Door:
    """The limits before an application that answers everything."""

    per_minute: int = 3
    verifier: Verifier = field(default_factory=Verifier)
    timer: Timer = field(default_factory=Timer)
    pages: bool = False

    def __post_init__(self) -> None:
        app = Starlette(routes=[Route("/{path:path}", _answer, methods=["GET", "POST"])])
        self.allowance = Allowance(self.per_minute, visitors=5, timer=self.timer)
        trusted = trusted_networks("127.0.0.1,10.0.0.0/8")
        verifier: Any = self.verifier
        limits = RateLimits(
            app,
            verifier,
            trusted,
            self.per_minute,
            is_free=IS_FREE,
            app_of=lambda path: app,
            with_pages=[app] if self.pages else [],
            allowance=self.allowance,
        )
        self.app = VisitorEdge(limits, trusted)

    async def ask(
        self,
        path: str = "/api/tasks/v1/tasks",
        *,
        method: str = "GET",
        peer: str = "203.0.113.7",
        token: str = "",
        visitor: str = "",
    ) -> httpx2.Response:
        headers = ({"Authorization": f"Bearer {token}"} if token else {}) | (
            {"X-Forwarded-For": visitor} if visitor else {}
        )
        transport = httpx2.ASGITransport(app=self.app, client=(peer, 4000))
        async with httpx2.AsyncClient(transport=transport, base_url="http://sixclear.test") as client:
            return await client.request(method, path, headers=headers)


async def test_a_stranger_is_told_what_is_left_and_refused_past_it() -> None:
    door = Door()
    told = [(await door.ask()).headers for _ in range(3)]
    assert [headers["RateLimit"] for headers in told] == [
        '"requests";r=2;t=20',
        '"requests";r=1;t=40',
        '"requests";r=0;t=60',
    ]
    assert {headers["RateLimit-Policy"] for headers in told} == {'"requests";q=3;w=60'}
    refused = await door.ask()
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["Retry-After"] == "20"
    assert refused.headers["RateLimit"] == '"requests";r=0;t=20'
    assert refused.headers["X-Content-Type-Options"] == "nosniff"
    assert refused.headers["X-Request-ID"] == refused.json()["request_id"]
    assert refused.json()["code"] == "too-many-requests"
    door.timer.now += 20
    assert (await door.ask()).status_code == 200


async def test_a_client_that_a_body_was_given_is_never_counted() -> None:
    door = Door()
    await door.verifier.verify("m")
    for _ in range(9):
        answer = await door.ask(token="m")
        assert answer.status_code == 200
        assert "RateLimit" not in answer.headers


async def test_such_a_client_is_verified_before_a_neighbour_could_take_it_away() -> None:
    door = Door()
    for _ in range(3):
        await door.ask()
    assert (await door.ask(token="m")).status_code == 200
    assert (await door.ask()).status_code == 429


async def test_a_token_that_was_made_up_has_no_allowance_of_its_own() -> None:
    door = Door()
    answers = [(await door.ask(token=f"made-up-{number}")).status_code for number in range(5)]
    assert answers == [200, 200, 200, 429, 429]


@pytest.mark.parametrize("token", ["n", "p"])
async def test_a_person_and_a_client_without_a_scope_count_by_name_wherever_they_are(token: str) -> None:
    door = Door()
    await door.verifier.verify(token)
    answers = [(await door.ask(token=token, peer=f"203.0.113.{number}")).status_code for number in range(4)]
    assert answers == [200, 200, 200, 429]
    assert (await door.ask(peer="203.0.113.1")).status_code == 200


async def test_a_visitor_of_a_proxy_is_counted_and_a_proxy_that_asks_for_itself_is_not() -> None:
    door = Door()
    answers = [(await door.ask(peer="10.0.0.9", visitor="203.0.113.7")).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    assert (await door.ask(peer="10.0.0.9", visitor="203.0.113.8")).status_code == 200
    assert {(await door.ask(peer="10.0.0.9")).status_code for _ in range(9)} == {200}
    assert {(await door.ask(peer="127.0.0.1")).status_code for _ in range(9)} == {200}
    stranger = [(await door.ask(visitor="198.51.100.1")).status_code for _ in range(2)]
    assert stranger == [429, 429], "a stranger cannot name somebody else"


async def test_a_network_of_ipv6_is_one_client() -> None:
    door = Door()
    answers = [(await door.ask(peer=f"2001:db8::{number}")).status_code for number in range(1, 5)]
    assert answers == [200, 200, 200, 429]


@pytest.mark.parametrize("path", ["/readyz", "/metrics", "/static/abc/page.css", "/api/tasks/v1/docs/files/start.js"])
async def test_probes_metrics_and_static_files_are_free(path: str) -> None:
    door = Door(per_minute=1)
    assert {(await door.ask(path)).status_code for _ in range(5)} == {200}
    assert len(door.allowance) == 0


@pytest.mark.parametrize(
    "path",
    [
        "/api/tasks/v1/organisations/metrics",
        "/api/tasks/v1/organisations/readyz",
        "/livez/more",
        "/metrics/",
        "/static",
        "/tasks/static/",
        "/api/tasks/v1/tasks/static/milestones",
        "/api/tasks/v1/docs/filesx",
        "/api/tasks/docs/files/start.js",
    ],
)
async def test_what_is_only_called_like_them_is_counted(path: str) -> None:
    door = Door(per_minute=1)
    assert [(await door.ask(path)).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("path", ["/readyz", "/static/abc/page.css", "/api/tasks/v1/docs/files/start.js"])
async def test_what_is_free_is_read_only(path: str) -> None:
    door = Door(per_minute=1)
    assert [(await door.ask(path, method="POST")).status_code for _ in range(2)][1] == 429
    assert (await door.ask(path)).status_code != 429


async def test_an_application_with_pages_refuses_with_one() -> None:
    door = Door(per_minute=1, pages=True)
    await door.ask("/tasks")
    refused = await door.ask("/tasks")
    assert refused.status_code == 429
    assert refused.json() == {"page": True}
    assert refused.headers["RateLimit"] == '"requests";r=0;t=60'


async def test_memory_is_bounded() -> None:
    door = Door()
    for number in range(50):
        await door.ask(peer=f"203.0.113.{number}")
    assert len(door.allowance) == 5
