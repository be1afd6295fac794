"""One connection of an event stream: never waited for, always sent the newest state."""

import asyncio
from collections.abc import Callable

from starlette.types import Message, Send

from sixclear.common.web.eager_start import Started, start_eagerly


class StreamClient:
    """Sends what it is offered. While the connection is full, only the latest offer is remembered.

    A send usually ends without waiting, and then costs no task (see `start_eagerly`). One that has to wait goes on in a
    task of its own; when it waits longer than `limit_seconds`, `drop` is called.
    """

    __slots__ = ("_busy", "_drop", "_limit_seconds", "_pending", "_send", "_task", "closed")

    def __init__(self, send: Send, limit_seconds: float, drop: Callable[["StreamClient"], None]) -> None:
        self._send = send
        self._limit_seconds = limit_seconds
        self._drop = drop
        self._busy = True
        self._pending: Message | None = None
        self._task: asyncio.Task[None] | None = None
        self.closed = False

    def offer(self, message: Message) -> None:
        """Send `message` now, or later in place of what waits. Never waits."""
        if self.closed:
            return
        if self._busy:
            self._pending = message
            return
        started = start_eagerly(self._send_one(message))
        if started is not None:
            self._busy = True
            self._task = asyncio.create_task(self._finish(started))

    def poke(self, message: Message) -> None:
        """Send `message` unless something else is on its way: for pings."""
        if not self._busy:
            self.offer(message)

    async def greet(self, *messages: Message) -> None:
        """Send the first messages, in the caller's task; raises TimeoutError when the connection does not take them."""
        for message in messages:
            async with asyncio.timeout(self._limit_seconds):
                await self._send(message)

    def release(self, keep: bool) -> None:
        """From now on offers are sent; what came in meanwhile goes first if `keep`."""
        pending, self._pending, self._busy = self._pending, None, False
        if pending is not None and keep:
            self.offer(pending)

    def forget(self) -> None:
        """Drop what waits; what is on its way already cannot be called back."""
        self._pending = None

    @property
    def busy(self) -> bool:
        """Whether a send is waiting for the connection."""
        return self._busy

    async def stop(self) -> None:
        """Send nothing any more; ends the task of a waiting send."""
        self.closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _send_one(self, message: Message) -> None:
        await self._send(message)

    async def _finish(self, started: Started) -> None:
        try:
            async with asyncio.timeout(self._limit_seconds):
                await started
            while (message := self._pending) is not None:
                self._pending = None
                async with asyncio.timeout(self._limit_seconds):
                    await self._send(message)
            self._busy = False
        except Exception:  # a time limit, a connection that is gone, or a server that takes no more
            self._drop(self)
