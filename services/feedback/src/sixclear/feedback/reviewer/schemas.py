"""Requests and responses about the register of experts."""

import re
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sixclear.common.web.instants import Day
from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Slug, line_of
from sixclear.feedback.fields import Line
from sixclear.feedback.organisation.schemas import OrganisationBrief

_DOMAIN = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?(?:\.[^\W_](?:[\w-]{0,61}[^\W_])?){1,8}")


def _domain(given: str) -> str:
    domain = given.rpartition("@")[2].strip(" .").lower()
    if not _DOMAIN.fullmatch(domain):
        raise PydanticCustomError("domain_unreadable", "Write the domain of a mail address, such as hust.edu.vn")
    return domain


MailDomain = Annotated[str, line_of(253), AfterValidator(_domain)]
Capacity = Annotated[int, Field(ge=0, le=50)]


class Affiliation(Schema):
    """A body that the expert worked for earlier."""

    organisation_id: Reference = Field(description="Identifier or any code of the body.")
    until: Day = Field(description="The last day there.")


class ReviewerDescription(Schema):
    """What the register says of an expert."""

    name: Line
    organisation_id: Reference | None = Field(
        default=None, description="The body that the expert is of: its identifier or any code."
    )
    email_domain: MailDomain | None = Field(
        default=None, description="The domain of the expert's mail address. The address itself is not kept."
    )
    fields: list[Slug] = Field(min_length=1, max_length=20, description="What the expert knows.")
    affiliations: list[Affiliation] = Field(
        default_factory=list, max_length=20, description="Bodies of the last years; they count as conflicts."
    )
    capacity: Capacity = Field(
        default=3, description="How many reviews may be open at a time; 0: the expert gets no more."
    )


class ReviewerEntry(ReviewerDescription):
    """An expert who is registered: by the provider's name of the person, or by a position."""

    person: Line | None = Field(default=None, description="The provider's name of the person (`docs/identity.md`).")
    position: Line | None = Field(
        default=None, description="The position that the expert's client is bound to; in the body that is named."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> "ReviewerEntry":
        if (self.person is None) == (self.position is None):
            raise PydanticCustomError("person_or_position", "Name the person or the position, and not both")
        return self


class ReviewerState(Schema):
    """That an expert is registered."""

    reviewer_id: UUID
    version: int
    changed_at: datetime


class AffiliationView(Schema):
    """A body that the expert worked for earlier."""

    organisation_id: UUID
    organisation: OrganisationBrief | None
    until: Day


class ReviewerView(Schema):
    """An expert as the hub sees the register."""

    reviewer_id: UUID
    name: str
    organisation_id: UUID | None
    organisation: OrganisationBrief | None
    email_domain: str | None
    fields: list[str]
    affiliations: list[AffiliationView]
    capacity: int
    version: int
    registered_by: str
    registered_at: datetime
    changed_at: datetime
