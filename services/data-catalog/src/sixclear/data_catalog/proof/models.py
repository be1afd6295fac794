"""The table of what the steps of entries rest on."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.data_catalog.tables import Base


class StepProof(Base):
    """Decision and evidence of the change that made this version of an entry. Appended, never changed."""

    __tablename__ = "step_proof"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entry.entry_id"), primary_key=True)
    entry_version: Mapped[int] = mapped_column(Integer, primary_key=True)
    decision: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    # A list is always written and read whole.
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
