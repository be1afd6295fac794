"""The table of notices. The address itself is wrapped for who sends (`sealing`), and is not here."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, SmallInteger
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class Notice(Base):
    """That the sender of a case is told of news, in which language, and the one mail that waits."""

    __tablename__ = "notice"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), primary_key=True)
    language: Mapped[str]
    # Steps up to this version of the case are no news any more.
    version: Mapped[int] = mapped_column(Integer)
    # The mail that waits: when it is tried next, how often it was, and its name, which is by chance.
    send_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    mail_id: Mapped[UUID | None]
    # Whether that mail only asks to look at the question for a rating: it goes with the question.
    asks_rating: Mapped[bool] = mapped_column(Boolean, server_default=sql("false"))
    # The civil day of the last mail; there is one a day at most.
    last_sent_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("language IN ('vi', 'en', 'ar')", name="language"),
        CheckConstraint("(send_at IS NULL) = (mail_id IS NULL)", name="mail"),
        Index("ix_notice_send_at", "send_at", postgresql_where=sql("send_at IS NOT NULL")),
    )
