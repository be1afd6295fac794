"""Files: taken in, named, read, and taken out when nothing names them."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.blobs.kinds import Kind, MacrosFound, fits_name, kind_of
from sixclear.common.blobs.pictures import ONE_BY_ONE, PictureUnreadable, without_metadata
from sixclear.common.blobs.store import Blob, BlobMissing, BlobStore, BlobTooLarge
from sixclear.common.db import Database, wait_to_create
from sixclear.common.errors import ContentTooLarge, Unavailable
from sixclear.common.ids import stable_id
from sixclear.common.use_case import Context, ReferenceUnknown
from sixclear.tasks.file import repository as rows
from sixclear.tasks.file.errors import FileHasMacros, FileKindRefused, FileNotFound, FileRedacted, TooManyFilesWaiting
from sixclear.tasks.file.models import File

# How long a file may wait to be named.
WAITING = timedelta(days=1)
_AT_A_TIME = 100


@dataclass(frozen=True, slots=True)
class Bounds:
    """Most bytes of a file, and most files of one body that wait to be named."""

    file_bytes: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """Content that is in the store: as it was sent, as it is shown, its kind, and the name that its sender gave it."""

    blob: Blob
    shown: Blob
    kind: Kind
    name: str


async def take(
    ctx: Context, store: BlobStore, chunks: AsyncIterator[bytes], name: str, bounds: Bounds
) -> tuple[File, bool]:
    """Keep a file of the caller's organisation; the same content under the same name is the same file (False).

    The content is in the store before its row is; no connection is held while it arrives, which may take minutes.
    Raises ContentTooLarge, FileKindRefused, FileHasMacros and TooManyFilesWaiting; content that is refused is taken out
    again. Raises Unavailable where another request took the same content out meanwhile.
    """
    try:
        return await _take(ctx, store, chunks, name, bounds)
    except BlobMissing:
        raise Unavailable("The file was taken out while it was recorded; send it again.") from None


async def _take(
    ctx: Context, store: BlobStore, chunks: AsyncIterator[bytes], name: str, bounds: Bounds
) -> tuple[File, bool]:
    own = ctx.caller.own_organisation()
    try:
        blob = await store.put(chunks, str(ctx.new_id()), most=bounds.file_bytes)
    except BlobTooLarge:
        raise ContentTooLarge(f"A file has at most {bounds.file_bytes} bytes.") from None
    try:
        kind = await _kind(store, blob, name)
        shown = await _shown(ctx, store, blob, kind)
    except (FileKindRefused, FileHasMacros):
        await _forget_content(ctx.session, store, blob.sha256)
        raise
    try:
        return await _record(ctx, store, Arrived(blob, shown, kind, name), own, bounds.waiting)
    except (TooManyFilesWaiting, FileRedacted):
        for sha256 in (blob.sha256, shown.sha256):
            await _forget_content(ctx.session, store, sha256)
        raise


async def _kind(store: BlobStore, blob: Blob, name: str) -> Kind:
    try:
        kind = await store.examine(blob.sha256, kind_of)
    except MacrosFound:
        raise FileHasMacros from None
    if kind is None:
        raise FileKindRefused(f"The content is none of the kinds that are taken. {FileKindRefused.remedy}")
    if not fits_name(kind, name):
        raise FileKindRefused(f"The content is {kind.media_type}; name the file *.{kind.endings[0]}.")
    return kind


async def _shown(ctx: Context, store: BlobStore, blob: Blob, kind: Kind) -> Blob:
    """What everyone else gets in place of the file."""
    if not kind.picture:
        return blob
    try:
        plain = await store.examine(blob.sha256, without_metadata, ONE_BY_ONE)
    except PictureUnreadable:
        raise FileKindRefused("The picture is unreadable or too large: 25 million pixels, 12 of WebP.") from None
    return await store.put(_at_once(plain), str(ctx.new_id()), most=len(plain))


async def _at_once(content: bytes) -> AsyncIterator[bytes]:
    file = BytesIO(content)
    while chunk := file.read(64 * 1024):
        yield chunk


async def _record(ctx: Context, store: BlobStore, arrived: Arrived, own: UUID, waiting: int) -> tuple[File, bool]:
    hashes = (arrived.blob.sha256, arrived.shown.sha256)
    # The body too: two of its files that come at once are not both counted as the last one that may wait.
    await _hold(ctx.session, *hashes, str(own))
    for sha256 in hashes:
        await store.size(sha256)  # `forget` may have been between the content and this row
    if await rows.is_redacted(ctx.session, own, arrived.blob.sha256):
        raise FileRedacted
    file_id = stable_id("file", str(own), arrived.blob.sha256, arrived.name)
    # Its row is locked: `forget` passes by it, and what is sent again waits a whole day again.
    if (known := await rows.find_file(ctx.session, file_id, lock=True)) is not None:
        known.recorded_at = known.recorded_at if known.named_at else ctx.now
        return known, False
    if await rows.count_waiting(ctx.session, own) >= waiting:
        raise TooManyFilesWaiting(f"{waiting} files of your organisation wait to be named.")
    file = File(
        file_id=file_id,
        organisation_id=own,
        name=arrived.name,
        media_type=arrived.kind.media_type,
        sha256=arrived.blob.sha256,
        size=arrived.blob.size,
        shown_sha256=arrived.shown.sha256,
        shown_size=arrived.shown.size,
        recorded_at=ctx.now,
    )
    ctx.session.add(file)
    await ctx.session.flush()
    return file, True


async def _hold(session: AsyncSession, *held: str) -> None:
    """Until the transaction ends, no other one records or takes out this content, or counts the files of this body."""
    await wait_to_create(session, *(stable_id("content", one) for one in set(held)))


async def own_file(ctx: Context, file_id: UUID, *, lock: bool = False) -> File:
    """A file of the caller's organisation; raises FileNotFound."""
    file = await rows.find_file(ctx.session, file_id, lock=lock)
    if file is None or file.organisation_id != ctx.caller.organisation_id:
        raise FileNotFound
    return file


