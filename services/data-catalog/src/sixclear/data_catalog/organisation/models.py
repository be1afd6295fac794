"""The table of organisations that `tasks` has published."""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, Index
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.common.bus.mirror import Mirrored
from sixclear.data_catalog.tables import Base


class Organisation(Mirrored, Base):
    """An organisation as `tasks` last said it; nothing here changes it."""

    # The body above it.
    parent_id: Mapped[UUID | None]
    # Of one that is no more: which body has its work and its codes, and the first day without it.
    successor_id: Mapped[UUID | None]
    valid_to: Mapped[date | None] = mapped_column(Date)

    __tablename__ = "organisation"
    __table_args__ = (Index("ix_organisation_codes", "codes", postgresql_using="gin"),)
