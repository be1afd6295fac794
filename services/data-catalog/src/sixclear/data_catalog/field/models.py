"""Tables of the fields of entries."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Integer, and_, or_, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.data_catalog.element.models import Element
from sixclear.data_catalog.entry.models import Entry, readable_by
from sixclear.data_catalog.entry.reading import PUBLIC, STATE, Reader
from sixclear.data_catalog.tables import Base


class Field(Base):
    """A field of an entry as it is now. One that was removed stays: it says when it stopped to count."""

    __tablename__ = "field"

    field_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.entry_id"))
    name: Mapped[str]
    label: Mapped[str | None]
    type: Mapped[str | None]
    max_length: Mapped[int | None] = mapped_column(Integer)
    unit: Mapped[str | None]
    code_list: Mapped[str | None]
    classification: Mapped[str]
    element_id: Mapped[UUID | None] = mapped_column(ForeignKey("element.element_id"))
    role: Mapped[str | None]
    # The bodies whose territory it covers; none: the country.
    territories: Mapped[list[UUID]]
    subjects: Mapped[str | None]
    source_entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entry.entry_id"))
    method: Mapped[str | None]
    max_age_seconds: Mapped[int | None] = mapped_column(Integer)
    synchronised_at: Mapped[datetime | None]
    service_entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entry.entry_id"))
    legal_basis: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    standing: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by_organisation_id: Mapped[UUID | None]
    decision_basis: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    decision_reason: Mapped[str | None]
    # Since when it counts as it does now; since when its form and its legal basis are what they are.
    counts_since: Mapped[datetime]
    form_since: Mapped[datetime]
    basis_since: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer)
    recorded_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("role IN ('master', 'copy', 'collected', 'derived', 'code_list')", name="role"),
        CheckConstraint("standing IN ('declared', 'confirmed', 'disputed')", name="standing"),
        CheckConstraint("classification IN ('public', 'state', 'restricted')", name="classification"),
        Index("ix_field_entry", "entry_id", "name", "field_id"),
        Index("ix_field_element", "element_id", "role"),
        Index("ix_field_source", "source_entry_id"),
    )


class FieldPast(Base):
    """What a field counted as before, and until when: the cause of a finding may be that something ended."""

    __tablename__ = "field_past"

    field_id: Mapped[UUID] = mapped_column(ForeignKey("field.field_id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    element_id: Mapped[UUID | None] = mapped_column(index=True)
    role: Mapped[str | None]
    source_entry_id: Mapped[UUID | None]
    # What was decided on it while it counted so.
    standing: Mapped[str | None]
    decided_by_organisation_id: Mapped[UUID | None]
    decision_basis: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    decision_reason: Mapped[str | None]
    # Who might know of it at its end: everyone; bodies. Null: no one but its owner.
    is_public: Mapped[bool | None]
    is_state: Mapped[bool | None]
    until: Mapped[datetime]


def told_to(reader: Reader) -> ColumnElement[bool]:
    """The fields that a reader may know of, of entries joined with elements (outer). Every list and count has it.

    Those of an entry that it may know of, as their own classification says it; one that is linked to a restricted
    element, or to one that is a draft, only as that element is.
    """
    if reader.everything:
        return true()
    readable = [Field.classification == PUBLIC]
    if reader.inside:
        readable.append(Field.classification == STATE)
    whole = Entry.owner_organisation_id.in_(reader.organisation_ids)
    kept = Element.owner_organisation_id.in_(reader.organisation_ids)
    told = and_(Element.restricted.is_(False), Element.status != "draft")
    open_element = or_(Element.element_id.is_(None), told, kept)
    return or_(whole, and_(readable_by(reader), or_(*readable), open_element))
