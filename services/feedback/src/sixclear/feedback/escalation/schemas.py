"""Responses about escalations."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.feedback.submission.schemas import SubmissionState

Rung = Annotated[
    Literal["head", "superior", "standing"],
    Field(description="The head of the body that has the case, the body above it, the standing body."),
]


class EscalationView(Schema):
    """That an overdue case was told to a body."""

    rung: Rung
    organisation_id: UUID
    escalated_at: datetime
    submission: SubmissionState = Field(description="Where the case stands now; nothing of what was written.")
