"""Requests and responses about answers."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from sixclear.common.web.instants import Day
from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.feedback.fields import Line, OccurredAt, Outcome
from sixclear.feedback.organisation.schemas import OrganisationBrief


class AnswerEntry(Schema):
    """An answer names decision, reason, legal basis and who is responsible."""

    outcome: Outcome
    reason: Text
    legal_basis: Line
    responsible_organisation_id: Reference = Field(description="Identifier or any code of the organisation.")
    next_date: Day | None = None
    text: Text
    occurred_at: OccurredAt = None


class AnswerState(Schema):
    """That an answer was drafted."""

    answer_id: UUID
    submission_id: UUID
    outcome: Outcome
    drafted_by: str
    drafted_at: datetime
    version: int


class AnswerView(Schema):
    """An answer as handlers see it."""

    answer_id: UUID
    outcome: Outcome
    reason: str
    legal_basis: str
    responsible_organisation_id: UUID
    responsible_organisation: OrganisationBrief | None = Field(
        default=None, description="The responsible body by name; null while it is not known."
    )
    next_date: date | None
    text: str
    drafted_by: str
    drafted_at: datetime
    published_by: str | None
    published_at: datetime | None
    drafted_person: str | None = Field(default=None, description="The provider's name of the person who drafted it.")
    drafted_position: str | None = Field(default=None, description="The position from which it was drafted.")
    published_person: str | None = Field(
        default=None, description="The provider's name of the person who published it."
    )
    published_position: str | None = Field(default=None, description="The position from which it was published.")
    withdrawn_at: datetime | None = Field(description="When the case went to another body, which answers it.")


class PublishedAnswer(Schema):
    """The answer as the sender reads it."""

    outcome: Outcome
    reason: str
    legal_basis: str
    responsible_organisation_id: UUID
    responsible_organisation: OrganisationBrief | None = Field(
        default=None, description="The responsible body by name; null while it is not known."
    )
    next_date: date | None
    text: str
    published_at: datetime
