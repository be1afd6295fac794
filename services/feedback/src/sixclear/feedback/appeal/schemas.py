"""Requests and responses about appeals."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.feedback.fields import OccurredAt
from sixclear.feedback.organisation.schemas import OrganisationBrief

Basis = Literal["answer", "silence"]
Decision = Literal["upheld", "upheld_in_part", "rejected"]


class DecisionEntry(Schema):
    """The decision on an appeal. What is upheld against an answer opens the case again, with a term of its own."""

    decision: Decision
    text: Text
    occurred_at: OccurredAt = None


class OwnAppeal(Schema):
    """An appeal as its sender sees it."""

    level: int = Field(ge=1, le=2)
    basis: Basis
    organisation: OrganisationBrief | None = Field(description="Who decides; null while it is not known by name.")
    reason: str | None
    filed_at: datetime
    due_at: datetime
    decided_at: datetime | None
    decision: Decision | None
    text: str | None = Field(description="The words of the decision.")


class AppealView(OwnAppeal):
    """An appeal as the body that decides sees it; the case is read by its identifier."""

    appeal_id: UUID
    submission_id: UUID
    organisation_id: UUID
    about_organisation_id: UUID = Field(description="The body whose answer, or silence, it is about.")


class DecidedAppeal(Schema):
    """That an appeal was decided; no words, since answers are kept for retries."""

    appeal_id: UUID
    submission_id: UUID
    level: int
    decided_at: datetime
    decision: Decision


class ReopeningView(Schema):
    """That the case was opened again, and why."""

    reason: str
    reopened_at: datetime


class AppealWay(Schema):
    """The appeal that is open to the sender now."""

    level: int
    basis: Basis
    until: datetime
