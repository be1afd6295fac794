"""The table of what was posted over Open311."""

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class Open311Request(Base):
    """The identifier that a post was answered with: random, and it leads to no public page before a copy is released.

    What was posted is the case itself; nothing of it stands here, and no instant.
    """

    __tablename__ = "open311_request"

    service_request_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), unique=True)
    # The name of the registered application.
    application: Mapped[str] = mapped_column(String(80))
