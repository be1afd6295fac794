"""The table of organisations that `tasks` has published."""

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from sixclear.common.bus.mirror import Mirrored
from sixclear.data_catalog.tables import Base


class Organisation(Mirrored, Base):
    """An organisation as `tasks` last said it; nothing here changes it."""

    # The body above it.
    parent_id: Mapped[UUID | None]

    __tablename__ = "organisation"
    __table_args__ = (Index("ix_organisation_codes", "codes", postgresql_using="gin"),)
