"""Models of the full peer, as SQLAlchemy's "ORM Quick Start" writes them, on the product's own tables."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, TIMESTAMP, ForeignKey, Identity, LargeBinary, SmallInteger, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 (as its documentation has it)
        datetime: TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        list[UUID]: ARRAY(Uuid),
        bytes: LargeBinary,
    }


class Organisation(Base):
    __tablename__ = "organisation"

    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str | None]


class Programme(Base):
    __tablename__ = "programme"

    programme_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    owner_id: Mapped[UUID] = mapped_column("owner_organisation_id")


class Directive(Base):
    __tablename__ = "directive"

    directive_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    issued_on: Mapped[date]
    issuer_organisation_id: Mapped[UUID]
    title: Mapped[str]
    version: Mapped[int]


class Task(Base):
    __tablename__ = "task"

    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.programme_id"))
    directive_id: Mapped[UUID | None] = mapped_column(ForeignKey("directive.directive_id"))
    clause: Mapped[str | None]
    title: Mapped[str]
    description: Mapped[str | None]
    source: Mapped[str | None]
    external_id: Mapped[str | None]
    classification: Mapped[str]
    status: Mapped[str]
    kind: Mapped[str]
    recurrence: Mapped[str | None]
    assigned_by: Mapped[str]
    assigning_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"))
    lead_organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.organisation_id"))
    coordinating_organisation_ids: Mapped[list[UUID]]
    leader_position: Mapped[dict[str, Any] | None]
    responsible_position: Mapped[dict[str, Any] | None]
    product: Mapped[str | None]
    product_kind: Mapped[str | None]
    own_fields: Mapped[dict[str, Any] | None]
    inside_fields: Mapped[dict[str, Any] | None]
    upper_task_id: Mapped[UUID | None]
    upper_number: Mapped[str | None]
    authority: Mapped[str | None]
    original_deadline: Mapped[datetime | None]
    current_deadline: Mapped[datetime | None]
    assigned_at: Mapped[datetime | None]
    percent: Mapped[int] = mapped_column(SmallInteger)
    last_report_at: Mapped[datetime | None]
    reports_count: Mapped[int]
    expected_on: Mapped[date | None]
    unmoved_at: Mapped[datetime | None]
    origin: Mapped[dict[str, Any] | None]
    submitted_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    paused_since: Mapped[datetime | None]
    accept_by: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    objected_at: Mapped[datetime | None]
    work_group: Mapped[str | None]
    replaced_by: Mapped[list[UUID] | None]
    completed_by_organisation_id: Mapped[UUID | None]
    evidence_count: Mapped[int]
    demonstration: Mapped[bool]
    version: Mapped[int]
    published_version: Mapped[int | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]

    programme: Mapped[Programme] = relationship()
    directive: Mapped[Directive | None] = relationship()
    lead_organisation: Mapped[Organisation | None] = relationship(foreign_keys=[lead_organisation_id])
    assigning_organisation: Mapped[Organisation] = relationship(foreign_keys=[assigning_organisation_id])


class ProgressReport(Base):
    __tablename__ = "progress_report"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.task_id"), primary_key=True)
    task_version: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID | None]
    percent: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str]
    difficulty: Mapped[str | None]
    cause: Mapped[str | None]
    remedy: Mapped[str | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class Event(Base):
    __tablename__ = "event"

    event_id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    entity_type: Mapped[str]
    entity_id: Mapped[UUID]
    version: Mapped[int]
    previous_version: Mapped[int | None]
    change: Mapped[str]
    data: Mapped[dict[str, Any]]
    meta: Mapped[dict[str, Any]]
    traceparent: Mapped[str | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    published: Mapped[bool]


class IdempotencyKey(Base):
    __tablename__ = "idempotency_key"

    client_id: Mapped[str] = mapped_column(primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    route: Mapped[str]
    request_hash: Mapped[bytes]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    headers: Mapped[list[Any] | None]
    body: Mapped[bytes | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
