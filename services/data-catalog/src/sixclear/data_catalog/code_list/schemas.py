"""Requests and responses on code lists."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sixclear.common.web.instants import Day
from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Code, line_of
from sixclear.data_catalog.approval.schemas import KeptStatus
from sixclear.data_catalog.fields import LegalBasis
from sixclear.data_catalog.organisation.schemas import OrganisationBrief

Line = Annotated[str, line_of(500)]


class CodeItem(Schema):
    """One value of a code list."""

    code: Annotated[str, line_of(80)]
    name_vi: Line
    name_en: Line | None = None


class CodeListContent(Schema):
    """What a version of a code list says."""

    name_vi: Line
    name_en: Line | None = None
    legal_basis: LegalBasis
    valid_until: Day | None = Field(default=None, description="Its last day. Null: until a newer version is approved.")
    items: list[CodeItem] = Field(min_length=1, max_length=2000)

    @model_validator(mode="after")
    def _each_code_once(self) -> Self:
        if len({item.code for item in self.items}) < len(self.items):
            raise PydanticCustomError("code_twice", "Each code stands once in a code list")
        return self


class CodeListDescription(CodeListContent):
    """A draft of a code list: the first one registers it, later ones are drafts of its next version."""

    code: Code = Field(description="The key, one for the country; another case is the same code.")
    owner_organisation_id: Reference | None = Field(
        default=None, description="Identifier or any code of the organisation that keeps it. Null: your own."
    )
    demonstration: bool = False


class CodeListSummary(Schema):
    """A code list as lists show it."""

    code_list_id: UUID
    code: str
    name_vi: str
    name_en: str | None
    owner_organisation_id: UUID
    owner: OrganisationBrief | None
    number: int = Field(description="The number of the approved version.")
    approved_at: datetime
    valid_until: date | None
    expired: bool = Field(description="Whether its last day has passed. Derived at the time of the response.")
    demonstration: bool


class CodeListView(CodeListSummary):
    """A code list with its values."""

    legal_basis: LegalBasis
    items: list[CodeItem]


class OwnCodeListView(Schema):
    """A code list as those read it who keep and approve it: the approved version and the draft."""

    code_list_id: UUID
    code: str
    owner_organisation_id: UUID
    status: KeptStatus
    approved_number: int | None
    approved: CodeListContent | None
    draft_number: int | None
    draft: CodeListContent | None
    demonstration: bool
    version: int


class CodeListVersionView(CodeListContent):
    """One approved version of a code list. It never changes."""

    code: str
    number: int
    approved_at: datetime
    approved_by_organisation_id: UUID | None
