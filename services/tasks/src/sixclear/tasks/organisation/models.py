"""Tables of organisations."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.common.entity import Versioned
from sixclear.tasks.organisation.lifecycle import OrganisationState
from sixclear.tasks.tables import Base


class Organisation(Versioned, Base):
    """An organisation; its identifier follows from its first code and never changes.

    Among its `codes` are those of the units that were merged into it: who names one of them means it. `predecessors`
    says which units these were. It and `search_text` are filled at the start of the service; empty before.
    One that was merged or closed (`ended`) stands below its successor, which has its codes.
    """

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
    predecessors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    search_text: Mapped[str] = mapped_column(server_default="")
    ended: Mapped[str | None]
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.organisation_id"))
    # When a decision here changed it last: what ships does not take that back.
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("level IN ('central', 'province', 'commune', 'department')", name="level"),
        Index("ix_organisation_codes", "codes", postgresql_using="gin"),
        Index("ix_organisation_successor_id", "successor_id", postgresql_where=text("successor_id IS NOT NULL")),
    )

    @property
    def merged_into(self) -> UUID | None:
        """The organisation into which it was merged."""
        return self.successor_id if self.ended == "merged" else None


class OrganisationsShipped(Base):
    """Which shipped organisations were registered last: a digest of them and of the rules that they are read by."""

    __tablename__ = "organisations_shipped"

    only_row: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    digest: Mapped[bytes]

    __table_args__ = (CheckConstraint("only_row", name="only_row"),)


class OrganisationPeriod(Base):
    """What an organisation was called from one day to another, by which legal basis. History is never rewritten."""

    __tablename__ = "organisation_period"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    name_vi: Mapped[str]
    type: Mapped[str]
    legal_basis: Mapped[str]


def organisation_state(organisation: Organisation) -> OrganisationState:
    """What the rules read of an organisation, as the row has it now."""
    return OrganisationState(
        organisation_id=organisation.organisation_id,
        code=organisation.code,
        codes=tuple(organisation.codes),
        name_vi=organisation.name_vi,
        type=organisation.type,
        parent_id=organisation.parent_id,
        ended=organisation.ended,
        predecessors=tuple(organisation.predecessors),
    )
