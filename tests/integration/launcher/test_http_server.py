"""The HTTP server of a process, reached without a gateway: what a request may take of memory and of time."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from sixclear.common.testing.eventually import eventually
from sixclear.launcher import http_protocol
from sixclear.launcher.http_refusals import REFUSED
from sixclear.launcher.seats import Seats
from sixclear.launcher.server import HttpServer, bind

pytestmark = pytest.mark.asyncio


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _count(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def _headers(request: Request) -> PlainTextResponse:
    await request.body()
    return PlainTextResponse(",".join(sorted(request.headers)))


async def _large(request: Request) -> PlainTextResponse:
    return PlainTextResponse("x" * 20_000_000)


class Stream:
    """Sends an event as often as it is told, until its client leaves."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[bytes] = asyncio.Queue()
        self.open = 0

    async def answer(self, request: Request) -> StreamingResponse:
        async def events() -> AsyncIterator[bytes]:
            self.open += 1
            try:
                while True:
                    yield await self.events.get()
            finally:
                self.open -= 1

        return StreamingResponse(events(), media_type="text/event-stream")


_STREAM = Stream()
_APP = Starlette(
    routes=[
        Route("/", _count, methods=["POST"]),
        Route("/headers", _headers, methods=["POST"]),
        Route("/large", _large),
        Route("/stream", _STREAM.answer, methods=["GET", "POST"]),
    ]
)


def seats(total: int = 1_000, per_address: int = 1_000) -> Seats:
    return Seats(total, per_address, lambda host: False)


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    server = HttpServer(_APP, bind("127.0.0.1", 0), seats())
    await server.start()
    yield server.port
    await server.stop()


