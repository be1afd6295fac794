"""Signals: the first asks for an orderly end, the second does not wait for it."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

_T = TypeVar("_T")
PARENT_PIPE = "SIXCLEAR_PARENT_PIPE"  # set for processes of the local cluster
_HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """A signal came while something was under way."""


class Signals:
    """Owns the process's signals while entered. `on_force` runs before a second signal kills the process."""

    def __init__(self, say: Callable[[str], None], on_force: Callable[[], None] = lambda: None) -> None:
        self.stopping = asyncio.Event()
        self.on_force = on_force
        self._say = say

    def __enter__(self) -> Self:
        for number in _HANDLED:
            asyncio.get_running_loop().add_signal_handler(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in _HANDLED:
            asyncio.get_running_loop().remove_signal_handler(number)

    def _handle(self) -> None:
        if self.stopping.is_set():
            self.on_force()
            os._exit(130)
        self._say("Stopping. Press Ctrl-C again to stop without waiting.")
        self.stopping.set()

    async def unless_stopped(self, work: Coroutine[Any, Any, _T]) -> _T:
        """The result of `work`; a signal cancels it, waits until it has ended, and raises `Stopped`."""
        task, stop = asyncio.ensure_future(work), asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            task.cancel()
            await asyncio.wait({task})
            raise Stopped
        finally:
            stop.cancel()

    async def until_stopping(self, ended: Coroutine[Any, Any, None]) -> None:
        """Wait for a signal, or for `ended`, whichever comes first."""
        task, stop = asyncio.ensure_future(ended), asyncio.ensure_future(self.stopping.wait())
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        task.cancel()
        stop.cancel()


async def stop_with_parent(signals: Signals) -> None:
    """In a process of the local cluster: stop when the one that started it is gone, however it went."""
    if PARENT_PIPE not in os.environ:
        return

    class Watch(asyncio.Protocol):
        def connection_lost(self, error: Exception | None) -> None:
            signals.stopping.set()

    await asyncio.get_running_loop().connect_read_pipe(Watch, sys.stdin)
