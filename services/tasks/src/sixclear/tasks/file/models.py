"""The table of files."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.tasks.tables import Base


class File(Base):
    """A file in the store, by the body that sent it. Two bodies that send the same content have a row each.

    `shown_sha256` is what everyone else gets: a picture without what the camera wrote into it; else the file itself.
    `named_at` is when something first named the file; what nothing names is taken out. `redacted_at` is when it was
    blacked out by decision, `content_gone_at` when its content was out of the store, `pieces_told_at` when all that
    names it had said so.
    """

    __tablename__ = "file"

    file_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"))
    name: Mapped[str]
    media_type: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    shown_sha256: Mapped[str] = mapped_column(index=True)
    shown_size: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime]
    named_at: Mapped[datetime | None]
    redacted_at: Mapped[datetime | None]
    content_gone_at: Mapped[datetime | None]
    # The release before writes neither, and leaves nothing to be told.
    redaction_reason: Mapped[str | None]
    redacted_by_organisation_id: Mapped[UUID | None]
    pieces_told_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_file_redacted",
            "file_id",
            postgresql_where=text("redacted_at IS NOT NULL AND content_gone_at IS NULL"),
        ),
        Index(
            "ix_file_pieces_left",
            "file_id",
            postgresql_where=text("redacted_at IS NOT NULL AND pieces_told_at IS NULL"),
        ),
        Index("ix_file_waiting", "organisation_id", "recorded_at", postgresql_where=text("named_at IS NULL")),
    )
