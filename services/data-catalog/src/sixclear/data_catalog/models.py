"""Tables of the data catalogue."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from sixclear.common.db import new_metadata
from sixclear.common.entity import COLUMN_TYPES, Versioned


class Base(DeclarativeBase):
    """Tables of this service."""

    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


class ProgrammeList(Base):
    """A list of databases that a programme asks for, such as the one of Plan 02."""

    __tablename__ = "programme_list"

    slug: Mapped[str] = mapped_column(primary_key=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]


class ProgrammeListEdition(Base):
    """A list as a document of one year fixes it: the list of the next year may hold others."""

    __tablename__ = "programme_list_edition"

    slug: Mapped[str] = mapped_column(ForeignKey("programme_list.slug"), primary_key=True)
    edition: Mapped[str] = mapped_column(primary_key=True)
    legal_basis: Mapped[str]


class Entry(Versioned, Base):
    """An entry and where it stands on its two ladders. Freshness is derived from the last heartbeat, never stored."""

    __tablename__ = "entry"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_vi: Mapped[str]
    name_en: Mapped[str | None]
    kind: Mapped[str]
    description: Mapped[str | None]
    search_text: Mapped[str]
    owner_organisation_id: Mapped[UUID] = mapped_column(index=True)
    # [{"list": slug, "edition": edition}], sorted: an entry stands in few lists, and is always read with them.
    lists: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    legal_basis: Mapped[str | None]
    security_level: Mapped[int | None] = mapped_column(SmallInteger)
    last_backup_at: Mapped[datetime | None]
    deployment_stage: Mapped[str]
    deployment_due: Mapped[date | None]
    risk: Mapped[str]
    registration_status: Mapped[str]
    submitted_at: Mapped[datetime | None]
    submitted_by_organisation_id: Mapped[UUID | None]
    returned_at: Mapped[datetime | None]
    returned_by_organisation_id: Mapped[UUID | None]
    return_reason: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    approved_by_organisation_id: Mapped[UUID | None]
    missing_documents: Mapped[int] = mapped_column(Integer)
    promised_period_seconds: Mapped[int | None] = mapped_column(Integer)
    last_heartbeat_at: Mapped[datetime | None]
    records_count: Mapped[int | None] = mapped_column(BigInteger)
    demonstration: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        CheckConstraint("kind IN ('database', 'information_system', 'dataset', 'data_service')", name="kind"),
        CheckConstraint("security_level BETWEEN 1 AND 5", name="security_level"),
        CheckConstraint("risk IN ('high', 'none')", name="risk"),
        CheckConstraint("promised_period_seconds > 0", name="promised_period_seconds"),
        Index("ix_entry_lists", "lists", postgresql_using="gin", postgresql_ops={"lists": "jsonb_path_ops"}),
        Index("ix_entry_search", "search_text", postgresql_using="gin", postgresql_ops={"search_text": "gin_trgm_ops"}),
    )


class Document(Base):
    """A document of an entry's dossier as it is now: there, or missing since somebody asked for it."""

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
    """What stood in a dossier before a newer document took its place. Appended, never changed."""

    __tablename__ = "replaced_document"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.entry_id"), primary_key=True)
    title_folded: Mapped[str] = mapped_column(primary_key=True)
    # The version of the entry with which the newer document came.
    entry_version: Mapped[int] = mapped_column(Integer, primary_key=True)
    title: Mapped[str]
    url: Mapped[str | None]
    sha256: Mapped[str | None]
    added_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime]
