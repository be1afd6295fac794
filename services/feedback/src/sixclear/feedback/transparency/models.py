"""Tables of statements and of the public log. The log names no case: it is kept when a case is erased."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
)
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
    # Of `no_answer`: the body that owed the answer then, as its page counts it.
    silent_organisation_id: Mapped[UUID | None]
    # It says the hour alone, and enters the log after that hour, among entries by chance.
    by_hour: Mapped[bool] = mapped_column(Boolean, server_default=sql("false"))
    case_reference: Mapped[bytes | None] = mapped_column(LargeBinary)
    note: Mapped[str | None]
    log_index: Mapped[int | None] = mapped_column(BigInteger, unique=True)

    __table_args__ = (
        Index("ix_statement_waiting", "stated_at", "statement_id", postgresql_where=sql("log_index IS NULL")),
        Index(
            "ix_statement_silent_organisation_id",
            "silent_organisation_id",
            postgresql_where=sql("silent_organisation_id IS NOT NULL"),
        ),
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
    """Every size that was signed. It is shown once it stands in a file too.

    `cosignatures` are the lines of witnesses. It is accepted when they are what the policy asks for: a proof is given
    with the first accepted checkpoint. `asked_at` keeps two processes from asking witnesses at the same time.
    """

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str]
    signed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    cosignatures: Mapped[str] = mapped_column(default="", server_default="")
    asked_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("log_policy.policy_id"))

    @property
    def shown(self) -> str:
        """The note as everyone gets it."""
        return self.note + self.cosignatures


class LogPolicy(Base):
    """A policy that the log had, or has: whose signatures make a checkpoint worth a proof (C2SP tlog-policy)."""

    __tablename__ = "log_policy"

    policy_id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    text: Mapped[str] = mapped_column(unique=True)
    since: Mapped[datetime]


class LogWitness(Base):
    """What a witness last said, and how much of the log it says to have seen."""

    __tablename__ = "log_witness"

    verifier_key: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    cosigned_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    problem: Mapped[str | None]
