"""The table of documents."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sixclear.common.entity import Versioned
from sixclear.common.folded_columns import without_signs
from sixclear.tasks.document.rules import Replaceable
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.tables import Base

# A document that is owed stands in lists where it is due.
SORTED_BY = text("coalesce(issued_on, due_on)")


class Document(Versioned, Base):
    """A document that was issued, or that another one asks for. Its programme never changes.

    How it stands is derived (`standing`), never stored. One that was withdrawn keeps its row; its number may be
    entered again, as another document. Which tasks it is the product of, their evidence says.
    """

    __tablename__ = "document"

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.programme_id"))
    programme: Mapped[Programme] = relationship(lazy="immediate")
    type: Mapped[str]
    number: Mapped[str | None]
    # The form by which the number is compared (see `rules.compared`).
    number_key: Mapped[str | None]
    issued_on: Mapped[date | None]
    effective_on: Mapped[date | None]
    issuer_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"))
    signer_position: Mapped[str | None]
    subject: Mapped[str]
    subject_key: Mapped[str]
    search_text: Mapped[str]
    url: Mapped[str | None]
    sha256: Mapped[str | None]
    directive_id: Mapped[UUID | None] = mapped_column(ForeignKey("directive.directive_id"))
    clause: Mapped[str | None]
    details_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.document_id"), index=True)
    due_on: Mapped[date | None]
    replaces: Mapped[list[UUID]]
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.document_id"), index=True)
    replaced_on: Mapped[date | None]
    entered_by_organisation_id: Mapped[UUID | None] = mapped_column(index=True)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_organisation_id: Mapped[UUID | None]

    __table_args__ = (
        CheckConstraint("(number IS NULL) = (issued_on IS NULL)", name="numbered"),
        CheckConstraint("coalesce(issued_on, due_on) IS NOT NULL", name="dated"),
        Index(
            "uq_document_number",
            "issuer_organisation_id",
            "number_key",
            "issued_on",
            "type",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_document_listing", SORTED_BY, "document_id", postgresql_where=text("withdrawn_at IS NULL")),
        Index("ix_document_programme", "programme_id", SORTED_BY, "document_id"),
        Index(
            "ix_document_search",
            literal_column(without_signs("search_text"), Text).label("compact"),
            postgresql_using="gin",
            postgresql_ops={"compact": "gin_trgm_ops"},
        ),
    )


def replaceable(document: Document) -> Replaceable:
    """What the rules read of a document that another one is to replace."""
    return Replaceable(document.document_id, document.issued_on, document.replaced_by_id)
