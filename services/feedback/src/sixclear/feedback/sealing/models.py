"""Tables of wrapped keys, and of what was erased."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class WrappedKey(Base):
    """The key of a case for one purpose, wrapped for one recipient under that recipient's key of a month.

    To delete the rows of a case is to erase what they open. No instant stands here.
    """

    __tablename__ = "case_key"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10), primary_key=True)
    recipient: Mapped[str] = mapped_column(String(80), primary_key=True)
    period: Mapped[str] = mapped_column(String(7))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        CheckConstraint("purpose IN ('content', 'identity')", name="purpose"),
        Index("ix_case_key_period", "period"),
    )


class Erasure(Base):
    """That the keys of a case for one purpose were deleted, and until when older backups still hold them."""

    __tablename__ = "erasure"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10), primary_key=True)
    erased_at: Mapped[datetime]
    backups_until: Mapped[datetime]

    __table_args__ = (CheckConstraint("purpose IN ('content', 'identity')", name="purpose"),)
