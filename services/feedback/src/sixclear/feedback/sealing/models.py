"""Tables of wrapped keys, of what was erased, and of keys that were destroyed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class WrappedKey(Base):
    """The key of a case for one purpose, wrapped for one recipient under that recipient's key of a month.

    For the purpose `notice` it is the address itself that is wrapped, for who sends.

    To delete the rows of a case is to erase what they open. No instant stands here.
    """

    __tablename__ = "case_key"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10), primary_key=True)
    recipient: Mapped[str] = mapped_column(String(80), primary_key=True)
    period: Mapped[str] = mapped_column(String(7))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        CheckConstraint("purpose IN ('content', 'identity', 'notice')", name="purpose"),
        Index("ix_case_key_period", "period"),
    )


class Erasure(Base):
    """That the keys of a case for one purpose were deleted, and until when older backups still hold them."""

    __tablename__ = "erasure"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(10), primary_key=True)
    erased_at: Mapped[datetime]
    backups_until: Mapped[datetime]

    __table_args__ = (CheckConstraint("purpose IN ('content', 'identity', 'notice')", name="purpose"),)


class DestroyedKey(Base):
    """The record that the private key of a month was destroyed."""

    __tablename__ = "destroyed_key"

    recipient: Mapped[str] = mapped_column(String(80), primary_key=True)
    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    destroyed_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class InClear:
    """A table of a release before with columns in clear, each beside a column `<name>_sealed`."""

    table: str
    columns: tuple[str, ...]
    row: str
    purpose: str


IN_CLEAR = (
    InClear("submission", ("title", "text"), "submission_id", "content"),
    InClear("message", ("text",), "submission_version", "content"),
    InClear("answer", ("reason", "legal_basis", "text"), "answer_id", "content"),
    InClear("access_log", ("reason",), "access_id", "content"),
    InClear("contact", ("name", "email", "phone"), "submission_id", "identity"),
)
