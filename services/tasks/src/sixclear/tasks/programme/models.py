"""The table of programmes."""

from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.common.entity import Versioned
from sixclear.tasks.tables import Base


class Programme(Versioned, Base):
    """A programme of a resolution."""

    __tablename__ = "programme"

    programme_id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]
    resolution: Mapped[str]
    source_vi: Mapped[str | None]
    source_en: Mapped[str | None]
    owner_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"))
    six_clears_enforced: Mapped[bool] = mapped_column(Boolean)
    # The release before does not write these three.
    decision_days: Mapped[int] = mapped_column(SmallInteger, server_default="5")
    extension_notice_days: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    # The body that accepts evidence before a task is confirmed; null: who confirms the task accepts what waits.
    evidence_organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.organisation_id"))
    reach: Mapped[str] = mapped_column(server_default="national")
    demonstration: Mapped[bool] = mapped_column(Boolean)
