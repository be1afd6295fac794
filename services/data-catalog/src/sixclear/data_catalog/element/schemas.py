"""Requests and responses on elements."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sixclear.common.bulk.files import OwnConditions
from sixclear.common.bulk.results import FileResult, ItemResult
from sixclear.common.web.numbers import TAKES_WHOLE
from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Code, line_of, lines_of
from sixclear.data_catalog.approval.schemas import KeptStatus
from sixclear.data_catalog.fields import LegalBasis
from sixclear.data_catalog.organisation.schemas import OrganisationBrief

Line = Annotated[str, line_of(500)]
Words = Annotated[str, lines_of(4_000)]
Length = Annotated[int, Field(ge=0, le=10_000_000, strict=True), TAKES_WHOLE]
Type = Literal["string", "date", "timestamp", "time", "number", "integer", "boolean", "object", "array"]
Domain = Literal["person", "organisation", "asset", "cadastre", "address", "base_map", "other"]
Level = Literal["national", "sector"]


class ElementContent(Schema):
    """What a version of an element says."""

    name_vi: Line
    name_en: Line | None = None
    definition: Words
    type: Type = Field(description="A logical type of the Open Data Contract Standard.")
    min_length: Length | None = Field(default=None, description="In characters; only of `string`.")
    max_length: Length | None = Field(default=None, description="In characters; only of `string`.")
    pattern: Line | None = Field(default=None, description="A regular expression (ECMA-262); only of `string`.")
    unit: Annotated[str, line_of(80)] | None = None
    coding_rule: Words | None = Field(default=None, description="How values are made and written.")
    code_list: Code | None = Field(default=None, description="The code of the code list that has its values.")
    domain: Domain
    level: Level = Field(description="Of the national dictionary, or of a sector's.")
    source: Line | None = Field(default=None, description="Which register or paper the values come from.")
    legal_basis: LegalBasis
    personal: bool = Field(default=False, description="Whether its values are personal data.")
    restricted: bool = Field(default=False, description="Once approved, read by owner, stewards and inspectors alone.")
    identifier: bool = Field(default=False, description="Whether it identifies what it belongs to.")

    @model_validator(mode="after")
    def _form_of_text(self) -> Self:
        if self.type != "string" and {self.min_length, self.max_length, self.pattern} != {None}:
            raise PydanticCustomError("form_of_text", "Only a `string` has a length and a pattern")
        if self.min_length is not None and self.max_length is not None and self.min_length > self.max_length:
            raise PydanticCustomError("length_order", "`min_length` is greater than `max_length`")
        return self


class ElementDescription(ElementContent):
    """A draft of an element: the first one registers it, later ones are drafts of its next version."""

    code: Code = Field(description="The key, one for the country; another case is the same code.")
    owner_organisation_id: Reference | None = Field(
        default=None, description="Identifier or any code of the organisation that keeps it. Null: your own."
    )
    demonstration: bool = False


class ElementItem(OwnConditions, ElementDescription):
    """One line of a file of elements: an ElementDescription, and what holds for this line alone."""


class ElementItemResult(ItemResult):
    """What became of one line. A rejected one says why and what to do."""

    outcome: Literal["registered", "drafted", "unchanged", "rejected"]
    code: str | None = Field(default=None, description="The code of the element; null for a line that is no element.")
    version: int | None = None

    def kept(self) -> dict[str, Any]:
        return {"code": self.code}


class ElementBulkResult(FileResult):
    """What became of a file of elements."""

    outcomes: ClassVar[tuple[str, ...]] = ("registered", "drafted", "unchanged", "rejected")
    item_result: ClassVar[type[ItemResult]] = ElementItemResult

    dry_run: bool
    registered: int
    drafted: int
    unchanged: int
    rejected: int
    items: list[ElementItemResult]


class ElementSummary(Schema):
    """An element as lists show it, by its approved version."""

    element_id: UUID
    code: str
    name_vi: str
    name_en: str | None
    type: Type
    unit: str | None
    domain: Domain
    level: Level
    code_list: str | None
    personal: bool
    identifier: bool
    owner_organisation_id: UUID
    owner: OrganisationBrief | None
    number: int = Field(description="The number of the approved version.")
    approved_at: datetime
    demonstration: bool


class OwnElementSummary(Schema):
    """An element as lists show it to those who keep and approve elements: drafts and restricted ones too."""

    element_id: UUID
    code: str
    name_vi: str
    owner_organisation_id: UUID
    status: KeptStatus
    restricted: bool
    approved_number: int | None
    draft_number: int | None
    demonstration: bool
    version: int


class OwnElementView(OwnElementSummary):
    """An element with its approved version and its draft."""

    approved: ElementContent | None
    draft: ElementContent | None


class OdcsDefinition(Schema):
    """A link to what defines a property."""

    url: str
    type: str
    description: str | None = None


class OdcsCustomProperty(Schema):
    """A fact that the standard has no member for."""

    property: str
    value: str | int | bool


class OdcsProperty(Schema):
    """A property of the Open Data Contract Standard 3.1, as contract tools read it; nothing in it is null."""

    id: str
    name: str = Field(description="The code of the element.")
    businessName: str
    description: str
    logicalType: Type
    logicalTypeOptions: dict[str, str | int] | None = Field(
        default=None, description="`minLength`, `maxLength`, `pattern`."
    )
    classification: Literal["public", "personal", "restricted"]
    criticalDataElement: bool = Field(description="Whether it is an identifier.")
    tags: list[str]
    authoritativeDefinitions: list[OdcsDefinition] | None = None
    customProperties: list[OdcsCustomProperty] = Field(
        description="`version`, `approvedAt`, `ownerOrganisationId`, `domain`, `level`, `legalBasis`, `legalArticle`, "
        "and where there are any `nameEn`, `unit`, `codingRule`, `codeList`, `codeListVersion`, `source`, "
        "`approvedByOrganisationId`, `demonstration`."
    )
