"""Tables of the documents of a dossier."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.data_catalog.tables import Base


class Document(Base):
    """A document of an entry's dossier as it is now: there, or missing since a reviewer asked for it."""

    __tablename__ = "document"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.entry_id"), primary_key=True)
    # A document is the same one however its title is typed.
    title_folded: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    missing: Mapped[bool] = mapped_column(Boolean)
    asked_by_organisation_id: Mapped[UUID | None]
    asked_at: Mapped[datetime | None]
    url: Mapped[str | None]
    sha256: Mapped[str | None]
    added_at: Mapped[datetime | None]


class ReplacedDocument(Base):
    """What stood in a dossier before a newer document took its place or it was taken out. Appended, never changed."""

    __tablename__ = "replaced_document"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.entry_id"), primary_key=True)
    title_folded: Mapped[str] = mapped_column(primary_key=True)
    # The version of the entry with which the newer document came, or this one went.
    entry_version: Mapped[int] = mapped_column(Integer, primary_key=True)
    title: Mapped[str]
    url: Mapped[str | None]
    sha256: Mapped[str | None]
    added_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime]
    # Taken out without another in its place. One that was missing keeps who asked for it, and since when.
    removed: Mapped[bool] = mapped_column(Boolean)
    asked_by_organisation_id: Mapped[UUID | None]
    asked_at: Mapped[datetime | None]
