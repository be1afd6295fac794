"""Many clients of a stream: raw sockets in this process, which note when each frame came."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import cast

_AT_ONCE = 200


class _Watcher(asyncio.Protocol):
    """Counts frames by the blank line at their end."""

    def __init__(self, told: Callable[[], None]) -> None:
        self._told = told
        self._greeted = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none of asyncio's classes
        self.transport.write(b"GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n")

    def data_received(self, data: bytes) -> None:
        """A frame begins with its id, or is the greeting."""
        if b"event: status" in data:
            self._told()
        elif not self._greeted and b"event: snapshot" in data:
            self._greeted = True
            self._told()


class _Stuck(_Watcher):
    """Reads one piece and stops."""

    def data_received(self, data: bytes) -> None:
        """The first piece of a snapshot is enough to know that it was asked for."""
        assert self.transport is not None
        with suppress(RuntimeError):
            self.transport.pause_reading()
        self._told()


class Crowd:
    """`clients` watchers of one server."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._came: list[float] = []
        self._watchers: list[_Watcher] = []
        self._all = asyncio.Event()
        self._expected = 0

    async def come(self, clients: int) -> None:
        """Connect so many more; returns when each was greeted."""
        self._expect(clients)
        loop = asyncio.get_running_loop()
        for start in range(0, clients, _AT_ONCE):
            made = await asyncio.gather(
                *(
                    loop.create_connection(lambda: _Watcher(self._told), "127.0.0.1", self._port)
                    for _ in range(min(_AT_ONCE, clients - start))
                )
            )
            self._watchers += [protocol for _, protocol in made]
        async with asyncio.timeout(60):
            await self._all.wait()

    async def hear(self, say: Callable[[], object]) -> list[float]:
        """The seconds after which each client had the frame that `say` asks for."""
        self._expect(len(self._watchers))
        began = time.perf_counter()
        await say()  # type: ignore[misc]
        async with asyncio.timeout(30):
            await self._all.wait()
        return sorted(at - began for at in self._came)

    async def stick(self) -> asyncio.Transport:
        """One more client that asks, reads the beginning of what it is given, and then never reads again."""
        begun = asyncio.Event()
        made, _ = await asyncio.get_running_loop().create_connection(lambda: _Stuck(begun.set), "127.0.0.1", self._port)
        await begun.wait()
        return made

    def leave(self) -> None:
        """Disconnect all."""
        for watcher in self._watchers:
            if watcher.transport is not None:
                watcher.transport.abort()
        self._watchers = []

    def _expect(self, clients: int) -> None:
        self._came, self._expected = [], clients
        self._all.clear()

    def _told(self) -> None:
        self._came.append(time.perf_counter())
        if len(self._came) == self._expected:
            self._all.set()
