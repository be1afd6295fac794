"""Requests and responses about transfers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import Schema
from sixclear.feedback.fields import OccurredAt
from sixclear.feedback.organisation.schemas import OrganisationBrief
from sixclear.feedback.submission.schemas import SubmissionState

Ground = Annotated[
    Literal["not_competent", "other_place", "body_changed", "other_part"],
    Field(
        description="Why: it is not in the body's competence, concerns another place, went to another body with its"
        " field, or mainly another body's part of it."
    ),
]
Refusal = Annotated[
    Literal["not_competent", "other_place", "handled_already", "not_clear"],
    Field(description="Why: as the grounds; the same is handled already; or it is not clear what is asked."),
]
TransferStateName = Literal["offered", "accepted", "refused", "lapsed"]


class TransferEntry(Schema):
    """Which body is offered the case, and why."""

    organisation_id: Reference = Field(description="Identifier or any code of the organisation.")
    ground: Ground
    occurred_at: OccurredAt = None


class RefusalEntry(Schema):
    """Why the case is not taken."""

    ground: Refusal
    occurred_at: OccurredAt = None


class TransferView(Schema):
    """A transfer, as bodies and sender see it."""

    transfer_id: UUID
    from_organisation_id: UUID
    to_organisation_id: UUID
    from_organisation: OrganisationBrief | None
    to_organisation: OrganisationBrief | None
    ground: Ground
    state: TransferStateName
    offered_at: datetime
    decided_at: datetime | None
    refusal: Refusal | None
    restarts: bool | None = Field(
        description="Whether the clock of the new body began with it: neither that body nor one above it had the case"
        " before. The sender's clock never does. Null until it is accepted."
    )


class TransferredCase(TransferView):
    """A transfer with the case that it is about."""

    submission: SubmissionState | None = Field(
        description="Where the case stands; null for a body that neither handles it nor is offered it."
    )
