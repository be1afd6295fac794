"""The client of `make bench ONLY=latency`, beside servers that close connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from tests.benchmarks import open_loop

_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


@asynccontextmanager
async def server(idle_seconds: float, first_idle_seconds: float | None = None) -> AsyncIterator[int]:
    """Answers each request, and closes a connection that asked nothing for so long; the first one maybe earlier."""
    served: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        served.append(task)
        patience = first_idle_seconds if first_idle_seconds is not None and len(served) == 1 else idle_seconds
        try:
            while await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), patience):
                writer.write(_ANSWER)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as made:
        yield made.sockets[0].getsockname()[1]
        await asyncio.gather(*served)


def request() -> bytes:
    return b"GET / HTTP/1.1\r\n\r\n"


@pytest.mark.asyncio
async def test_no_connection_is_idle_for_long() -> None:
    async with server(idle_seconds=1.0) as port:
        seen = await open_loop.send(port, request, rate=20, seconds=2.0, connections=8)
    assert (seen.due, len(seen.accepted), seen.refused, seen.unanswered) == (40, 40, 0, 0)


@pytest.mark.asyncio
async def test_an_idle_connection_that_is_closed_refuses_nothing() -> None:
    async with server(idle_seconds=9.0, first_idle_seconds=0.0) as port:
        seen = await open_loop.send(port, request, rate=100, seconds=0.5, connections=8)
    assert (seen.due, len(seen.accepted), seen.refused, seen.unanswered) == (50, 50, 0, 0)


@pytest.mark.asyncio
async def test_what_is_not_answered_in_time_is_not_sent_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_loop, "_PATIENCE_SECONDS", 0.05)
    asked, answers, served = 0, asyncio.Event(), asyncio.TaskGroup()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                asked += 1
                await answers.wait()
                writer.write(_ANSWER)
        writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.create_task(serve(reader, writer))

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as made, served:
        port = made.sockets[0].getsockname()[1]
        seen = await open_loop.send(port, request, rate=200, seconds=0.1, connections=2)
        answers.set()
    assert (seen.due, seen.unanswered) == (20, 20)
    assert asked <= 2, "the others were not sent"
