"""The table of public copies."""

from datetime import date
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base

_STANDS = sql("withdrawn_on IS NULL")


class Publication(Base):
    """What the public reads of a case. Its identifier is random: it leads to no case, and no case leads to it.

    Days, no instants: an instant would find the event of the case that was published then. A withdrawn copy keeps its
    days and no text, and its identifier is never used again.
    """

    __tablename__ = "publication"

    publication_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"))
    kind: Mapped[str]
    field: Mapped[str | None] = mapped_column(String(80))
    place_id: Mapped[UUID | None]
    organisation_id: Mapped[UUID | None]
    programme: Mapped[str | None] = mapped_column(String(80))
    outcome: Mapped[str | None]
    title: Mapped[str | None]
    text: Mapped[str | None]
    answer: Mapped[str | None]
    # The answer of the head, to each point: a list of `{point, answer}`; the office, never a name.
    head: Mapped[str | None]
    points: Mapped[list[dict[str, str]] | None] = mapped_column(JSONB)
    head_answered_on: Mapped[date | None]
    # The folded title, for the search of similar ones; folded here, for PostgreSQL's `unaccent` is not immutable.
    folded: Mapped[str | None]
    demonstration: Mapped[bool] = mapped_column(Boolean)
    published_on: Mapped[date]
    revised_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    # `consent`: the sender no longer agrees, also where a moderator had taken it back; else what the moderator said.
    withdrawn_why: Mapped[str | None]
    version: Mapped[int] = mapped_column(Integer)
    # Who released it last, as far as the token told.
    released_by: Mapped[str]
    released_person: Mapped[str | None]
    released_position: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("(withdrawn_on IS NULL) = (title IS NOT NULL)", name="text_gone"),
        CheckConstraint("withdrawn_on IS NULL OR (text IS NULL AND answer IS NULL AND folded IS NULL)", name="gone"),
        Index("ix_publication_of_case", "submission_id", unique=True, postgresql_where=_STANDS),
        Index("ix_publication_former", "submission_id", postgresql_where=sql("withdrawn_on IS NOT NULL")),
        Index("ix_publication_listing", "published_on", "publication_id", postgresql_where=_STANDS),
        Index("ix_publication_place", "place_id", "published_on", postgresql_where=_STANDS),
        Index("ix_publication_narrowed", "field", "place_id", "published_on", postgresql_where=_STANDS),
        Index(
            "ix_publication_folded_of_field",
            "field",
            "folded",
            postgresql_using="gist",
            postgresql_ops={"folded": "gist_trgm_ops(siglen=64)"},
            postgresql_where=_STANDS,
        ),
        Index(
            "ix_publication_folded",
            "folded",
            postgresql_using="gist",
            postgresql_ops={"folded": "gist_trgm_ops(siglen=64)"},
            postgresql_where=_STANDS,
        ),
    )
