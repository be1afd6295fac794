"""The table of messages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class Message(Base):
    """What sender and handler wrote to each other."""

    __tablename__ = "message"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), primary_key=True)
    submission_version: Mapped[int] = mapped_column(Integer, primary_key=True)
    author: Mapped[str]
    client_id: Mapped[str]
    text: Mapped[str]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("author IN ('sender', 'handler')", name="author"),)
