"""The table of experts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Integer, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class Reviewer(Base):
    """An expert: recognised by `person_key`, one of the keys of `persons_of`.

    `affiliations` are the bodies that the expert worked for before `organisation_id`, each with its last day.
    """

    __tablename__ = "reviewer"

    reviewer_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    organisation_id: Mapped[UUID | None]
    email_domain: Mapped[str | None] = mapped_column(String(253))
    # Since when the register says that domain; null: since the entry, or a release before said it.
    domain_since: Mapped[datetime | None]
    fields: Mapped[list[str]]
    affiliations: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    # How many reviews may be open at a time; none of an expert who left.
    capacity: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    registered_by: Mapped[str]
    registered_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("capacity BETWEEN 0 AND 50", name="capacity"),)


def house_since(reviewer: Reviewer) -> datetime:
    """Since when the register says of which mail house the expert is."""
    return reviewer.domain_since or reviewer.registered_at


def bodies_since(reviewer: Reviewer, day: date) -> set[UUID]:
    """The bodies that the expert is of, or was of on that day or later."""
    past = {UUID(one["organisation_id"]) for one in reviewer.affiliations if date.fromisoformat(one["until"]) >= day}
    return past | ({reviewer.organisation_id} if reviewer.organisation_id else set())
