"""Seats for connections: in all, per address, and room for probes when strangers hold all of them."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from sixclear.common.settings import CommonSettings
from sixclear.common.testing.eventually import eventually
from sixclear.common.web.access import Access
from sixclear.common.web.sse import SseHub
from sixclear.launcher import http_protocol, seats
from sixclear.launcher.router import Router, process_app
from sixclear.launcher.seats import Seats
from sixclear.launcher.server import HttpServer, bind, seats_of

pytestmark = pytest.mark.asyncio

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
GET = b"GET %b HTTP/1.1\r\nhost: x\r\n\r\n"
FOR_EVER = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n"


async def _read(request: Request) -> PlainTextResponse:
    await request.body()
    return PlainTextResponse("read")


class Served:
    """A server with few seats, and clients that come from any address of this machine."""

    def __init__(self, port: int, held: Seats) -> None:
        self.port = port
        self.seats = held
        self._open: list[Connection] = []

    async def connect(self, sent: bytes = b"", address: str = "127.0.0.1") -> Connection:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        self._open.append((reader, writer))
        writer.write(sent)
        return reader, writer

    async def seated(self, count: int) -> None:
        async def counted() -> bool:
            return len(self.seats) == count

        await eventually(counted)

    async def status(self, path: bytes, address: str = "127.0.0.1") -> int:
        """Of one request on a connection of its own."""
        reader, writer = await self.connect(GET % path, address)
        line = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
        return int(line.split()[1])

    def close(self) -> None:
        for _, writer in self._open:
            writer.close()


@asynccontextmanager
async def served(
    total: int = 1_000, per_address: int = 1_000, shared: Callable[[str], bool] = lambda host: False
) -> AsyncIterator[Served]:
    root = process_app(list)
    page = process_app(list)
    page.router.routes.append(Route("/", _read, methods=["GET", "POST"]))
    held = Seats(total, per_address, shared)
    server = HttpServer(Router({"/livez": root, "/readyz": root, "/": page}), bind("127.0.0.1", 0), held)
    await server.start()
    made = Served(server.port, held)
    yield made
    made.close()
    await server.stop()


async def test_without_a_seat_the_answer_says_when_to_come_again() -> None:
    async with served(total=3) as server:
        for _ in range(3):
            await server.connect(FOR_EVER)
        await server.seated(3)
        reader, _ = await server.connect(GET % b"/")
        head, _, body = (await asyncio.wait_for(reader.read(), 5)).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 5" in head
        assert b"connection: close" in head
        assert json.loads(body)["code"] == "too-many-connections"


async def test_a_seat_is_free_again_when_its_connection_ends() -> None:
    async with served(total=1) as server:
        _, writer = await server.connect(FOR_EVER)
        await server.seated(1)
        assert await server.status(b"/") == 503
        writer.close()
        await server.seated(0)
        assert await server.status(b"/") == 200


async def test_one_address_takes_its_share_and_no_more() -> None:
    async with served(per_address=3) as server:
        for _ in range(3):
            await server.connect(FOR_EVER, "127.0.0.2")
        await server.seated(3)
        assert await server.status(b"/", "127.0.0.2") == 503
        assert await server.status(b"/", "127.0.0.3") == 200


async def test_the_connections_of_a_proxy_are_limited_in_all_only() -> None:
    async with served(total=5, per_address=1, shared=lambda host: host == "127.0.0.2") as server:
        for _ in range(4):
            await server.connect(FOR_EVER, "127.0.0.2")
        await server.seated(4)
        assert await server.status(b"/", "127.0.0.2") == 200
        await server.seated(4)
        await server.connect(FOR_EVER, "127.0.0.2")
        await server.seated(5)
        assert await server.status(b"/", "127.0.0.2") == 503


async def test_the_connection_that_is_idle_for_longest_gives_way() -> None:
    async with served(total=3) as server:
        silent = await server.connect()
        kept = await server.connect(GET % b"/")
        assert (await asyncio.wait_for(kept[0].readuntil(b"read"), 5)).startswith(b"HTTP/1.1 200 ")
        busy = await server.connect(FOR_EVER)
        await server.seated(3)
        assert await server.status(b"/") == 200
        assert await asyncio.wait_for(silent[0].read(), 5) == b""
        await server.connect(FOR_EVER)
        await server.connect(FOR_EVER)
        assert await asyncio.wait_for(kept[0].read(), 5) == b""
        busy[1].write(b"x" * 9)
        assert (await asyncio.wait_for(busy[0].readuntil(b"read"), 5)).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("silent", [b"", b"GET /livez HTTP/1.1\r\n", GET % b"/"])
async def test_probes_are_answered_while_strangers_hold_all_seats_and_stand_in_the_way(silent: bytes) -> None:
    async with served(total=3) as server:
        for _ in range(3):
            await server.connect(FOR_EVER, "127.0.0.2")
        await server.seated(3)
        for _ in range(seats.STANDING * 2):
            await server.connect(silent, "127.0.0.2")
        for address in ("127.0.0.1", "127.0.0.9"):
            assert await server.status(b"/livez", address) == 200
            assert await server.status(b"/readyz", address) == 200
        assert server.seats.standing <= seats.STANDING


async def test_who_stands_and_says_nothing_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "STANDING_SECONDS", 0.2)
    async with served(total=1) as server:
        await server.connect(FOR_EVER)
        await server.seated(1)
        reader, _ = await server.connect(b"GET /livez HTTP/1.1\r\n")
        assert await asyncio.wait_for(reader.read(), 5) == b""


async def test_after_a_probe_the_connection_is_closed() -> None:
    async with served(total=1) as server:
        await server.connect(FOR_EVER)
        await server.seated(1)
        reader, _ = await server.connect(GET % b"/livez" + GET % b"/livez")
        answer = await asyncio.wait_for(reader.read(), 5)
        assert answer.count(b"HTTP/1.1 200 ") == 1
        assert b"connection: close" in answer


async def test_a_stream_whose_client_takes_nothing_gives_its_seat_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub lets go of it; what was written must then not wait for its reader for ever."""
    monkeypatch.setattr(http_protocol, "TAKEN_SECONDS", 0.3)

    async def snapshot() -> tuple[int, bytes]:
        return 0, b"x" * 20_000_000

    hub = SseHub("t", snapshot, access=Access.public("a test"), drop_after_seconds=0.2)
    app = Starlette(routes=[Route("/stream", hub, methods=["GET"])])
    held = Seats(10, 10, lambda host: False)
    server = HttpServer(app, bind("127.0.0.1", 0), held)
    await hub.start()
    await server.start()
    _, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1_000)
    writer.write(GET % b"/stream")

    async def counted(count: int) -> bool:
        return len(held) == count

    try:
        await eventually(partial(counted, 1))
        await eventually(partial(counted, 0))
    finally:
        writer.transport.abort()
        await hub.stop()
        await server.stop()


async def test_an_ipv6_network_is_one_visitor_and_a_given_proxy_is_none() -> None:
    made = seats_of(CommonSettings(connections_per_address=2, trusted_proxies="10.0.0.0/8"))
    given = {
        host: [made.take(Sitter(), host) for _ in range(3)]
        for host in ("198.51.100.7", "2001:db8:1:2:3::4", "::ffff:198.51.100.8", "10.1.2.3", "127.0.0.1", "::1", "")
    }
    assert [len([seat for seat in got if seat]) for got in given.values()] == [2, 2, 2, 3, 3, 3, 3]
    assert not made.take(Sitter(), "2001:db8:1:2:ffff::1")
    assert made.take(Sitter(), "2001:db8:1:3::1")


class Sitter:
    def give_way(self) -> None:
        raise AssertionError
