"""The table of organisations that `tasks` has published."""

from sqlalchemy import Index

from sixclear.common.bus.mirror import Mirrored
from sixclear.feedback.tables import Base


class Organisation(Mirrored, Base):
    """An organisation as `tasks` last said it; nothing here changes it."""

    __tablename__ = "organisation"
    __table_args__ = (Index("ix_organisation_codes", "codes", postgresql_using="gin"),)
