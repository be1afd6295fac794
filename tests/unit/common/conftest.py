"""A stream hub, and its clients as the server sees them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest_asyncio

from sixclear.common.caller import Unauthenticated
from sixclear.common.web.access import Access
from sixclear.common.web.sse import SseHub

PUBLIC = Access.public("a test")


class Connection:
    """One client as the server sees it: what was sent to it, and whether it takes more."""

    def __init__(
        self, hub: SseHub, last_event_id: str | None = None, *, method: str = "GET", query: str = "", visitor: str = ""
    ) -> None:
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.open = asyncio.Event()
        self.open.set()
        self.gone: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
        headers = [] if last_event_id is None else [(b"last-event-id", last_event_id.encode("latin-1"))]
        headers.append((b"x-visitor", visitor.encode()))
        self.scope = {
            "type": "http",
            "method": method,
            "path": "/stream",
            "headers": headers,
            "query_string": query.encode(),
        }
        self.task = asyncio.create_task(hub(self.scope, self.receive, self.send))

    async def receive(self) -> dict[str, str]:
        return await asyncio.shield(self.gone)

    async def send(self, message: Any) -> None:
        if not self.open.is_set():
            await self.open.wait()
        self.messages.put_nowait(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.leave()

    def leave(self) -> None:
        if not self.gone.done():
            self.gone.set_result({"type": "http.disconnect"})

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(2):
            return await self.messages.get()

    async def next_body(self) -> bytes:
        return bytes((await self.next())["body"])

    async def greeted(self) -> bytes:
        assert (await self.next())["status"] == 200
        return (await self.next_body()).partition(b"\n\n")[2]

    async def ended(self) -> None:
        async with asyncio.timeout(2):
            await self.task


class World:
    """A hub, the state that its snapshots show, and its clients."""

    def __init__(self, **options: Any) -> None:
        self.state = (1, b"{}")
        self.snapshots = 0
        self.hold_snapshot: asyncio.Event | None = None
        self.hub = SseHub("test", self.snapshot, **{"access": PUBLIC, "gather_seconds": 0.0, **options})
        self.connections: list[Connection] = []

    async def snapshot(self) -> tuple[int, bytes]:
        self.snapshots += 1
        if self.hold_snapshot is not None:
            await self.hold_snapshot.wait()
        return self.state

    def connect(self, last_event_id: str | None = None, **options: str) -> Connection:
        connection = Connection(self.hub, last_event_id, **options)
        self.connections.append(connection)
        return connection

    async def close(self) -> None:
        await self.hub.stop()
        for connection in self.connections:
            connection.task.cancel()
            with suppress(asyncio.CancelledError, Unauthenticated):
                await connection.task


MakeWorld = Callable[..., Awaitable[World]]


@pytest_asyncio.fixture
async def make_world() -> AsyncIterator[MakeWorld]:
    worlds: list[World] = []

    async def make(**options: Any) -> World:
        world = World(**options)
        worlds.append(world)
        await world.hub.start()
        return world

    yield make
    for world in worlds:
        await world.close()
