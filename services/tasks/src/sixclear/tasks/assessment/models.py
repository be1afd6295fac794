"""The table of assessments."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sixclear.common.entity import Versioned
from sixclear.tasks.criteria.models import CriteriaSet
from sixclear.tasks.tables import Base


class Assessment(Versioned, Base):
    """What a body answers to a set for a period, under the edition of when it was opened.

    `answers` has for each criterion what the body said (`own`) and what another one verified (`verified`); neither
    replaces the other. No total, band or computed criterion is stored. `answered_by` are the hands that answered.
    """

    __tablename__ = "assessment"

    assessment_id: Mapped[UUID] = mapped_column(primary_key=True)
    criteria_id: Mapped[UUID] = mapped_column(ForeignKey("criteria.criteria_id"))
    criteria: Mapped[CriteriaSet] = relationship(lazy="joined", innerjoin=True)
    code: Mapped[str]
    edition: Mapped[int] = mapped_column(Integer)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.organisation_id"), index=True)
    level: Mapped[str]
    period: Mapped[str]
    state: Mapped[str]
    due_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    answers: Mapped[dict[str, Any]]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[list[str]]
    consent_document: Mapped[str | None]
    consent_document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.document_id"), index=True)
    consented_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    verified_by_organisation_id: Mapped[UUID | None]
    demonstration: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        Index("ix_assessment_code", "code", "period", "assessment_id"),
        CheckConstraint("state IN ('open', 'answered', 'verified')", name="state"),
    )
