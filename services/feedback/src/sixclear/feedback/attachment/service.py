"""Files of cases: sealed while they arrive, recorded, read, and taken out of the store with their case.

The content is in the store before its row is, and no connection is held while it arrives, which may take minutes. What
is left where a process dies between the two has no row, and is swept after a day.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import orjson
import structlog

from sixclear.common.blobs.store import Blob, BlobMissing, BlobStore, BlobTooLarge
from sixclear.common.caller import Caller
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.errors import ContentTooLarge, Unavailable
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context
from sixclear.feedback.attachment import repository, streams
from sixclear.feedback.attachment.cleaning import cleaned
from sixclear.feedback.attachment.errors import (
    AttachmentHeld,
    AttachmentInfected,
    AttachmentNotFound,
    AttachmentsFull,
)
from sixclear.feedback.attachment.metrics import ATTACHMENTS, ATTACHMENTS_HELD
from sixclear.feedback.attachment.models import FACTS, Attachment, Facts, facts_of
from sixclear.feedback.attachment.scanning import Verdict, scan
from sixclear.feedback.attachment.stores import store_of
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.submission.models import Submission
from sixclear.feedback.submission.service import reading as submissions
from sixclear.feedback.submission.service.hours import of_case
from sixclear.feedback.submission.service.stating import state

_log = structlog.get_logger(__name__)
_SCANNER = Caller("scanner")
# What has no row after so long never gets one: to arrive takes a quarter of an hour at most.
ARRIVING = timedelta(days=1)
_AT_A_TIME = 100
_ARRIVING_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is taken, and where it goes: each is a setting."""

    folder: Path | None
    most_bytes: int
    most_files: int
    most_bytes_of_case: int
    endings: frozenset[str]
    scanner: str | None


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that is in the store, sealed: as it was sent, and its copy; of which nothing is recorded yet."""

    facts: Facts
    blob: Blob
    shown: Blob
    size: int
    verdict: Verdict | None


class _Counted:
    """What arrives, counted and hashed; more than `most` bytes are BlobTooLarge."""

    def __init__(self, most: int) -> None:
        self._most, self._digest, self.size = most, hashlib.sha256(), 0

    async def through(self, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        """The same bytes."""
        async for chunk in chunks:
            self.size += len(chunk)
            if self.size > self._most:
                raise BlobTooLarge
            self._digest.update(chunk)
            yield chunk

    @property
    def sha256(self) -> str:
        """Of all that came."""
        return self._digest.hexdigest()


async def arrive(chunks: AsyncIterator[bytes], name: str, bounds: Bounds, who: bytes = b"") -> Arrived:
    """Keep a file that arrives, sealed under a key of its own, beside its copy; what is refused is taken out again.

    `who` is the visitor that sends it. Raises ContentTooLarge, AttachmentKindRefused, AttachmentUnreadable,
    AttachmentInfected, and Unavailable, also where it takes too long to arrive.
    """
    with streams.ARRIVING.place(who):
        return await _arrive(_in_time(chunks), name, bounds)


async def _in_time(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The same bytes; a line that takes longer fails as one that breaks does, so that all that runs on it ends."""
    end = asyncio.get_running_loop().time() + _ARRIVING_SECONDS
    try:
        while True:
            async with asyncio.timeout_at(end):
                chunk = await anext(chunks, None)
            if chunk is None:
                return
            yield chunk
    except TimeoutError:
        raise Unavailable("The file took too long to arrive. Send a smaller one, or over a faster line.") from None


async def _arrive(chunks: AsyncIterator[bytes], name: str, bounds: Bounds) -> Arrived:
    store, key, counted = store_of(bounds.folder), streams.new_key(), _Counted(bounds.most_bytes)
    try:
        blob = await _keep(store, counted.through(chunks), key, streams.ARRIVING)
    except BlobTooLarge:
        raise _too_large(bounds) from None
    try:
        verdict = await _verdict(store, blob.sha256, key, bounds.scanner)
        media_type, shown, shown_size = await _copy(store, blob, key, name, bounds)
    except BaseException:
        await store.delete(blob.sha256)
        raise
    facts = Facts(name, media_type, counted.sha256, key, shown_size)
    return Arrived(facts, blob, shown, counted.size, verdict)


def _too_large(bounds: Bounds) -> ContentTooLarge:
    return ContentTooLarge(
        f"A file has at most {bounds.most_bytes} bytes. Send it in parts, or as a smaller PDF or picture."
    )


async def forget_arrived(arrived: Arrived, bounds: Bounds) -> None:
    """Take out what arrived and is not recorded."""
    store = store_of(bounds.folder)
    for blob in (arrived.blob, arrived.shown):
        await store.delete(blob.sha256)


async def _keep(store: BlobStore, content: AsyncIterator[bytes], key: str, way: streams.Way | None = None) -> Blob:
    async with aclosing(streams.sealed(content, key, way)) as pieces:
        return await store.put(pieces, str(uuid4()), most=2**62)


