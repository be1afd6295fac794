"""Files by the SHA-256 of their content, in a folder (default) or in a bucket of S3.

A file is written beside the others under a name of its own and moved to its hash when all of it is there: who reads
never meets half a file, and what came twice is kept once. Nothing here knows who refers to a file.
"""

from __future__ import annotations

import hashlib
import os
from asyncio import CancelledError, Task, create_task, get_running_loop, to_thread, wait
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import SEEK_SET, BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import obstore
from obstore.store import LocalStore, ObjectStore, S3Store

from sixclear.common.data_files import make_folder

if TYPE_CHECKING:
    from obstore import GetOptions, ReadableFile
    from obstore.store import S3Config

Found = TypeVar("Found")

CHUNK = 256 * 1024
_ARRIVING = "arriving"
_KEPT = "sha256"
_ASIDE = "aside"
# Past the end of any file: the store cuts a range at its end.
_NO_END = 2**62


class BlobMissing(Exception):
    """No file with this hash is in the store."""


class BlobTooLarge(Exception):
    """More bytes came than were allowed; nothing is kept of them."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file that is in the store: its hash in lower-case hexadecimal digits, its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class KeptBlob(Blob):
    """As a listing shows it; `written_at` is the instant in UTC at which it was last written."""

    written_at: datetime


class _Reader(RawIOBase):
    """A file of the store in the form that libraries read."""

    def __init__(self, file: ReadableFile) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._file.read(len(buffer))
        buffer[: len(read)] = memoryview(read)
        return len(read)

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


class _Pull:
    """What is asked of an iterator, so that asking can end while it waits for its next chunk."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._asked: Task[bytes | None] | None = None
        self._stopped = False

    async def next(self) -> bytes | None:
        """The next chunk; None after the last one. Raises CancelledError once this was stopped."""
        if self._stopped:
            raise CancelledError
        self._asked = create_task(self._next())
        return await self._asked

    async def _next(self) -> bytes | None:
        return await anext(self._chunks, None)

    async def stop(self) -> None:
        """Ask for no more; returns when the iterator has ended what it did."""
        self._stopped = True
        if self._asked is not None and not self._asked.done():
            self._asked.cancel()
            await wait([self._asked])


