"""Requests and answers on evidence."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.tasks.fields import OccurredAt
from sixclear.tasks.organisation.schemas import OrganisationBrief

Proof = Literal["runs", "holds_data", "has_real_users"]
ReviewState = Literal["waiting", "accepted", "refused"]


class EvidenceAcceptance(Schema):
    """That a piece of evidence is taken as proof."""

    occurred_at: OccurredAt = None


class EvidenceRefusal(Schema):
    """That a piece of evidence proves nothing, and why."""

    reason: Text
    occurred_at: OccurredAt = None


class Redaction(Schema):
    """That the content of evidence is blacked out, and why. Everyone reads the reason: name no person in it."""

    reason: Text
    occurred_at: OccurredAt = None


class EvidenceCounts(Schema):
    """How many pieces of evidence wait, were accepted and were refused."""

    waiting: int = 0
    accepted: int = 0
    refused: int = 0


class EvidenceView(Schema):
    """Evidence of a result, and what a body that does not do the task decided on it."""

    evidence_id: UUID
    task_version: int
    title: str
    url: str = Field(description="Where it is; of a file or document the path that answers it.")
    file_id: UUID | None
    document_id: UUID | None = Field(default=None, description="The document that is the result.")
    sha256: str | None = Field(description="Of a file: of what everyone gets, a picture without what a camera adds.")
    period: str | None = Field(default=None, description="The key of the period of a recurring task that it proves.")
    proves: list[Proof] = Field(description="Which of the three confirmations of a system it gives.")
    organisation: OrganisationBrief | None
    occurred_at: datetime
    recorded_at: datetime
    state: ReviewState = Field(description="Whether a body that does not do the task took it as proof.")
    reason: str | None = Field(description="Why it was refused.")
    decided_by: OrganisationBrief | None
    decided_at: datetime | None
    redacted_at: datetime | None = Field(description="When its content was blacked out; its address answers 410 since.")
    redaction_reason: str | None
    version: int = Field(description="Of the evidence; what is decided on it leaves the version of its task alone.")


class ProductView(Schema):
    """A task of which a document is the product, with the evidence that says so."""

    task_id: UUID
    code: str = Field(description="Of its task.")
    task_title: str
    programme: str
    evidence: EvidenceView


class EvidenceToCheck(Schema):
    """A piece of evidence that waits to be accepted or refused, with its task."""

    task_id: UUID
    code: str = Field(description="Of its task.")
    task_title: str
    programme: str
    waiting_since: datetime = Field(description="When it was attached, or when its task came into other hands since.")
    evidence: EvidenceView