async def lock_files(ctx: Context, file_ids: Collection[UUID]) -> None:
    """Lock files that are about to be named together: two requests that name the same ones never deadlock."""
    if len(file_ids) > 1:
        await rows.lock_files(ctx.session, file_ids)


async def name_file(ctx: Context, file_id: UUID) -> File:
    """A file of the caller's organisation that is named now: from here on it stays. Raises ReferenceUnknown."""
    try:
        file = await own_file(ctx, file_id, lock=True)
        if file.redacted_at is not None:
            raise FileNotFound
    except FileNotFound:
        raise ReferenceUnknown(
            "file_id names no file of your organisation; one that nothing named is taken out after a day.",
            errors=[{"pointer": "#/file_id", "code": "file-unknown", "detail": "Send the file again."}],
        ) from None
    file.named_at = file.named_at or ctx.now
    return file


@dataclass(frozen=True, slots=True)
class Blackout:
    """Why content is blacked out, by which body, and since when."""

    reason: str
    organisation_id: UUID
    occurred_at: datetime


async def redact(ctx: Context, file_id: UUID, decided: Blackout) -> list[UUID]:
    """Black out a file: from the commit on, no one gets its content; returns which files had it.

    These are the files of the same body with the same content, under any name. What another body sent stays: it needs
    a decision of its own. `forget_redacted` takes the content out of the store, the sealed original too.
    """
    same = await rows.lock_same(ctx.session, await find_file(ctx.session, file_id))
    for file in same:
        if file.redacted_at is None:
            file.redacted_at, file.redaction_reason = decided.occurred_at, decided.reason
            file.redacted_by_organisation_id = decided.organisation_id
    return [file.file_id for file in same]


def blackout_of(file: File) -> Blackout | None:
    """Why the content of a file is blacked out; None while it is not, or where the release before did it."""
    if file.redacted_at is None or file.redaction_reason is None or file.redacted_by_organisation_id is None:
        return None
    # The driver's identifiers are of a class of its own, which no JSON is written of.
    return Blackout(file.redaction_reason, UUID(str(file.redacted_by_organisation_id)), file.redacted_at)


async def find_untold(session: AsyncSession) -> File | None:
    """A file that was blacked out while not all that names it is known to say so."""
    return await rows.find_untold(session)


async def forget_redacted(database: Database, store: BlobStore, now: datetime) -> None:
    """Take out of the store what was blacked out, unless another body sent the same. Safe to run twice."""
    while True:
        async with database.transaction() as session:
            found = await rows.lock_redacted(session, _AT_A_TIME)
            for file in found:
                for sha256 in sorted({file.sha256, file.shown_sha256}):
                    await _forget_content(session, store, sha256)
                file.content_gone_at = now
        if not found:
            return


async def find_file(session: AsyncSession, file_id: UUID) -> File:
    """A file that something names, of any body; raises FileNotFound."""
    file = await rows.find_file(session, file_id)
    if file is None:
        raise FileNotFound
    return file


async def forget(database: Database, store: BlobStore, now: datetime) -> int:
    """Take out files that nothing has named for a day, and content that no file has; returns how many files went.

    Safe to run twice and beside itself: content is taken out while no other transaction may record it.
    """
    forgotten = 0
    while True:
        async with database.transaction() as session:
            gone = await rows.forget_waiting(session, now - WAITING, _AT_A_TIME)
        for sha256 in gone:
            async with database.transaction() as session:
                await _forget_content(session, store, sha256)
        forgotten += len(gone)
        if not gone:
            await store.forget_arriving(now - WAITING)
            return forgotten


async def _forget_content(session: AsyncSession, store: BlobStore, sha256: str) -> None:
    """Take content out that no file has; until the transaction ends, no other one records it."""
    await _hold(session, sha256)
    if not await rows.is_kept(session, sha256):
        await store.delete(sha256)


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong in a store, by hash: content that no file has, that is missing, that is not what its hash says.

    `checked` says how many contents were read.
    """

    checked: int
    orphaned: tuple[str, ...]
    missing: tuple[str, ...]
    damaged: tuple[str, ...]


async def check(database: Database, store: BlobStore, now: datetime) -> Faults:
    """Compare every file with its content, which is read whole; nothing is changed.

    Content younger than a day counts as arriving: it is no orphan.
    """
    orphaned, missing, damaged = [], [], []
    async for blob in store.kept():
        async with database.session() as session:
            if blob.written_at < now - WAITING and not await rows.is_kept(session, blob.sha256):
                orphaned.append(blob.sha256)
    after, checked = "", 0
    while True:
        async with database.session() as session:
            page = await rows.hashes(session, after, _AT_A_TIME)
        for sha256 in page:
            try:
                damaged.extend([sha256] if await store.is_damaged(sha256) else [])
            except BlobMissing:
                missing.append(sha256)
        if not page:
            return Faults(checked, tuple(orphaned), tuple(missing), tuple(damaged))
        after, checked = page[-1], checked + len(page)
