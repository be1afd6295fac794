"""The table of directives."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sixclear.common.entity import Versioned
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.tables import Base


class Directive(Versioned, Base):
    """A document that gives tasks. Its programme is there with the row and never changes."""

    __tablename__ = "directive"

    directive_id: Mapped[UUID] = mapped_column(primary_key=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.programme_id"), index=True)
    programme: Mapped[Programme] = relationship(lazy="immediate")
    number: Mapped[str]
    issued_on: Mapped[date]
    issuer_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"))
    title: Mapped[str]

    __table_args__ = (UniqueConstraint("programme_id", "number"),)
