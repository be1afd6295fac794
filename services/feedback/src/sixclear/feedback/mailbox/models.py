"""The table of messages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.tables import Base


class Message(Base):
    """What sender and handler wrote to each other."""

    __tablename__ = "message"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), primary_key=True)
    submission_version: Mapped[int] = mapped_column(Integer, primary_key=True)
    author: Mapped[str]
    client_id: Mapped[str]
    # Sealed; `text` holds what a release before wrote, until it is sealed.
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    text: Mapped[str] = mapped_column(default="", server_default="")
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("author IN ('sender', 'handler')", name="author"),)


def text_of(key: CaseKey, message: Message) -> str:
    """What was written, opened."""
    return key.open("message.text", message.submission_version, message.text_sealed, message.text)
