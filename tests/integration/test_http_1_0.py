"""Clients that speak HTTP/1.0, and HEAD: a stream that they can read, and connections that end."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from sixclear.common.web.access import Access
from sixclear.common.web.sse import SseHub
from sixclear.launcher.seats import Seats
from sixclear.launcher.server import HttpServer, bind

pytestmark = pytest.mark.asyncio


async def _snapshot() -> tuple[int, bytes]:
    return 1, b"{}"


async def _whole(request: Request) -> PlainTextResponse:
    return PlainTextResponse("whole")


async def _parts(request: Request) -> StreamingResponse:
    async def parts() -> AsyncIterator[bytes]:
        for part in (b"one ", b"", b"two"):
            yield part

    return StreamingResponse(parts())


class Served:
    """A server with a stream, an answer with a length, and one in parts."""

    def __init__(self) -> None:
        self.hub = SseHub("t", _snapshot, access=Access.public("a test"), gather_seconds=0.0)
        routes = [Route("/stream", self.hub, methods=["GET"]), Route("/whole", _whole), Route("/parts", _parts)]
        self.server = HttpServer(Starlette(routes=routes), bind("127.0.0.1", 0), Seats(100, 100, lambda host: True))

    async def ask(self, line: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
        """What follows the head of the answer to a request line, and the head."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        writer.write(f"{line}\r\nHost: x\r\n\r\n".encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        assert head.startswith(b"HTTP/1.1 200 ")
        return reader, writer, head.lower()


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    made = Served()
    await made.hub.start()
    await made.server.start()
    yield made
    await made.hub.stop()
    await made.server.stop()


async def test_a_stream_for_http_1_0_has_no_chunks_and_ends_with_its_connection(served: Served) -> None:
    reader, writer, head = await served.ask("GET /stream HTTP/1.0")
    assert b"transfer-encoding" not in head
    assert b"connection: close\r\n" in head
    assert (await asyncio.wait_for(reader.readuntil(b"\n\n"), 5)).startswith(b"retry: ")
    assert await asyncio.wait_for(reader.readuntil(b"\n\n"), 5) == b"id: 1\nevent: snapshot\ndata: {}\n\n"
    served.hub.publish("status", b"2", 2)
    assert await asyncio.wait_for(reader.readuntil(b"\n\n"), 5) == b"id: 2\nevent: status\ndata: 2\n\n"
    await served.hub.stop()
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


@pytest.mark.parametrize(("path", "body"), [("/parts", b"one two"), ("/whole", b"whole")])
async def test_other_answers_to_http_1_0_have_no_chunks_either(served: Served, path: str, body: bytes) -> None:
    reader, writer, head = await served.ask(f"GET {path} HTTP/1.0")
    assert b"transfer-encoding" not in head
    assert (b"content-length: 5\r\n" in head) is (path == "/whole")
    assert await asyncio.wait_for(reader.read(), 5) == body
    writer.close()


async def test_http_1_1_keeps_its_chunks_and_its_connection(served: Served) -> None:
    reader, writer, head = await served.ask("GET /parts HTTP/1.1")
    assert b"transfer-encoding: chunked\r\n" in head
    assert await asyncio.wait_for(reader.readuntil(b"0\r\n\r\n"), 5) == b"4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"
    writer.write(b"GET /whole HTTP/1.1\r\nHost: x\r\n\r\n")
    assert await asyncio.wait_for(reader.readuntil(b"whole"), 5)
    writer.close()


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_head_of_a_stream_ends_at_once(served: Served, version: str) -> None:
    reader, writer, head = await served.ask(f"HEAD /stream HTTP/{version}")
    assert b"content-type: text/event-stream" in head
    if version == "1.0":
        assert await asyncio.wait_for(reader.read(), 5) == b""
    else:
        writer.write(b"GET /whole HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await asyncio.wait_for(reader.readuntil(b"whole"), 5)
    assert served.hub.clients == 0
    writer.close()
