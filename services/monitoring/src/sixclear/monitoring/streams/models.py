"""The table of reported streams."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from sixclear.monitoring.tables import Base


class StreamReport(Base):
    """How a relay or a consumer of another process said that it is."""

    __tablename__ = "stream_report"

    service: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[dict[str, Any]]
    reported_at: Mapped[datetime]
