"""The table of allowances."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class Allowance(Base):
    """What a visitor has used up of one kind of allowance. It is whole again at `full_at`, and the row is then deleted.

    `network_hash` is keyed: the address cannot be found from it, also not by trying all of them.
    """

    __tablename__ = "allowance"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    network_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    full_at: Mapped[datetime] = mapped_column(index=True)
