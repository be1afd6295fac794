"""Tables of statements and of the public log. The log names no case: it is kept when a case is erased."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class Statement(Base):
    """What was stated to a sender. Written in the transaction of the fact; signed, and put in the log, soon after.

    `case_reference` is random, the same for all statements of a case. Until it is signed there is no `note`.
    """

    __tablename__ = "statement"

    statement_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), index=True)
    kind: Mapped[str]
    stated_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    rule: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    case_reference: Mapped[bytes | None] = mapped_column(LargeBinary)
    note: Mapped[str | None]
    log_index: Mapped[int | None] = mapped_column(BigInteger, unique=True)

    __table_args__ = (
        Index("ix_statement_waiting", "stated_at", "statement_id", postgresql_where=sql("log_index IS NULL")),
    )


class LogIdentity(Base):
    """Which log this is: its name and public key, fixed when it first signs. One row."""

    __tablename__ = "log_identity"

    one_row: Mapped[bool] = mapped_column(Boolean, primary_key=True)
    origin: Mapped[str]
    verifier_key: Mapped[str]

    __table_args__ = (CheckConstraint("one_row", name="one_row"),)


class LogEntry(Base):
    """An entry: 32 bytes that say nothing without the salt of their statement."""

    __tablename__ = "log_entry"

    log_index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry: Mapped[bytes] = mapped_column(LargeBinary)


class LogTile(Base):
    """Hashes of the tree as tiles; the last one of each level grows."""

    __tablename__ = "log_tile"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class LogCheckpoint(Base):
    """Every size that was signed. It is shown once it stands in a file too."""

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str]
    signed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
