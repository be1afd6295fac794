"""Files as `age` streams (age-encryption.org/v1): sealed while they arrive, opened while they leave.

The library pulls and pushes through objects that block, so each stream has a thread of its own pool. In memory is
never more than some pieces of 64 KiB, and on no disk a piece in clear.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

from sixclear.common.errors import Unavailable

_PIECES = 4


class Way:
    """A way that files take as slowly as somebody's line: so many at once in one process, each with a thread.

    The threads are of no other way: slow senders hold no file up that handlers read.
    """

    def __init__(self, name: str, most: int = 16, each: int | None = None) -> None:
        self.pool = ThreadPoolExecutor(most, f"age-{name}")
        self._most, self._each, self._taken = most, each or most, Counter[bytes]()

    def require_room(self, who: bytes = b"") -> None:
        """Raises Unavailable where too many files are on this way, or too many of this visitor."""
        if self._taken.total() >= self._most or self._taken[who] >= self._each:
            raise Unavailable("Too many files are on their way. Please try again.", retry_after_seconds=10)

    @contextmanager
    def place(self, who: bytes = b"") -> Generator[None]:
        """A place while the block runs; raises as `require_room`."""
        self.require_room(who)
        self._taken[who] += 1
        try:
            yield
        finally:
            self._taken[who] -= 1
            if not self._taken[who]:
                del self._taken[who]


# Of one visitor two at once, so that nobody holds all places of other senders.
ARRIVING, BACK, TO_HANDLERS = Way("arriving", each=2), Way("back", each=2), Way("to-handlers")
# What never waits for a line: to the scanner and to the child that makes the copy, which have times of their own.
_INSIDE = ThreadPoolExecutor(4, "age-inside")


class StreamBroken(Exception):
    """A sealed file does not open with its key, or was changed."""


class _Pipe:
    """What the library reads from and writes to, in its thread; both ends are in the event loop."""

    def __init__(self, source: AsyncIterator[bytes]) -> None:
        self.failed: BaseException | None = None
        # Bounded by `_room`, not by itself: its end is put there without waiting, also when no one takes it.
        self._out: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(_PIECES)
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
        self._wait(self._put(bytes(content)))
        return len(content)

    def flush(self) -> None:
        """Nothing waits here."""

    async def take(self) -> bytes | None:
        """The next piece, once it is there; None after the last one."""
        piece = await self._out.get()
        self._room.release()
        return piece

    def end(self) -> None:
        """Nothing more comes; a thread that still runs ends by itself."""
        self.stop()
        self._out.put_nowait(None)

    def stop(self) -> None:
        """Let the library fail at what it reads or writes next."""
        self._stopped = True
        if self._waits is not None:
            self._waits.cancel()

    async def _put(self, piece: bytes) -> None:
        await self._room.acquire()
        self._out.put_nowait(piece)

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


async def sealed(source: AsyncIterator[bytes], key: str, way: Way | None = None) -> AsyncGenerator[bytes]:
    """`source` sealed under `key` (`new_key`). Raises what the source raises. Who names a way holds a place on it."""
    from pyrage import encrypt_io, x25519

    recipient = x25519.Identity.from_str(key).to_public()
    async for piece in _through(lambda pipe: encrypt_io(pipe, pipe, [recipient]), source, way):
        yield piece


async def opened(source: AsyncIterator[bytes], key: str, way: Way | None = None) -> AsyncGenerator[bytes]:
    """What `sealed` sealed under `key`. Raises StreamBroken, and what the source raises.

    Each piece is proven before it is handed on; that one is missing at the end shows at the end only.
    """
    from pyrage import decrypt_io, x25519

    identity = x25519.Identity.from_str(key)
    async for piece in _through(lambda pipe: decrypt_io(pipe, pipe, [identity]), source, way):
        yield piece


def new_key() -> str:
    """A key of one file, as `age` writes it (`AGE-SECRET-KEY-1…`)."""
    from pyrage import x25519

    return str(x25519.Identity.generate())


async def _through(
    work: Callable[[_Pipe], None], source: AsyncIterator[bytes], way: Way | None
) -> AsyncGenerator[bytes]:
    pipe = _Pipe(source)
    task = asyncio.create_task(_run(work, pipe, _INSIDE if way is None else way.pool))
    try:
        while (piece := await pipe.take()) is not None:
            yield piece
        await _ended(task, pipe)
    finally:
        pipe.stop()
        await asyncio.wait([task])
        with suppress(Exception):
            task.result()


async def _run(work: Callable[[_Pipe], None], pipe: _Pipe, pool: ThreadPoolExecutor) -> None:
    try:
        await asyncio.get_running_loop().run_in_executor(pool, work, pipe)
    finally:
        pipe.end()


async def _ended(task: asyncio.Task[None], pipe: _Pipe) -> None:
    try:
        await task
    except Exception as error:
        if pipe.failed is not None:
            raise pipe.failed from None
        raise StreamBroken("this file does not open with this key, or was changed") from error
