"""Tables of the documents of a dossier."""

from datetime import date, datetime
from typing import Literal
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
    # By when a missing one is to be there, as the reviewer set it.
    due: Mapped[date | None]
    refused_at: Mapped[datetime | None]
    refused_by_organisation_id: Mapped[UUID | None]
    refusal_reason: Mapped[str | None]
    url: Mapped[str | None]
    sha256: Mapped[str | None]
    added_at: Mapped[datetime | None]

    @property
    def refused(self) -> bool:
        """Whether it is missing because what was there was refused.

        The release before puts a newer document in, and asks for it again, without clearing the refusal: then the
        document is younger.
        """
        if not self.missing or self.refused_at is None:
            return False
        return self.added_at is None or self.refused_at >= self.added_at

    @property
    def state(self) -> Literal["there", "missing", "refused"]:
        """How the document stands; one that was refused is counted with those that are missing."""
        if not self.missing:
            return "there"
        return "refused" if self.refused else "missing"

    @property
    def since(self) -> datetime | None:
        """Since when it stands so; None where it is not known."""
        if not self.missing:
            return self.added_at
        return self.refused_at if self.refused else self.asked_at


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
    # One that was refused keeps by whom, and why.
    refused_at: Mapped[datetime | None]
    refused_by_organisation_id: Mapped[UUID | None]
    refusal_reason: Mapped[str | None]
