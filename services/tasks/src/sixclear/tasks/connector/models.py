"""The table of connectors. What they send is in the library's table of what goes out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.tasks.tables import Base


class Connector(Base):
    """Where a body's reports are sent on. It is kept state, not published: its addresses are the body's own.

    `credential` names a file; the secret is never here.
    """

    __tablename__ = "connector"

    connector_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"))
    name: Mapped[str]
    adapter: Mapped[str]
    address: Mapped[str]
    method: Mapped[str]
    source: Mapped[str | None]
    sends: Mapped[str]
    credential: Mapped[dict[str, Any]]
    mapping: Mapped[dict[str, Any]]
    on_filing: Mapped[bool] = mapped_column(Boolean)
    active: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer)
    recorded_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("organisation_id", "name"),
        CheckConstraint("adapter IN ('http', 'sixclear')", name="adapter"),
    )
