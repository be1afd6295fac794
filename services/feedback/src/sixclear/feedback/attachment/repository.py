"""Files of cases in the database."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.attachment.models import Attachment


async def list_of_case(session: AsyncSession, submission_id: UUID) -> Sequence[Attachment]:
    """The files of a case, oldest first; a setting limits how many there can be."""
    kept = select(Attachment).where(Attachment.submission_id == submission_id, Attachment.state != "gone")
    return (await session.scalars(kept.order_by(Attachment.sent_at, Attachment.attachment_id))).all()


async def find(session: AsyncSession, submission_id: UUID, attachment_id: UUID) -> Attachment | None:
    """A file of this case."""
    named = Attachment.attachment_id == attachment_id, Attachment.submission_id == submission_id
    return await session.scalar(select(Attachment).where(*named, Attachment.state != "gone"))


async def forget_of_case(session: AsyncSession, submission_id: UUID) -> None:
    """Say of all files of a case that they are gone; what they were called goes at once."""
    gone = update(Attachment).where(Attachment.submission_id == submission_id)
    await session.execute(gone.values(state="gone", facts_sealed=None))


async def lock_next(session: AsyncSession, state: str, after: UUID | None) -> Attachment | None:
    """The next file in this state behind `after`, its row locked; those that others hold are left out."""
    waiting = select(Attachment).where(Attachment.state == state)
    if after is not None:
        waiting = waiting.where(Attachment.attachment_id > after)
    return await session.scalar(waiting.order_by(Attachment.attachment_id).limit(1).with_for_update(skip_locked=True))


async def next_held(session: AsyncSession, after: UUID | None) -> Attachment | None:
    """The next file behind `after` that the scanner has to look at."""
    held = select(Attachment).where(Attachment.state == "held")
    if after is not None:
        held = held.where(Attachment.attachment_id > after)
    return await session.scalar(held.order_by(Attachment.attachment_id).limit(1))


async def note_scanned(session: AsyncSession, attachment_id: UUID, state: str, at: datetime) -> bool:
    """Say what the scanner found in a file that was held; False where it is held no longer."""
    held = Attachment.attachment_id == attachment_id, Attachment.state == "held"
    noted = update(Attachment).where(*held).values(state=state, scanned_at=at).returning(Attachment.attachment_id)
    return (await session.scalar(noted)) is not None


async def delete_row(session: AsyncSession, attachment_id: UUID) -> None:
    """Forget a file whose content is out of the store."""
    await session.execute(delete(Attachment).where(Attachment.attachment_id == attachment_id))


async def kept_among(session: AsyncSession, blobs: Collection[str]) -> set[str]:
    """Those of these contents that a file of a case has."""
    named = select(Attachment.blob, Attachment.shown_blob).where(
        or_(Attachment.blob.in_(blobs), Attachment.shown_blob.in_(blobs))
    )
    return {blob for row in await session.execute(named) for blob in row}
