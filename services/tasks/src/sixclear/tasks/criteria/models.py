"""The table of sets of criteria."""

from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sixclear.common.entity import Versioned
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.tables import Base


class CriteriaSet(Versioned, Base):
    """A set in one edition. It never changes: another content is the next edition.

    `organisation_id` is the body at and below which bodies of these `levels` are assessed. `content` holds the window,
    the groups with their criteria, the bands and the limits, as the request gave them.
    """

    __tablename__ = "criteria"

    criteria_id: Mapped[UUID] = mapped_column(primary_key=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.programme_id"), index=True)
    programme: Mapped[Programme] = relationship(lazy="joined", innerjoin=True)
    assigned_by: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"))
    code: Mapped[str]
    edition: Mapped[int] = mapped_column(Integer)
    name: Mapped[str]
    name_en: Mapped[str | None]
    source: Mapped[str]
    every: Mapped[str]
    levels: Mapped[list[str]]
    verifiers: Mapped[list[UUID]]
    content: Mapped[dict[str, Any]]
    demonstration: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (UniqueConstraint("code", "edition"),)
