"""Responses about the bodies that may be competent."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.feedback.organisation.schemas import OrganisationBrief


class CompetentBody(Schema):
    """A body that may be competent, and why it is suggested."""

    organisation_id: UUID
    organisation: OrganisationBrief | None = Field(default=None, description="Null while its name is not known.")
    because: Literal["rule", "decided"]
    rule: str | None = Field(description="The rule of the edition; null for what was decided.")
    reason_vi: str
    reason_en: str
    times: int | None = Field(description="How many cases of the field and place were given to it; null for a rule.")


class CompetentBodies(Schema):
    """Suggestions, those of rules first. Assigning is the hub's own decision."""

    edition: str = Field(description="The edition of the rules.")
    items: list[CompetentBody] = Field(max_length=20)