class BlobStore:
    """Files by content hash, over any store of `obstore`.

    `settle` makes what is at a path survive a crash; with an instant it was written then.
    """

    def __init__(self, store: ObjectStore, settle: Callable[[str, datetime | None], None] | None = None) -> None:
        self._store = store
        self._settle = settle

    async def put(self, chunks: AsyncIterator[bytes], arriving_id: str, *, most: int) -> Blob:
        """Keep what `chunks` yields, never all of it in memory; it survives a crash when this returns.

        `arriving_id` is unique among the files that arrive now. Raises BlobTooLarge after more than `most` bytes, and
        what `chunks` raises, and BlobMissing where it was taken out meanwhile; of what did not arrive nothing is left.
        """
        arriving = f"{_ARRIVING}/{arriving_id}"
        digest, size, pull = hashlib.sha256(), 0, _Pull(chunks)

        async def counted() -> AsyncIterator[bytes]:
            nonlocal size
            while (chunk := await pull.next()) is not None:
                size += len(chunk)
                if size > most:
                    raise BlobTooLarge
                digest.update(chunk)
                yield chunk

        try:
            await obstore.put_async(self._store, arriving, counted(), chunk_size=5 * 1024 * 1024, max_concurrency=2)
        except BaseException:
            # The store gives up its side alone: what it had asked for would be waited for as long as it takes.
            await pull.stop()
            await self._settle_folder(_ARRIVING)
            raise
        sha256 = digest.hexdigest()
        try:
            # Before it takes the place of the same content that came earlier, which a crash must not empty.
            await self._survive(arriving)
            await obstore.rename_async(self._store, arriving, _path(sha256))
            await self._survive(_path(sha256))
        except FileNotFoundError as error:
            raise BlobMissing(sha256) from error
        return Blob(sha256, size)

    async def _survive(self, path: str, written_at: datetime | None = None) -> None:
        if self._settle is not None:
            await to_thread(self._settle, path, written_at)

    async def _settle_folder(self, path: str) -> None:
        """A folder that something went out of; one that was never made is no error."""
        with suppress(FileNotFoundError):
            await self._survive(path)

    async def size(self, sha256: str) -> int:
        """The size in bytes; raises BlobMissing."""
        try:
            return (await obstore.head_async(self._store, _path(sha256)))["size"]
        except FileNotFoundError as error:
            raise BlobMissing(sha256) from error

    async def read(self, sha256: str, first: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `first` up to `end`, which is not included; all without it. Raises BlobMissing."""
        if end is not None and end <= first:
            return
        try:
            # No range for the whole: a range of an empty file is an error of the store.
            wanted: GetOptions | None = None if first == 0 and end is None else {"range": (first, end or _NO_END)}
            found = await obstore.get_async(self._store, _path(sha256), options=wanted)
        except FileNotFoundError as error:
            raise BlobMissing(sha256) from error
        async for chunk in found.stream(min_chunk_size=CHUNK):
            yield bytes(chunk)

    async def examine(self, sha256: str, look: Callable[[IO[bytes]], Found], where: Executor | None = None) -> Found:
        """What `look` finds in the file, which it may seek in; it runs in a thread, of `where`. Raises BlobMissing."""

        def opened() -> Found:
            try:
                with BufferedReader(_Reader(obstore.open_reader(self._store, _path(sha256)))) as file:
                    return look(file)
            except FileNotFoundError as error:
                raise BlobMissing(sha256) from error

        return await get_running_loop().run_in_executor(where, opened)

    async def is_damaged(self, sha256: str) -> bool:
        """Whether the content is not what its hash says. Reads all of it; raises BlobMissing."""
        digest = hashlib.sha256()
        async for chunk in self.read(sha256):
            digest.update(chunk)
        return digest.hexdigest() != sha256

    async def delete(self, sha256: str) -> None:
        """Take the file out, also where it was set aside; one that is not there is no error."""
        for path in (_path(sha256), f"{_ASIDE}/{sha256}"):
            with suppress(FileNotFoundError):
                await obstore.delete_async(self._store, path)
                await self._settle_folder(path.rpartition("/")[0])

    async def set_aside(self, sha256: str, now: datetime) -> None:
        """Take the file out in a way that `is_there` undoes; one that is not there is no error."""
        with suppress(FileNotFoundError):
            await obstore.rename_async(self._store, _path(sha256), f"{_ASIDE}/{sha256}")
            await self._survive(f"{_ASIDE}/{sha256}", now)
            await self._settle_folder(_path(sha256).rpartition("/")[0])

    async def is_there(self, sha256: str) -> bool:
        """Whether the file is in the store; one that was set aside is brought back."""
        try:
            await self.size(sha256)
        except BlobMissing:
            try:
                await obstore.rename_async(self._store, f"{_ASIDE}/{sha256}", _path(sha256))
            except FileNotFoundError:
                return False
            await self._survive(_path(sha256))
            await self._settle_folder(_ASIDE)
        return True

    async def forget_set_aside(self, before: datetime) -> int:
        """Take out what was set aside before this instant; returns how many."""
        return await self._forget(_ASIDE, before)

    async def kept(self) -> AsyncIterator[KeptBlob]:
        """Every file in the store, in pages of the store; one that arrives meanwhile may be missing."""
        async for page in obstore.list(self._store, _KEPT):
            for entry in page:
                name = entry["path"].rpartition("/")[2]
                yield KeptBlob(name, entry["size"], entry["last_modified"])

    async def forget_arriving(self, before: datetime) -> int:
        """Take out what began to arrive before this instant and never came whole; returns how many."""
        return await self._forget(_ARRIVING, before)

    async def _forget(self, where: str, before: datetime) -> int:
        left = 0
        async for page in obstore.list(self._store, where):
            for entry in page:
                if entry["last_modified"] < before:
                    with suppress(FileNotFoundError):  # another process takes it out at the same time
                        await obstore.delete_async(self._store, entry["path"])
                    left += 1
        if left:
            await self._settle_folder(where)
        return left


def in_folder(folder: Path, *, whole_hours: bool = False) -> BlobStore:
    """Files in a folder, which is made where it is missing, closed to others.

    `whole_hours`: a file and the folders on the way to it say of when they were written the hour alone, as far as a
    file system can be told what to say.
    """
    make_folder(folder)

    def settle(path: str, written_at: datetime | None) -> None:
        # The library writes without fsync: content first, then the names on the way to it.
        target = folder / path
        way = [target, *(part for part in target.parents if part.is_relative_to(folder))]
        if written_at is not None:
            _write_time(target, written_at.timestamp(), whole_hours=whole_hours)
        for part in [*way, folder / _ARRIVING] if whole_hours else []:
            if part is target or part.exists():
                _write_time(part, part.stat().st_mtime, whole_hours=True)
        for part in way:
            _sync(part)

    return BlobStore(LocalStore(folder), settle)


def in_bucket(
    bucket: str, prefix: str, *, endpoint: str | None, region: str, key_id: str | None, secret: str | None
) -> BlobStore:
    """Files in a bucket of S3 or of a server that speaks it, below `prefix`.

    Without `endpoint` it is Amazon's. Without a key, what the library finds: AWS variables, or the machine's role.
    HTTP without TLS is spoken only where `endpoint` says so.
    """
    config: S3Config = {"region": region, "virtual_hosted_style_request": False}
    if endpoint is not None:
        config["endpoint"] = endpoint
    if key_id is not None and secret is not None:
        config |= {"access_key_id": key_id, "secret_access_key": secret}
    store = S3Store(
        bucket,
        prefix=prefix or None,
        config=config,
        client_options={"allow_http": (endpoint or "").startswith("http://"), "timeout": "60s"},
        retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
    )
    return BlobStore(store)


def _write_time(path: Path, written_at: float, *, whole_hours: bool) -> None:
    at = written_at // 3600 * 3600 if whole_hours else written_at
    os.utime(path, (at, at))


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _path(sha256: str) -> str:
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise BlobMissing(sha256)
    return f"{_KEPT}/{sha256[:2]}/{sha256}"
