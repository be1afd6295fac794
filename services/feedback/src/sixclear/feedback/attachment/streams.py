"""Files as `age` streams (age-encryption.org/v1): sealed while they arrive, opened while they leave.

The library pulls and pushes through objects that block, so each stream has a thread of its own pool. In memory is
never more than some pieces of 64 KiB, and on no disk a piece in clear.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from sixclear.common.errors import Unavailable

# So many files arrive or leave at once in one process: a slow line holds a thread of these, and of nothing else.
_MOST = 16
_POOL = ThreadPoolExecutor(_MOST, "age")
_PIECES = 4
_running = 0


class StreamBroken(Exception):
    """A sealed file does not open with its key, or was changed."""


class _Pipe:
    """What the library reads from and writes to, in its thread; both ends are in the event loop."""

    def __init__(self, source: AsyncIterator[bytes]) -> None:
        self.failed: BaseException | None = None
        self.out: asyncio.Queue[bytes | None] = asyncio.Queue(_PIECES)
        self._loop = asyncio.get_running_loop()
        self._source, self._left = source, b""
        self._waits: Future[Any] | None = None
        self._stopped = False

    def read(self, size: int = -1) -> bytes:
        """Some bytes of the source, `size` at most; nothing at its end."""
        if not self._left:
            self._left = self._wait(self._next())
        taken, self._left = self._left[:size], self._left[size:]
        return taken

    def write(self, content: bytes) -> int:
        """Hand on a piece, once there is room for it."""
        self._wait(self.out.put(bytes(content)))
        return len(content)

    def flush(self) -> None:
        """Nothing waits here."""

    def stop(self) -> None:
        """Let the library fail at what it reads or writes next."""
        self._stopped = True
        if self._waits is not None:
            self._waits.cancel()

    async def _next(self) -> bytes:
        try:
            async for piece in self._source:
                if piece:
                    return piece
        except BaseException as error:
            self.failed = error
            raise
        return b""

    def _wait(self, what: Coroutine[Any, Any, Any]) -> Any:
        self._waits = asyncio.run_coroutine_threadsafe(what, self._loop)
        if self._stopped:
            self._waits.cancel()
        try:
            return self._waits.result()
        except CancelledError:
            raise BrokenPipeError from None


async def sealed(source: AsyncIterator[bytes], key: str) -> AsyncGenerator[bytes]:
    """`source` sealed under `key` (`new_key`). Raises what the source raises, and Unavailable where too many run."""
    from pyrage import encrypt_io, x25519

    recipient = x25519.Identity.from_str(key).to_public()
    async for piece in _through(lambda pipe: encrypt_io(pipe, pipe, [recipient]), source):
        yield piece


async def opened(source: AsyncIterator[bytes], key: str) -> AsyncGenerator[bytes]:
    """What `sealed` sealed under `key`. Raises StreamBroken, what the source raises, and Unavailable as above.

    Each piece is proven before it is handed on; that one is missing at the end shows at the end only.
    """
    from pyrage import decrypt_io, x25519

    identity = x25519.Identity.from_str(key)
    async for piece in _through(lambda pipe: decrypt_io(pipe, pipe, [identity]), source):
        yield piece


def new_key() -> str:
    """A key of one file, as `age` writes it (`AGE-SECRET-KEY-1…`)."""
    from pyrage import x25519

    return str(x25519.Identity.generate())


async def _through(work: Callable[[_Pipe], None], source: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    global _running
    if _running >= _MOST:
        raise Unavailable("Too many files are on their way. Please try again.", retry_after_seconds=10)
    _running += 1
    pipe = _Pipe(source)
    task = asyncio.create_task(_run(work, pipe))
    try:
        while (piece := await pipe.out.get()) is not None:
            yield piece
        await _ended(task, pipe)
    finally:
        pipe.stop()
        while not task.done():  # what it still hands on goes nowhere
            with suppress(asyncio.QueueEmpty):
                pipe.out.get_nowait()
            await asyncio.wait([task], timeout=0.01)
        with suppress(Exception):
            task.result()
        _running -= 1


async def _run(work: Callable[[_Pipe], None], pipe: _Pipe) -> None:
    try:
        await asyncio.get_running_loop().run_in_executor(_POOL, work, pipe)
    finally:
        await pipe.out.put(None)


async def _ended(task: asyncio.Task[None], pipe: _Pipe) -> None:
    try:
        await task
    except Exception as error:
        if pipe.failed is not None:
            raise pipe.failed from None
        raise StreamBroken("this file does not open with this key, or was changed") from error
