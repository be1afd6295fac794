"""The table of excuses: all of a finding that is stored."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.data_catalog.tables import Base


class FindingExcuse(Base):
    """Why a finding may stand for a time, by the law that another body names."""

    __tablename__ = "finding_excuse"

    finding_id: Mapped[UUID] = mapped_column(primary_key=True)
    legal_basis: Mapped[dict[str, Any]] = mapped_column(JSONB)
    excused_at: Mapped[datetime]
    excused_by_organisation_id: Mapped[UUID]
    expires_at: Mapped[datetime]
