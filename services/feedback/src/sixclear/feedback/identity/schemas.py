"""Requests and responses about who a sender is."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.feedback.fields import Reason
from sixclear.feedback.organisation.schemas import OrganisationBrief

Decision = Annotated[Literal["approved", "refused"], Field(description="What a custodian decided.")]


class IdentityRequestEntry(Schema):
    """Why a handler needs to know who the sender is, for the custodian. Name no one here."""

    reason: Reason


class DecisionEntry(Schema):
    """A decision on a request; nothing more is asked."""


class IdentityStep(Schema):
    """That a body asked who the sender is, and what was decided, as the sender sees it."""

    organisation: OrganisationBrief | None = Field(description="The body that asked; null while its name is not known.")
    requested_at: datetime
    decision: Decision | None = Field(description="Null while it waits.")
    decided_at: datetime | None
    open_until: datetime | None = Field(description="Until when that body may read the contact; null: it may not.")


class IdentityRequestState(IdentityStep):
    """That a request was taken; not its reason, since answers are kept for retries."""

    request_id: UUID
    submission_id: UUID
    organisation_id: UUID | None
    requested_by: str = Field(description="The client that asked.")
    decided_by: str | None = Field(description="The client that decided.")


class IdentityRequestView(IdentityRequestState):
    """A request to know who the sender of a case is."""

    reason: str