@pytest_asyncio.fixture
async def connection(port: int) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer
    writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of the next answer."""
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).lower()
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return int(head.split()[1]), await asyncio.wait_for(reader.readexactly(length), 5)


async def refusal(reader: asyncio.StreamReader) -> dict[str, object]:
    """The problem that is answered, after which the connection is closed."""
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).lower()
    assert b"content-type: application/problem+json\r\n" in head
    assert b"connection: close\r\n" in head
    problem: dict[str, object] = json.loads(await asyncio.wait_for(reader.read(), 5))
    assert problem["status"] == int(head.split()[1])
    assert {"type", "title", "code", "detail"} <= problem.keys()
    return problem


async def send_until_answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes) -> int:
    """Send `line` again and again until something comes back; how many bytes were sent, 40 MB at most."""
    block, sent = line * (65_536 // len(line)), 0
    while sent < 40_000_000 and not reader._buffer and not reader.at_eof():  # type: ignore[attr-defined]
        writer.write(block)
        sent += len(block)
        await asyncio.wait_for(writer.drain(), 20)
        await asyncio.sleep(0)
    return sent


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
    clock = asyncio.get_running_loop().time
    began = clock()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(begun)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    took = clock() - began
    writer.close()
    # By the clock that the server's timer follows, which counts whole milliseconds.
    assert round(took, 3) >= 0.3


CHUNKED = b"POST %b HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begun", "line", "status"),
    [
        (CHUNKED % b"/nothing" + b"0\r\n", b"a:b\r\n", 431),
        (CHUNKED % b"/" + b"1\r\nx\r\n0\r\n", b"a:b\r\n", 431),
        (CHUNKED % b"/" + b"0\r\na: ", b"endless", 400),
        (CHUNKED % b"/" + b"1;", b"extension", 400),
        (CHUNKED % b"/", b"1;a=%b\r\nx\r\n" % (b"b" * 1_000), 400),
        (b"", b"\r\n", 400),
    ],
    ids=["trailers", "trailers-after-a-body", "one-trailer", "one-extension", "extensions", "empty-lines"],
)
async def test_what_is_no_content_is_bounded(connection: Connection, begun: bytes, line: bytes, status: int) -> None:
    reader, writer = connection
    before = psutil.Process().memory_info().rss
    writer.write(begun)
    if b"/nothing" in begun:
        assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\nNot Found"), 5)).startswith(b"HTTP/1.1 404 ")
    sent = await send_until_answered(reader, writer, line)
    if b"/nothing" in begun:  # it is answered already, so the connection only ends
        assert await asyncio.wait_for(reader.read(), 5) == b""
    else:
        assert (await refusal(reader))["status"] == status
    assert sent < 8_000_000, "the sockets' own buffers take a part"
    assert psutil.Process().memory_info().rss - before < 50_000_000


async def test_few_trailers_are_read_and_belong_to_no_header(connection: Connection) -> None:
    reader, writer = connection
    for _ in range(2):
        writer.write(CHUNKED % b"/headers" + b"1\r\nx\r\n0\r\nauthorization: t\r\nx-sum: 1\r\n\r\n")
        assert await answer(reader) == (200, b"host,transfer-encoding")


async def test_many_small_chunks_are_a_body(connection: Connection) -> None:
    reader, writer = connection
    writer.write(CHUNKED % b"/" + b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n")
    assert await answer(reader) == (200, b"50000")


@pytest.mark.parametrize("piece", [1, 7, 100_000])
async def test_requests_are_the_same_in_whatever_pieces_they_come(connection: Connection, piece: int) -> None:
    reader, writer = connection
    sent = post(b"x" * 20) + CHUNKED % b"/headers" + b"2\r\nxx\r\n0\r\na: b\r\n\r\n" + b"\r\n" + post(b"") + post(b"y")
    for start in range(0, len(sent), piece):
        writer.write(sent[start : start + piece])
        await asyncio.sleep(0)
    answers = [await answer(reader) for _ in range(4)]
    assert answers == [(200, b"20"), (200, b"host,transfer-encoding"), (200, b"0"), (200, b"1")]


@pytest.mark.parametrize("before", [b"", post(b"first")])
@pytest.mark.parametrize("header", [b"x-more: " + b"y" * 70_000, b"\r\n".join(b"x-%d: y" % n for n in range(300))])
async def test_a_head_over_its_limit_in_one_write_is_refused(
    connection: Connection, before: bytes, header: bytes
) -> None:
    reader, writer = connection
    writer.write(before + post(b"", header))
    if before:
        assert await answer(reader) == (200, b"5")
    assert (await refusal(reader))["code"] == "head-too-large"


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
        b"GET / HTTP/1.0\r\nhost: a\r\nhost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a/b\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost:\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET http://elsewhere HTTP/1.1\r\nhost: a\r\n\r\n",
    ],
)
async def test_a_request_that_cannot_be_understood_is_a_problem(connection: Connection, request_: bytes) -> None:
    reader, writer = connection
    writer.write(post(b"first") + request_ + post(b"never"))
    assert await answer(reader) == (200, b"5")
    assert (await refusal(reader))["code"] == "malformed-request"


async def test_refusals_are_counted_and_fill_no_log(connection: Connection, caplog: pytest.LogCaptureFixture) -> None:
    before = REFUSED.labels("malformed-request")._value.get()
    reader, writer = connection
    upgrade = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"
    writer.write(upgrade)
    assert (await answer(reader))[0] == 405
    writer.write(b"nonsense\r\n\r\n")
    await refusal(reader)
    assert REFUSED.labels("malformed-request")._value.get() == before + 1
    assert caplog.records == []


@pytest.mark.parametrize("host", [b"", b"host: a\r\n"])
async def test_http_1_0_needs_no_host(connection: Connection, host: bytes) -> None:
    reader, writer = connection
    writer.write(b"POST / HTTP/1.0\r\ncontent-length: 1\r\n%b\r\nx" % host)
    assert await answer(reader) == (200, b"1")
    assert await asyncio.wait_for(reader.read(), 5) == b""


async def test_requests_sent_at_once_are_answered_in_order_and_their_number_is_bounded(connection: Connection) -> None:
    reader, writer = connection
    writer.write(b"".join(post(b"x" * size) for size in range(20)))
    assert [await answer(reader) for _ in range(20)] == [(200, str(size).encode()) for size in range(20)]
    writer.write(b"".join(post(b"x" * size) for size in range(1_000)))
    for size in range(http_protocol.QUEUED_REQUESTS + 1):
        assert await answer(reader) == (200, str(size).encode())
    assert (await refusal(reader))["status"] == 429


async def test_bodies_that_trickle_are_given_up(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setattr(http_protocol, "BODY_SECONDS", 0.4)
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(30)]
    for _, writer in connections:
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{")

    async def trickle(writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b" ")
            await asyncio.sleep(0.1)

    trickling = [asyncio.create_task(trickle(writer)) for _, writer in connections]
    try:
        for reader, _ in connections:
            assert (await refusal(reader))["code"] == "request-timeout"
    finally:
        for task, (_, writer) in zip(trickling, connections, strict=True):
            task.cancel()
            writer.close()


async def test_a_slow_body_that_goes_on_is_read(monkeypatch: pytest.MonkeyPatch, connection: Connection) -> None:
    monkeypatch.setattr(http_protocol, "BODY_SECONDS", 1.0)
    reader, writer = connection
    began = time.monotonic()
    writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 8000\r\n\r\n")
    for _ in range(8):
        await asyncio.sleep(0.2)
        writer.write(b"x" * 1_000)
    assert await answer(reader) == (200, b"8000")
    assert time.monotonic() - began > 1.5


async def test_a_stream_is_not_cut_for_a_body_that_does_not_come(
    monkeypatch: pytest.MonkeyPatch, connection: Connection
) -> None:
    monkeypatch.setattr(http_protocol, "BODY_SECONDS", 0.1)
    reader, writer = connection
    writer.write(b"GET /stream HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n")
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    for _ in range(8):
        await asyncio.sleep(0.05)
        _STREAM.events.put_nowait(b"data: 1\n\n")
        assert b"data: 1" in await asyncio.wait_for(reader.readuntil(b"\n\n\r\n"), 5)
    writer.close()

    async def left() -> bool:
        _STREAM.events.put_nowait(b"data: 1\n\n")
        return _STREAM.open == 0

    await eventually(left)


async def test_the_rest_of_a_body_after_the_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, connection: Connection
) -> None:
    monkeypatch.setattr(http_protocol, "BODY_SECONDS", 0.3)
    reader, writer = connection
    writer.write(b"POST /nothing HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{")
    assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 404 ")


async def test_a_client_that_takes_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setattr(http_protocol, "TAKEN_SECONDS", 0.3)
    before = _connections()
    for last in (b"", b"connection: close\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_000)
        writer.write(b"GET /large HTTP/1.1\r\nhost: x\r\n%b\r\n" % last)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await asyncio.wait_for(_stall(reader), 10)
        writer.close()

    async def gone() -> bool:
        return _connections() <= before

    await eventually(gone)


def _connections() -> int:
    return len(psutil.Process().net_connections("tcp"))


async def _stall(reader: asyncio.StreamReader) -> None:
    """Take a little, nothing for a while, then the rest."""
    await reader.readexactly(1_000)
    await asyncio.sleep(1.0)
    await reader.readexactly(19_900_000)


async def test_a_client_that_takes_slowly_gets_all(monkeypatch: pytest.MonkeyPatch, connection: Connection) -> None:
    monkeypatch.setattr(http_protocol, "TAKEN_SECONDS", 1.0)
    reader, writer = connection
    writer.write(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    for _ in range(20):
        await asyncio.sleep(0.1)
        await asyncio.wait_for(reader.readexactly(1_000_000), 5)
