"""The table of entries."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    and_,
    literal_column,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.common.clock import civil_date
from sixclear.common.entity import Versioned
from sixclear.common.folded_columns import without_signs
from sixclear.data_catalog.entry.lifecycle import EntryState
from sixclear.data_catalog.entry.reading import EVERYONE, PUBLIC, STATE, Reader
from sixclear.data_catalog.entry.risk import BUILT, NEAR
from sixclear.data_catalog.tables import Base


class Entry(Versioned, Base):
    """An entry and where it stands on its two ladders. Freshness is derived from the last heartbeat, never stored."""

    __tablename__ = "entry"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    # The form of the code, by which it is compared (see `sixclear.common.keys`).
    folded_key: Mapped[str | None]
    duplicate_of: Mapped[UUID | None] = mapped_column(ForeignKey("entry.entry_id"))
    name_vi: Mapped[str]
    name_en: Mapped[str | None]
    kind: Mapped[str]
    description: Mapped[str | None]
    search_text: Mapped[str]
    owner_organisation_id: Mapped[UUID] = mapped_column(index=True)
    # [{"list": slug, "edition": edition}], sorted: an entry stands in few lists, and is always read with them.
    lists: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    legal_basis: Mapped[str | None]
    # Who may know of it; the release before knows no other than `public`.
    classification: Mapped[str] = mapped_column(default=PUBLIC, server_default=PUBLIC)
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
    # By when it is to be approved, as a reviewer set it.
    registration_due: Mapped[date | None]
    approved_at: Mapped[datetime | None]
    approved_by_organisation_id: Mapped[UUID | None]
    missing_documents: Mapped[int] = mapped_column(Integer)
    promised_period_seconds: Mapped[int | None] = mapped_column(Integer)
    last_heartbeat_at: Mapped[datetime | None]
    records_count: Mapped[int | None] = mapped_column(BigInteger)
    demonstration: Mapped[bool] = mapped_column(Boolean)

    # A body gives the codes of its own entries: two bodies may have the same one.
    __table_args__ = (
        UniqueConstraint("folded_key", "owner_organisation_id"),
        Index("ix_entry_code", "code", "entry_id"),
        # Dossiers are listed by how far they are; most entries are not registered at all.
        Index("ix_entry_registration_status", "registration_status"),
        CheckConstraint("kind IN ('database', 'information_system', 'dataset', 'data_service')", name="kind"),
        CheckConstraint("classification IN ('public', 'state', 'restricted')", name="classification"),
        CheckConstraint("security_level BETWEEN 1 AND 5", name="security_level"),
        CheckConstraint("risk IN ('high', 'none')", name="risk"),
        CheckConstraint("promised_period_seconds > 0", name="promised_period_seconds"),
        Index("ix_entry_lists", "lists", postgresql_using="gin", postgresql_ops={"lists": "jsonb_path_ops"}),
        # The release before reads the first of these two; so does a search for signs alone.
        Index("ix_entry_search", "search_text", postgresql_using="gin", postgresql_ops={"search_text": "gin_trgm_ops"}),
        Index(
            "ix_entry_search_compact",
            literal_column(without_signs("search_text"), Text).label("compact"),
            postgresql_using="gin",
            postgresql_ops={"compact": "gin_trgm_ops"},
        ),
    )


def state_of(entry: Entry) -> EntryState:
    """What the rules of the deployment ladder and of heartbeats read of an entry."""
    return EntryState(
        deployment_stage=entry.deployment_stage,
        risk=entry.risk,
        last_heartbeat_at=entry.last_heartbeat_at,
        records_count=entry.records_count,
        owner_organisation_id=entry.owner_organisation_id,
        occurred_at=entry.occurred_at,
    )


def readable_by(reader: Reader = EVERYONE) -> ColumnElement[bool]:
    """The entries that a reader may know of, in SQL, as `reading.reads` says it. Every list and count has it."""
    if reader.everything:
        return true()
    readable = [Entry.classification == PUBLIC]
    if reader.inside:
        readable.append(Entry.classification == STATE)
    if reader.organisation_ids:
        readable.append(Entry.owner_organisation_id.in_(reader.organisation_ids))
    return or_(*readable)


def computed_high(now: datetime) -> ColumnElement[bool]:
    """Whether the computed risk is high, in SQL, as `risk.computed_risk` says it."""
    return and_(_owes(), Entry.deployment_due < civil_date(now) + NEAR)


def computed_unknown() -> ColumnElement[bool]:
    """Whether nothing can be said of the risk, in SQL: a due date would count, and none is known."""
    return and_(_owes(), Entry.deployment_due.is_(None))


def _owes() -> ColumnElement[bool]:
    return Entry.deployment_stage.not_in(BUILT)
