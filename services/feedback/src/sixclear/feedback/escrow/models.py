"""The table of escrow keys that their holder destroyed."""

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class EscrowDestruction(Base):
    """The record that the holder destroyed the private escrow key of a month, and who recorded it."""

    __tablename__ = "escrow_destruction"

    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    destroyed_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    recorded_person: Mapped[str | None]
    recorded_position: Mapped[str | None]
