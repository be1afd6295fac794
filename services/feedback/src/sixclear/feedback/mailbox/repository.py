"""Messages in the database."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.mailbox.models import Message


async def list_messages(session: AsyncSession, submission_id: UUID) -> Sequence[Message]:
    """A submission's messages, oldest first; a setting limits how many there can be."""
    statement = select(Message).where(Message.submission_id == submission_id)
    return (await session.scalars(statement.order_by(Message.submission_version))).all()
