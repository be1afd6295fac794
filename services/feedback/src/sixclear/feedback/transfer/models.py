"""The tables of transfers, and of the bodies that the hub took a case from."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class Transfer(Base):
    """A case that was offered to another body. Grounds are codes: nothing is written here that needs protection."""

    __tablename__ = "transfer"

    transfer_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), index=True)
    from_organisation_id: Mapped[UUID]
    to_organisation_id: Mapped[UUID]
    ground: Mapped[str]
    offered_by: Mapped[str]
    offered_at: Mapped[datetime]
    state: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    refusal: Mapped[str | None]
    # Whether the body's clock started again: neither it nor a body above it had the case. Null until it is accepted.
    restarts: Mapped[bool | None] = mapped_column(Boolean)
    # Of the transfers of the case, which may keep only hours; null in rows of releases that did not count them.
    number: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (
        CheckConstraint("state IN ('offered', 'accepted', 'refused', 'lapsed')", name="state"),
        Index("ix_transfer_from", "from_organisation_id", "offered_at", "transfer_id"),
        Index("ix_transfer_to", "to_organisation_id", "offered_at", "transfer_id"),
        Index("ix_transfer_open", "submission_id", unique=True, postgresql_where=sql("state = 'offered'")),
    )


class TakenCase(Base):
    """That the hub took a case from a body, to give it to another one: where it comes back, its clock goes on."""

    __tablename__ = "taken_case"

    taken_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), index=True)
    organisation_id: Mapped[UUID]
    # Since when the body's clock counted; null: it was the sender's.
    body_started_at: Mapped[datetime | None]
    taken_at: Mapped[datetime]
