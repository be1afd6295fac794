"""The table of what was shown once."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class UsedProof(Base):
    """A challenge or a form token that a submission used up; of what and by whom is not kept, and no instant.

    The row goes some time after `kept_until`, a whole hour: then it has expired anyway.
    """

    __tablename__ = "used_proof"

    identity: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    kept_until: Mapped[datetime] = mapped_column(index=True)