async def _copy(store: BlobStore, blob: Blob, key: str, name: str, bounds: Bounds) -> tuple[str, Blob, int]:
    """The kind of a file, its copy in the store, and of how many bytes that is."""
    counted = _Counted(2 * bounds.most_bytes + 1024 * 1024)
    async with (
        aclosing(streams.opened(store.read(blob.sha256), key)) as content,
        cleaned(content, name, bounds.endings) as found,
    ):
        try:
            shown = await _keep(store, counted.through(found.copy), key)
        except BlobTooLarge:
            raise _too_large(bounds) from None
        return found.media_type, shown, counted.size


async def _verdict(store: BlobStore, blob: str, key: str, scanner: str | None) -> Verdict | None:
    """What the scanner says of a file that was just sent; raises AttachmentInfected."""
    if scanner is None:
        return None
    async with aclosing(streams.opened(store.read(blob), key)) as content:
        verdict = await scan(scanner, content)
    if verdict == "infected":
        ATTACHMENTS.labels("infected").inc()
        raise AttachmentInfected
    return verdict


async def _check_room(ctx: Context, submission_id: UUID, size: int, bounds: Bounds) -> None:
    """Raises AttachmentsFull where one more file of `size` bytes is too much for a case."""
    kept = await repository.list_of_case(ctx.session, submission_id)
    if len(kept) >= bounds.most_files or sum(one.size for one in kept) + size > bounds.most_bytes_of_case:
        raise AttachmentsFull(
            f"A case holds at most {bounds.most_files} files and {bounds.most_bytes_of_case} bytes of them."
            f" {AttachmentsFull.remedy}"
        )


async def find_same(ctx: Context, submission: Submission, facts: Facts) -> Attachment | None:
    """The file of a locked case that has this content and this name already: a retry sends no second one."""
    key = await sealing.key_to_read(ctx, submission.submission_id)
    for attachment in await repository.list_of_case(ctx.session, submission.submission_id):
        known = facts_of(key, attachment)
        if (known.sha256, known.name) == (facts.sha256, facts.name):
            return attachment
    return None


async def record(ctx: Context, submission: Submission, arrived: Arrived, bounds: Bounds) -> Attachment:
    """Make a file that arrived one of a locked case, and state its receipt. Raises AttachmentsFull and CaseErased.

    `ctx` is that of the case (`hours.of_case`). What is stated of the file is its SHA-256 in hexadecimal digits, and
    its name: what was stated before is as true as it was.
    """
    await _check_room(ctx, submission.submission_id, arrived.size, bounds)
    key = await sealing.key_to_write(ctx, submission.submission_id)
    attachment_id = ctx.new_id()
    held = bounds.scanner is not None and arrived.verdict is None
    attachment = Attachment(
        attachment_id=attachment_id,
        submission_id=submission.submission_id,
        state="held" if held else "ready",
        facts_sealed=key.seal(FACTS, attachment_id, orjson.dumps(asdict(arrived.facts)).decode()),
        blob=arrived.blob.sha256,
        shown_blob=arrived.shown.sha256,
        size=arrived.size,
        sent_at=ctx.now,
        scanned_at=ctx.now if arrived.verdict == "clean" else None,
    )
    ctx.session.add(attachment)
    await ctx.session.flush()
    state(ctx, submission, "received", [("file", arrived.facts.sha256), ("file.name", arrived.facts.name)])
    ATTACHMENTS.labels("held" if held else "taken").inc()
    return attachment


async def list_attachments(ctx: Context, submission_id: UUID) -> Sequence[Attachment]:
    """The files of a case, oldest first."""
    return await repository.list_of_case(ctx.session, submission_id)


@dataclass(frozen=True, slots=True)
class Content:
    """A file that is about to leave: `pieces` begin when they are asked for, by who holds a place on the way."""

    pieces: AsyncGenerator[bytes]
    way: streams.Way
    who: bytes
    size: int
    name: str
    media_type: str


async def read_original(
    ctx: Context, submission_id: UUID, attachment_id: UUID, folder: Path | None, who: bytes
) -> Content:
    """A file as it was sent, for its sender, whose code has opened the case. Raises AttachmentNotFound."""
    attachment, facts = await _found(ctx, submission_id, attachment_id)
    if attachment.state == "refused":
        raise AttachmentNotFound
    return await _content(store_of(folder), attachment.blob, facts, attachment.size, streams.BACK, who)


async def read_copy(ctx: Context, hub: UUID, submission_id: UUID, attachment_id: UUID, folder: Path | None) -> Content:
    """A file as handlers get it; that it was read is logged, and its sender sees by which body.

    Raises SubmissionNotFound, AttachmentNotFound, and AttachmentHeld before the scanner has looked at it.
    """
    submission = await submissions.read_submission(ctx, hub, submission_id)
    ctx = of_case(ctx, submission)
    attachment, facts = await _found(ctx, submission_id, attachment_id)
    if attachment.state == "refused":
        raise AttachmentNotFound
    if attachment.state == "held":
        raise AttachmentHeld
    content = await _content(store_of(folder), attachment.shown_blob, facts, facts.shown_size, streams.TO_HANDLERS)
    await submissions.log_file_reading(ctx, submission_id)
    return content


