"""A stream that no one goes on with holds neither its thread nor the end of the process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from sixclear.common.blobs.store import in_folder
from sixclear.common.testing.eventually import eventually
from sixclear.feedback.attachment import streams

pytestmark = pytest.mark.asyncio
SECONDS = 10.0


async def thread_is_free(way: streams.Way) -> None:
    """Returns when the one thread of a way can do something else."""
    await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(way.pool, bool), SECONDS)


class Line:
    """What a sender sends: some pieces, then nothing more while the line stays open."""

    def __init__(self, pieces: int) -> None:
        self.silent, self.closed, self._pieces = asyncio.Event(), asyncio.Event(), pieces

    async def content(self) -> AsyncIterator[bytes]:
        try:
            for _ in range(self._pieces):
                yield b"x" * 100_000
            self.silent.set()
            await asyncio.Event().wait()
        finally:
            self.closed.set()


async def test_what_is_sealed_opens_again_and_ends(tmp_path: Path) -> None:
    key, way, content = streams.new_key(), streams.Way("test", 1), b"x" * 1_000_000

    async def once(piece: bytes) -> AsyncIterator[bytes]:
        yield piece

    async with aclosing(streams.opened(streams.sealed(once(content), key, way), key)) as pieces:
        assert b"".join([piece async for piece in pieces]) == content
    await thread_is_free(way)


@pytest.mark.parametrize("pieces", [3, 100])
async def test_an_upload_that_is_cancelled_frees_its_thread_and_leaves_nothing(tmp_path: Path, pieces: int) -> None:
    way, line, folder = streams.Way("test", 1), Line(pieces), tmp_path / "files"

    async def upload() -> None:
        async with aclosing(streams.sealed(line.content(), streams.new_key(), way)) as sealed:
            await in_folder(folder).put(sealed, "a", most=10**9)

    task = asyncio.create_task(upload())
    await asyncio.wait_for(line.silent.wait(), SECONDS)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, SECONDS)
    await asyncio.wait_for(line.closed.wait(), SECONDS)
    await thread_is_free(way)

    async def nothing_is_left() -> bool:
        return not any(path.is_file() for path in folder.rglob("*"))

    # The store takes out what it had written in a thread of its own, once no one asks for it.
    await eventually(nothing_is_left, within_seconds=SECONDS)


async def test_a_stream_that_is_left_lying_does_not_hold_the_shutdown() -> None:
    """A loop that ends cancels every task and waits for them: the stream's thread may be waiting for a reader."""
    before, way = asyncio.all_tasks(), streams.Way("test", 1)
    left = streams.sealed(Line(100).content(), streams.new_key(), way)
    await anext(left)
    tasks = asyncio.all_tasks() - before
    for task in tasks:
        task.cancel()
    _, waiting = await asyncio.wait(tasks, timeout=SECONDS)
    assert waiting == set()
    await thread_is_free(way)
    await left.aclose()
