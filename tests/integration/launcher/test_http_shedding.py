"""Requests that are refused because too many are in work, over real connections."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from starlette.types import Receive, Scope, Send

from sixclear.common.testing.eventually import eventually
from sixclear.launcher.seats import Seats
from sixclear.launcher.server import HttpServer, bind
from sixclear.launcher.shedding import Lanes, Shedding

pytestmark = pytest.mark.asyncio

MOST = 2


@dataclass(eq=False)
class Site:
    """An application that answers when it is told to, with room for two requests."""

    port: int = 0
    reached: list[str] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    visitors: "list[Visitor]" = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lanes = Lanes.of("toys", MOST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.reached.append(scope["path"])
        if scope["path"] != "/livez":
            while (await receive()).get("more_body"):
                pass
            await self.go_on.wait()
        await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else b"{}"})

    async def connect(self) -> "Visitor":
        visitor = Visitor(*await asyncio.open_connection("127.0.0.1", self.port))
        self.visitors.append(visitor)
        return visitor

    async def full(self) -> "list[Visitor]":
        """As many requests as may be are in work."""
        visitors = [await self.connect() for _ in range(MOST)]
        for visitor in visitors:
            visitor.send(post())

        async def all_in_work() -> bool:
            return self.lanes.ordinary.in_work == MOST

        await eventually(all_in_work)
        return visitors


@dataclass
class Visitor:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def head(self) -> bytes:
        return (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)).lower()

    async def answer(self) -> tuple[int, bytes, bytes]:
        """Status, head and body of the next answer."""
        head = await self.head()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return int(head.split()[1]), head, await asyncio.wait_for(self.reader.readexactly(length), 5)

    async def ended(self) -> bool:
        return await asyncio.wait_for(self.reader.read(), 5) == b""


def post(body: bytes = b"{}", *fields: bytes, path: bytes = b"/things", method: bytes = b"POST") -> bytes:
    head = [method + b" " + path + b" HTTP/1.1", b"host: x", b"content-length: %d" % len(body), *fields]
    return b"\r\n".join([*head, b"", body])


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    shedding = Shedding({made: made.lanes}, lambda path: made, lambda path: path == "/livez")
    server = HttpServer(made, bind("127.0.0.1", 0), Seats(100, 100, lambda host: False), shedding)
    made.port = server.port
    await server.start()
    yield made
    made.go_on.set()
    for visitor in made.visitors:
        visitor.writer.close()
        await asyncio.gather(visitor.writer.wait_closed(), return_exceptions=True)
    await server.stop()


async def test_one_too_many_is_refused_by_its_head_and_its_connection_goes_on(site: Site) -> None:
    taken = await site.full()
    late = await site.connect()
    for _ in range(3):
        whole = post()
        late.send(whole[:-2])
        status, head, body = await late.answer()
        problem = json.loads(body)
        assert (status, problem["code"], problem["status"]) == (503, "unavailable", 503)
        assert b"\r\nretry-after: " in head
        assert b"content-type: application/problem+json" in head
        assert b"connection: close" not in head
        late.send(whole[-2:])
        late.send(whole)
        assert (await late.answer())[0] == 503
    assert len(site.reached) == MOST
    site.go_on.set()
    for visitor in taken:
        assert (await visitor.answer())[0] == 201
    late.send(post())
    assert (await late.answer())[0] == 201, "there is room again"
    assert site.lanes.ordinary.in_work == 0


async def test_probes_are_answered_while_all_else_is_refused(site: Site) -> None:
    await site.full()
    probe = await site.connect()
    probe.send(post(b"", path=b"/livez", method=b"GET"))
    assert (await probe.answer())[0] == 201


async def test_a_refusal_of_head_has_no_body(site: Site) -> None:
    await site.full()
    late = await site.connect()
    for _ in range(2):
        late.send(post(b"", method=b"HEAD"))
        assert b" 503 " in await late.head()


@pytest.mark.parametrize(
    "fields", [[b"expect: 100-continue"], [b"connection: close"]], ids=["waits-to-be-asked", "closes"]
)
async def test_where_nothing_can_follow_the_connection_ends(site: Site, fields: list[bytes]) -> None:
    await site.full()
    late = await site.connect()
    late.send(post(b"{}", *fields)[:-2])
    status, head, _ = await late.answer()
    assert status == 503
    assert b"connection: close" in head
    assert await late.ended()


async def test_requests_sent_behind_one_another_are_judged_in_their_turn(site: Site) -> None:
    first, *_ = await site.full()
    first.send(post(path=b"/second") + post(path=b"/third"))
    late = await site.connect()
    late.send(post() * 3)
    assert [(await late.answer())[0] for _ in range(3)] == [503] * 3
    site.go_on.set()
    assert [(await first.answer())[0] for _ in range(3)] == [201] * 3
    assert site.lanes.ordinary.in_work == 0


async def test_who_sends_slowly_or_leaves_holds_no_place(site: Site) -> None:
    slow = [await site.connect() for _ in range(5)]
    for visitor in slow:
        visitor.send(post(b"x" * 10)[:-5])

    async def all_reached() -> bool:
        return len(site.reached) == 5

    await eventually(all_reached)
    assert site.lanes.ordinary.in_work == 0
    taken = await site.full()
    for visitor in taken:
        visitor.writer.close()
    site.go_on.set()

    async def none_in_work() -> bool:
        return site.lanes.ordinary.in_work == 0

    await eventually(none_in_work)
