"""The table of requests to know who a sender is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.identity.lifecycle import RequestState
from sixclear.feedback.sealing.values import CaseKey
from sixclear.feedback.tables import Base

_REASON = "identity_request.reason"
FOUR_EYES = (
    "CASE WHEN decision IS NULL THEN decided_at IS NULL"
    " WHEN requested_person IS NOT NULL AND decided_person IS NOT NULL THEN requested_person <> decided_person"
    " ELSE requested_position <> decided_position END"
)


class IdentityRequest(Base):
    """That a body asks who the sender of a case is, why, and what a custodian decided. A decision is never changed."""

    __tablename__ = "identity_request"

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.submission_id"), index=True)
    organisation_id: Mapped[UUID | None]
    # Under the content key of the case.
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    requested_at: Mapped[datetime]
    requested_by: Mapped[str]
    requested_person: Mapped[str | None]
    requested_position: Mapped[str | None]
    # `approved` or `refused`; null while it waits.
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decided_person: Mapped[str | None]
    decided_position: Mapped[str | None]
    # Until when the contact is read; null unless it was approved.
    open_until: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("decision IN ('approved', 'refused')", name="decision"),
        CheckConstraint("(decision IS NOT DISTINCT FROM 'approved') = (open_until IS NOT NULL)", name="open_until"),
        CheckConstraint(FOUR_EYES, name="two_persons"),
        Index("ix_identity_request_listing", "requested_at", "request_id"),
        Index(
            "uq_identity_request_waiting",
            "submission_id",
            "organisation_id",
            unique=True,
            postgresql_where=sql("decision IS NULL"),
        ),
    )


def sealed_reason(key: CaseKey, request_id: UUID, reason: str) -> bytes:
    """A reason as its column keeps it."""
    return key.seal(_REASON, request_id, reason)


def reason_of(key: CaseKey, request: IdentityRequest) -> str:
    """The reason, opened; empty where the key of the case is gone."""
    return key.open(_REASON, request.request_id, request.reason_sealed, "")


def state_of(request: IdentityRequest) -> RequestState:
    """What the rules read of a request."""
    return RequestState(
        organisation_id=request.organisation_id,
        person=request.requested_person,
        position=request.requested_position,
        decision=request.decision,
        open_until=request.open_until,
    )
