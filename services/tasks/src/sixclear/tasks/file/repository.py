"""Files in the database."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.file.models import File


async def find_file(session: AsyncSession, file_id: UUID, *, lock: bool = False) -> File | None:
    """The file with this identifier; its row locked when it is about to be named."""
    return await session.get(File, file_id, with_for_update=lock)


async def lock_files(session: AsyncSession, file_ids: Collection[UUID]) -> None:
    """Lock the rows of these files in one order."""
    await session.execute(
        select(File.file_id).where(File.file_id.in_(file_ids)).order_by(File.file_id).with_for_update()
    )


async def count_waiting(session: AsyncSession, organisation_id: UUID) -> int:
    """How many files of the body nothing names yet."""
    waiting = select(func.count()).where(File.organisation_id == organisation_id, File.named_at.is_(None))
    return (await session.scalars(waiting)).one()


async def forget_waiting(session: AsyncSession, before: datetime, limit: int) -> Sequence[str]:
    """Take out at most `limit` files of before this instant that nothing names; returns the hashes of their content."""
    oldest = (
        select(File.file_id)
        .where(File.named_at.is_(None), File.recorded_at < before)
        .order_by(File.recorded_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    gone = await session.execute(delete(File).where(File.file_id.in_(oldest)).returning(File.sha256, File.shown_sha256))
    return sorted({sha256 for row in gone for sha256 in row})


async def is_redacted(session: AsyncSession, organisation_id: UUID, sha256: str) -> bool:
    """Whether the body sent this content, and it was blacked out."""
    of_body = File.organisation_id == organisation_id, File.sha256 == sha256, File.redacted_at.is_not(None)
    return bool((await session.scalars(select(exists().where(*of_body)))).one())


async def lock_same(session: AsyncSession, file: File) -> Sequence[File]:
    """The files of the same body with the same content, under any name; their rows locked."""
    same = File.organisation_id == file.organisation_id, File.sha256 == file.sha256
    locked = select(File).where(*same).order_by(File.file_id).with_for_update()
    return (await session.scalars(locked.execution_options(populate_existing=True))).all()


async def lock_redacted(session: AsyncSession, limit: int) -> Sequence[File]:
    """At most `limit` files that were blacked out and whose content may be in the store; their rows locked."""
    left = File.redacted_at.is_not(None), File.content_gone_at.is_(None)
    found = select(File).where(*left).order_by(File.file_id).limit(limit).with_for_update(skip_locked=True)
    return (await session.scalars(found)).all()


async def find_untold(session: AsyncSession) -> File | None:
    """A file that was blacked out while not all that names it is known to say so."""
    left = File.redacted_at.is_not(None), File.pieces_told_at.is_(None)
    return (await session.scalars(select(File).where(*left).order_by(File.file_id).limit(1))).first()


async def is_kept(session: AsyncSession, sha256: str) -> bool:
    """Whether a file has this content, as it was sent or as it is shown; one that was blacked out has none."""
    found = exists().where(or_(File.sha256 == sha256, File.shown_sha256 == sha256), File.redacted_at.is_(None))
    return bool((await session.scalars(select(found))).one())


async def hashes(session: AsyncSession, after: str, limit: int) -> Sequence[str]:
    """The hashes of all content that files have, in order, after `after`."""
    kept = File.redacted_at.is_(None)
    sent, shown = select(File.sha256.label("hash")).where(kept), select(File.shown_sha256.label("hash")).where(kept)
    both = union(sent, shown).subquery()
    return (await session.scalars(select(both.c.hash).where(both.c.hash > after).order_by("hash").limit(limit))).all()
