"""Files looked at and stripped in a child process that ends with the file, with limits of time and memory."""

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass

import orjson

from sixclear.common.errors import DomainError, Unavailable
from sixclear.feedback.attachment.errors import AttachmentKindRefused, AttachmentUnreadable

_CHILD = "sixclear.feedback.attachment.stripping"
_SECONDS = 60
_MOST_CHILDREN = 1
_WAIT_SECONDS = 30
_PIECE = 64 * 1024
# One after another, whatever comes at once, for what one takes of memory; a loop has a turn of its own.
_turns: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The kind that a file is, and its copy while the child writes it."""

    media_type: str
    copy: AsyncIterator[bytes]


@asynccontextmanager
async def cleaned(content: AsyncIterator[bytes], name: str, endings: frozenset[str]) -> AsyncGenerator[Cleaned]:
    """The copy of a file without what says who made it, while the block runs.

    Raises AttachmentKindRefused and AttachmentUnreadable, and Unavailable where other files take too long.
    """
    async with _turn():
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", _CHILD),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(_SECONDS):
                said = await _told(child, content, {"name": name, "endings": sorted(endings)})
                if said["end"] is not None:
                    raise _refusal(said["end"], endings)
                assert child.stdout is not None
                async with aclosing(_pieces(child.stdout)) as copy:
                    yield Cleaned(said["media_type"], copy)
        except TimeoutError:
            raise _refusal("too-much", endings) from None
        finally:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()


@asynccontextmanager
async def _turn() -> AsyncGenerator[None]:
    loop = asyncio.get_running_loop()
    if loop not in _turns:
        _turns.clear()  # loops of before are over
        _turns[loop] = asyncio.Semaphore(_MOST_CHILDREN)
    turn = _turns[loop]
    try:
        async with asyncio.timeout(_WAIT_SECONDS):
            await turn.acquire()
    except TimeoutError:
        raise Unavailable("Other files are being looked at. Please try again.", retry_after_seconds=30) from None
    try:
        yield
    finally:
        turn.release()


async def _told(
    child: asyncio.subprocess.Process, content: AsyncIterator[bytes], expected: dict[str, object]
) -> dict[str, str]:
    """What the child says once it has read the file; that it ended without a word is that it took too much."""
    assert child.stdin is not None
    assert child.stdout is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(orjson.dumps(expected) + b"\n")
        async for piece in content:
            child.stdin.write(piece)
            await child.stdin.drain()
        child.stdin.close()
    line = await child.stdout.readline()
    return orjson.loads(line) if line.endswith(b"\n") else {"end": "too-much"}


async def _pieces(stream: asyncio.StreamReader) -> AsyncGenerator[bytes]:
    while piece := await stream.read(_PIECE):
        yield piece


def _refusal(word: str, endings: frozenset[str]) -> DomainError:
    taken = f"What is taken: {', '.join(sorted(endings))}."
    if word == "kind":
        return AttachmentKindRefused(f"The content is none of the kinds that are taken. {taken}")
    if word == "macros":
        return AttachmentKindRefused(f"The document has macros. Save it without them, or as PDF. {taken}")
    if word.startswith("name "):
        return AttachmentKindRefused(f"The content is of another kind than the name says: name it *.{word[5:]}.")
    if word == "too-much":
        return AttachmentUnreadable(f"It takes more time or memory than a file may. {AttachmentUnreadable.remedy}")
    return AttachmentUnreadable(f"It is broken, has a password, or is too large. {AttachmentUnreadable.remedy}")
