"""The event stream behind a real server and real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import uvicorn

from sixclear.common.testing.eventually import eventually
from sixclear.common.web.access import Access
from sixclear.common.web.app import create_service_app
from sixclear.common.web.sse import SseHub
from sixclear.common.web.stream_route import StreamRoute

REQUEST = b"GET /t/v1/stream HTTP/1.1\r\nHost: sixclear.test\r\n\r\n"


async def snapshot() -> tuple[int, bytes]:
    return 1, b"{}"


class Server:
    def __init__(self, hub: SseHub) -> None:
        self.hub = hub
        app = create_service_app(
            title="T", service="t", version="1", prefix="/t/v1", routes=[StreamRoute("/t/v1/stream", hub)]
        )
        config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=3)
        self.uvicorn = uvicorn.Server(config)
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.hub.start()
        self.task = asyncio.create_task(self.uvicorn._serve([self.socket]))

        async def started() -> bool:
            return self.uvicorn.started

        await eventually(started, every_seconds=0.001)

    async def stop(self) -> None:
        await self.hub.stop()
        self.uvicorn.should_exit = True
        if self.task is not None:
            await self.task
        self.socket.close()

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(*self.socket.getsockname())
        writer.write(REQUEST)
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"200 OK" in head
        assert b"x-accel-buffering: no" in head
        await reader.readuntil(b"event: snapshot\ndata: {}\n\n")
        return reader, writer


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    hub = SseHub("t", snapshot, access=Access.public("a test"), gather_seconds=0.0, drop_after_seconds=0.05)
    made = Server(hub)
    await made.start()
    yield made
    await made.stop()


@pytest.mark.asyncio
async def test_a_client_that_reads_nothing_is_closed_and_the_others_go_on(server: Server) -> None:
    reader, writer = await server.connect()
    _, stuck = await server.connect()
    stuck.transport.pause_reading()  # type: ignore[attr-defined]
    payload = b"x" * 1_000_000
    number = 1
    async with asyncio.timeout(10):
        while server.hub.clients == 2:
            number += 1
            server.hub.publish("status", payload, number)
            await reader.readuntil(b"id: %d\n" % number)
            remaining = len(payload)
            while remaining > 0:
                remaining -= len(await reader.read(remaining))
    server.hub.publish("status", b"done", number + 1)
    async with asyncio.timeout(10):
        await reader.readuntil(b"data: done\n\n")
    for each in (writer, stuck):
        each.transport.abort()


@pytest.mark.asyncio
async def test_stopping_with_open_clients_is_quick_and_ends_the_answers_properly(server: Server) -> None:
    clients = [await server.connect() for _ in range(20)]
    started = asyncio.get_running_loop().time()
    await server.stop()
    assert asyncio.get_running_loop().time() - started < 1
    for reader, writer in clients:
        assert (await reader.read()).endswith(b"0\r\n\r\n")
        writer.close()
        await writer.wait_closed()


@pytest.mark.asyncio
async def test_a_client_that_goes_away_is_forgotten(server: Server) -> None:
    _, writer = await server.connect()
    writer.transport.abort()

    async def forgotten() -> bool:
        return server.hub.clients == 0

    await eventually(forgotten)
