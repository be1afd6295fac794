"""Tables of endorsements."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class Endorsement(Base):
    """That a verified person endorses a public copy: a keyed hash of both, so no two copies tell of one person."""

    __tablename__ = "endorsement"

    publication_id: Mapped[UUID] = mapped_column(ForeignKey("publication.publication_id"), primary_key=True)
    endorser_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


class EndorsementKey(Base):
    """That a request of somebody who is not verified was counted, so that sending it again counts no more.

    A keyed hash of the request's `Idempotency-Key`, which is by chance, and of the copy: it tells of no one. It goes
    after the day that follows.
    """

    __tablename__ = "endorsement_key"

    key_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_on: Mapped[date] = mapped_column(index=True)


class Support(Base):
    """How many endorse a public copy. Of those who are not verified nothing else is kept for longer than two days."""

    __tablename__ = "support"

    publication_id: Mapped[UUID] = mapped_column(ForeignKey("publication.publication_id"), primary_key=True)
    verified: Mapped[int] = mapped_column(Integer)
    unverified: Mapped[int] = mapped_column(Integer)
    # The day on which the verified ones passed what the field asks for: from then on the case is owed an answer.
    owed_on: Mapped[date | None]

    __table_args__ = (
        Index("ix_support_owed", "owed_on", "publication_id", postgresql_where=sql("owed_on IS NOT NULL")),
    )
