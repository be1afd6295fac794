"""The table of directives."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sixclear.common.entity import Versioned
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.tables import Base


class Directive(Versioned, Base):
    """A document that gives tasks. Its programme is there with the row and never changes.

    One that was withdrawn keeps its row: its number may be entered again.
    """

    __tablename__ = "directive"

    directive_id: Mapped[UUID] = mapped_column(primary_key=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.programme_id"), index=True)
    programme: Mapped[Programme] = relationship(lazy="immediate")
    number: Mapped[str]
    # The form of the number, by which it is compared (see `sixclear.common.keys`).
    folded_key: Mapped[str | None]
    duplicate_of: Mapped[UUID | None] = mapped_column(ForeignKey("directive.directive_id"))
    issued_on: Mapped[date]
    issuer_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"))
    title: Mapped[str]
    # As tasks name them in `clause`; null where it was never said.
    clauses: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    entered_by_organisation_id: Mapped[UUID | None]
    # Whether a task that was assigned has ever named it: the task writes it.
    taken_up: Mapped[bool] = mapped_column(server_default=false(), default=False)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_organisation_id: Mapped[UUID | None]

    # A body gives its own numbers: two bodies may have the same one.
    __table_args__ = (UniqueConstraint("programme_id", "issuer_organisation_id", "folded_key"),)
