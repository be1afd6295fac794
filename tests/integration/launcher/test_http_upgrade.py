"""A client that asks for another protocol, as Java's does on every plain connection, is served with its body."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from sixclear.launcher.http_protocol import QUEUED_REQUESTS
from sixclear.launcher.seats import Seats
from sixclear.launcher.server import HttpServer, bind

pytestmark = pytest.mark.asyncio

UPGRADE = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAEA\r\n"
SMUGGLED = b"GET /hidden HTTP/1.1\r\nhost: x\r\n\r\n"
NEXT = b"GET /next HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
seen: list[str] = []


async def _echo(request: Request) -> PlainTextResponse:
    body = await request.body()
    seen.append(request.url.path)
    return PlainTextResponse(f"<{request.method} {request.url.path} {body.decode()}>")


_APP = Starlette(routes=[Route("/{path:path}", _echo, methods=["GET", "POST"])])


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    seen.clear()
    server = HttpServer(_APP, bind("127.0.0.1", 0), Seats(100, 100, lambda host: False))
    await server.start()
    yield server.port
    await server.stop()


def _post(body: bytes, headers: bytes = UPGRADE, *, chunked: bool = False) -> bytes:
    if chunked:
        framing, body = b"transfer-encoding: chunked\r\n", b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    else:
        framing = b"content-length: %d\r\n" % len(body)
    return b"POST /a HTTP/1.1\r\nhost: x\r\n" + headers + framing + b"\r\n" + body


async def _answers(port: int, *pieces: bytes) -> str:
    """All that comes until the server closes; each piece is sent when the one before is on its way."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        for _ in range(20):  # the server is in this loop, and what is sent on this machine has come
            await asyncio.sleep(0)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer.decode()


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("cut", [None, 10, 60, -4, -1])
async def test_its_body_is_read(port: int, chunked: bool, cut: int | None) -> None:
    sent = _post(b"what it says", chunked=chunked)
    pieces = [sent + NEXT] if cut is None else [sent[:cut], sent[cut:] + NEXT]
    answer = await _answers(port, *pieces)
    assert "<POST /a what it says>" in answer
    assert "<GET /next >" in answer


async def test_what_its_body_holds_is_no_request(port: int) -> None:
    head, _, body = _post(SMUGGLED).partition(b"\r\n\r\n")
    answer = await _answers(port, head + b"\r\n\r\n", body, NEXT)
    assert "<POST /a GET /hidden" in answer
    assert seen == ["/a", "/next"]


@pytest.mark.parametrize("body", [b"", b"0123456789" * 5_000])
async def test_a_body_of_any_length(port: int, body: bytes) -> None:
    answer = await _answers(port, _post(body), NEXT)
    assert f"<POST /a {body.decode()}>" in answer
    assert seen == ["/a", "/next"]


async def test_several_requests_in_a_row(port: int) -> None:
    answer = await _answers(port, _post(b"one") + _post(b"two") + _post(b"three") + NEXT)
    assert [f"<POST /a {word}>" in answer for word in ("one", "two", "three")] == [True] * 3
    assert seen == ["/a", "/a", "/a", "/next"]


async def test_without_a_body_the_next_request_is_read(port: int) -> None:
    asking = b"GET /first HTTP/1.1\r\nhost: x\r\n" + UPGRADE + b"\r\n"
    await _answers(port, asking, NEXT)
    assert seen == ["/first", "/next"]


async def test_thousands_of_such_heads_in_one_piece(port: int) -> None:
    """A stranger may send them: as many wait as of other requests, and the rest is refused."""
    asking = b"GET /a HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"
    answer = await _answers(port, asking * 3_000 + NEXT)
    assert answer.count("<GET /a >") == len(seen) == QUEUED_REQUESTS + 1
    assert answer.endswith("}")
    assert '"code":"too-many-requests-at-once"' in answer