async def _found(ctx: Context, submission_id: UUID, attachment_id: UUID) -> tuple[Attachment, Facts]:
    attachment = await repository.find(ctx.session, submission_id, attachment_id)
    if attachment is None:
        raise AttachmentNotFound
    facts = facts_of(await sealing.key_to_read(ctx, submission_id), attachment)
    if not facts.key:
        raise AttachmentNotFound
    return attachment, facts


async def _content(store: BlobStore, blob: str, facts: Facts, size: int, way: streams.Way, who: bytes = b"") -> Content:
    """What leaves; raises Unavailable before anything of it is logged."""
    way.require_room(who)
    if not await store.is_there(blob):
        raise Unavailable("The content of this file is not in the store.")
    return Content(streams.opened(store.read(blob), facts.key, way), way, who, size, facts.name, facts.media_type)


async def forget_of_case(ctx: Context, submission_id: UUID) -> None:
    """Let go of the files of a locked case that is erased; `forget_gone` takes them out of the store."""
    await repository.forget_of_case(ctx.session, submission_id)


async def forget_gone(database: Database, folder: Path | None) -> int:
    """Take out of the store what erased cases had; answers how many files. Safe to run twice and in many processes."""
    forgotten, after, store = 0, None, store_of(folder)
    while True:
        async with database.transaction() as session:
            gone = await repository.lock_next(session, "gone", after)
            if gone is None:
                return forgotten
            after = gone.attachment_id
            for blob in {gone.blob, gone.shown_blob}:
                await store.delete(blob)
            await repository.delete_row(session, after)
        forgotten += 1


async def sweep(database: Database, folder: Path | None, now: datetime, aside: timedelta) -> int:
    """Set content aside that no file has and that came more than a day ago; answers how much. Safe to run twice.

    It is taken out when it was set aside for `aside`: until then a table that was empty or of another installation
    costs no file, since what is read is brought back.
    """
    store, swept, page = store_of(folder), 0, list[str]()
    async for blob in store.kept():
        if blob.written_at < now - ARRIVING:
            page.append(blob.sha256)
        if len(page) == _AT_A_TIME:
            swept, page = swept + await _sweep(database, store, page, now), []
    swept += await _sweep(database, store, page, now)
    await store.forget_arriving(now - ARRIVING)
    await store.forget_set_aside(now - aside)
    if swept:
        _log.warning("content without a file set aside", contents=swept)
    return swept


async def _sweep(database: Database, store: BlobStore, page: Sequence[str], now: datetime) -> int:
    async with database.session() as session:
        orphans = set(page) - await repository.kept_among(session, page)
    for blob in orphans:
        await store.set_aside(blob, now)
    return len(orphans)


async def scan_held(database: Database, log: EventLog, clock: Clock, folder: Path | None, scanner: str | None) -> int:
    """Look at what was held while the scanner did not answer; answers of how many files it said something.

    Where no scanner is named any more, they stay held: what was sent while one was named was promised to be looked at.
    """
    looked, after, waiting = 0, None, 0
    while True:
        async with database.session() as session:
            attachment = await repository.next_held(session, after)
            if attachment is None:
                break
            after, blob, case_id = attachment.attachment_id, attachment.blob, attachment.submission_id
            ctx = Context(session, log, _SCANNER, clock())
            key = facts_of(await sealing.key_to_read(ctx, case_id), attachment).key
        verdict = None if scanner is None or not key else await _look(store_of(folder), blob, key, scanner)
        if verdict is None:
            waiting += 1
            continue
        async with database.transaction() as session:
            ctx = Context(session, log, _SCANNER, clock())
            looked += await _note(ctx, folder, after, verdict)
    ATTACHMENTS_HELD.set(waiting)
    return looked


async def _look(store: BlobStore, blob: str, key: str, scanner: str) -> Verdict | None:
    try:
        await store.is_there(blob)  # brings back what was set aside
        async with aclosing(streams.opened(store.read(blob), key)) as content:
            return await scan(scanner, content)
    except (BlobMissing, streams.StreamBroken, Unavailable) as error:
        _log.error("a file that is held does not open", problem=type(error).__name__)
        return None


async def _note(ctx: Context, folder: Path | None, attachment_id: UUID, verdict: Verdict) -> bool:
    """Say what the scanner found; content that is harmful goes, and its row says so."""
    found = await ctx.session.get_one(Attachment, attachment_id)
    at = of_case(ctx, await ctx.session.get_one(Submission, found.submission_id)).now
    if verdict == "clean":
        return await repository.note_scanned(ctx.session, attachment_id, "ready", at)
    noted = await repository.note_scanned(ctx.session, attachment_id, "refused", at)
    for blob in (found.blob, found.shown_blob):
        await store_of(folder).delete(blob)
    ATTACHMENTS.labels("infected").inc()
    return noted
