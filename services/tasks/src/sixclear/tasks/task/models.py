"""Tables of the tasks service."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, String, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from sixclear.common.db import new_metadata
from sixclear.common.entity import COLUMN_TYPES, Versioned


class Base(DeclarativeBase):
    """Tables of this service."""

    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES


class Organisation(Versioned, Base):
    """An organisation; its identifier follows from its first code and never changes."""

    __tablename__ = "organisation"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    codes: Mapped[list[str]]
    level: Mapped[str]
    type: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str | None]
    name_folded: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.organisation_id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("level IN ('central', 'province', 'commune', 'department')", name="level"),
        Index("ix_organisation_codes", "codes", postgresql_using="gin"),
    )


class OrganisationPeriod(Base):
    """What an organisation was called from one day to another, by which legal basis. History is never rewritten."""

    __tablename__ = "organisation_period"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    name_vi: Mapped[str]
    type: Mapped[str]
    legal_basis: Mapped[str]


class Programme(Versioned, Base):
    """A programme of a resolution."""

    __tablename__ = "programme"

    programme_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]
    resolution: Mapped[str]
    source_vi: Mapped[str | None]
    source_en: Mapped[str | None]
    owner_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"))
    six_clears_enforced: Mapped[bool] = mapped_column(Boolean)
    demonstration: Mapped[bool] = mapped_column(Boolean)


class Directive(Versioned, Base):
    """A document that gives tasks."""

    __tablename__ = "directive"

    directive_id: Mapped[UUID] = mapped_column(primary_key=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.programme_id"), index=True)
    number: Mapped[str]
    issued_on: Mapped[date]
    issuer_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"))
    title: Mapped[str]

    __table_args__ = (Unique("programme_id", "number"),)


class Task(Versioned, Base):
    """A task and where it stands. Timing (overdue, in term) is derived from the deadline, never stored."""

    __tablename__ = "task"

    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.programme_id"), index=True)
    directive_id: Mapped[UUID | None] = mapped_column(ForeignKey("directive.directive_id"), index=True)
    clause: Mapped[str | None]
    title: Mapped[str]
    description: Mapped[str | None]
    search_text: Mapped[str]
    source: Mapped[str | None]
    external_id: Mapped[str | None]
    key_organisation_id: Mapped[UUID | None]
    classification: Mapped[str]
    status: Mapped[str]
    kind: Mapped[str]
    recurrence: Mapped[str | None]
    assigned_by: Mapped[str]
    assigning_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), index=True)
    lead_organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.organisation_id"), index=True)
    coordinating_organisation_ids: Mapped[list[UUID]]
    leader_position: Mapped[dict[str, Any] | None]
    responsible_position: Mapped[dict[str, Any] | None]
    product: Mapped[str | None]
    authority: Mapped[str | None]
    original_deadline: Mapped[datetime | None]
    current_deadline: Mapped[datetime | None]
    assigned_at: Mapped[datetime | None]
    percent: Mapped[int] = mapped_column(SmallInteger)
    last_report_at: Mapped[datetime | None]
    reports_count: Mapped[int] = mapped_column(Integer)
    submitted_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    completed_by_organisation_id: Mapped[UUID | None]
    evidence_count: Mapped[int] = mapped_column(Integer)
    demonstration: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        Unique("source", "external_id", "key_organisation_id"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("classification IN ('public', 'restricted')", name="classification"),
        CheckConstraint("kind IN ('one_off', 'recurring')", name="kind"),
        Index("ix_task_listing", text("coalesce(current_deadline, 'infinity'::timestamptz)"), "task_id"),
        Index("ix_task_coordinating_organisation_ids", "coordinating_organisation_ids", postgresql_using="gin"),
        Index("ix_task_search", "search_text", postgresql_using="gin", postgresql_ops={"search_text": "gin_trgm_ops"}),
    )


class ProgressReport(Base):
    """What a body said about its progress: kept as it was said.

    `percent` is what was stored then. `public_percent` is what everyone else reads in its place; null: the same.
    """

    __tablename__ = "progress_report"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.task_id"), primary_key=True)
    task_version: Mapped[int] = mapped_column(Integer, primary_key=True)
    organisation_id: Mapped[UUID | None]
    percent: Mapped[int] = mapped_column(SmallInteger)
    public_percent: Mapped[int | None] = mapped_column(SmallInteger)
    text: Mapped[str]
    difficulty: Mapped[str | None]
    cause: Mapped[str | None]
    remedy: Mapped[str | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class Evidence(Base):
    """A link to what proves a result."""

    __tablename__ = "evidence"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.task_id"), primary_key=True)
    task_version: Mapped[int] = mapped_column(Integer, primary_key=True)
    title: Mapped[str]
    url: Mapped[str]
    sha256: Mapped[str | None]
    organisation_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
