"""The HTTP server of a process, reached without a gateway: a request's head is bounded in size and in time."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from sixclear.launcher import http_protocol
from sixclear.launcher.server import HttpServer, bind

pytestmark = pytest.mark.asyncio

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _count(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    server = HttpServer(Starlette(routes=[Route("/", _count, methods=["POST"])]), bind("127.0.0.1", 0))
    await server.start()
    yield server.port
    await server.stop()


@pytest_asyncio.fixture
async def connection(port: int) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer
    writer.close()


def post(body: bytes, *headers: bytes) -> bytes:
    head = [b"POST / HTTP/1.1", b"host: x", b"content-length: %d" % len(body), *headers]
    return b"\r\n".join([*head, b"", body])


async def test_large_bodies_and_several_requests_on_one_connection_are_answered(connection: Connection) -> None:
    reader, writer = connection
    for size in (0, 200_000, 10):
        writer.write(post(b"x" * size))
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        assert await reader.readexactly(length) == str(size).encode()


async def test_a_head_without_end_is_refused(connection: Connection) -> None:
    reader, writer = connection
    writer.write(b"POST / HTTP/1.1\r\nhost: x\r\n")
    sent = 0
    while sent < 2_000_000 and not reader.at_eof():
        line = b"x-more: " + b"y" * 1_000 + b"\r\n"
        writer.write(line)
        sent += len(line)
        await asyncio.sleep(0)
        if reader._buffer:  # type: ignore[attr-defined]
            break
    assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 431 ")
    assert sent < 1_500_000


@pytest.mark.parametrize("begun", [b"", b"POST / HTTP/1.1\r\nhost:"])
async def test_a_head_that_never_comes_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, port: int, begun: bytes
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.3)
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begun)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    assert time.monotonic() - began >= 0.3
    writer.close()
