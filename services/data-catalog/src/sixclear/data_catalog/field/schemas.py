"""Requests and responses on the fields of entries."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sixclear.common.web.numbers import TAKES_WHOLE
from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Code, Slug, Text, line_of
from sixclear.data_catalog.fields import LegalBasis, UtcInstant
from sixclear.data_catalog.organisation.schemas import OrganisationBrief

Name = Annotated[str, line_of(200)]
Label = Annotated[str, line_of(500)]
Type = Literal["string", "date", "timestamp", "time", "number", "integer", "boolean", "object", "array"]
Role = Literal["master", "copy", "collected", "derived", "code_list"]
Standing = Literal["declared", "confirmed", "disputed"]
Method = Literal["service", "message", "file", "by_hand"]
Classification = Literal["public", "state", "restricted"]
# Ten years.
_AGE = Annotated[int, Field(ge=1, le=315_360_000, strict=True), TAKES_WHOLE]
_LENGTH = Annotated[int, Field(ge=0, le=10_000_000, strict=True), TAKES_WHOLE]


class FieldLink(Schema):
    """Which element a field holds, in which role, and what that role needs to be judged."""

    element: Code | None = Field(default=None, description="The code of an element of the dictionary.")
    role: Role | None = Field(
        default=None,
        description="`master`: the law keeps the original here. `copy`: kept like the `source`. `collected`: asked of"
        " people or bodies. `derived`: computed. `code_list`: values of a list.",
    )
    territories: list[Reference] = Field(
        default_factory=list,
        max_length=100,
        description="The bodies whose territory it covers, with all that stand below them. Empty: the country.",
    )
    subjects: Slug | None = Field(default=None, description="The class of subjects that it covers. Null: all of them.")
    source_entry_id: UUID | None = Field(default=None, description="Of a `copy`: the entry that it is kept like.")
    method: Method | None = Field(default=None, description="Of a `copy`: how it is kept like its source.")
    max_age_seconds: _AGE | None = Field(default=None, description="Of a `copy`: how old it may be at most.")
    synchronised_at: UtcInstant | None = Field(default=None, description="Of a `copy`: when it was last made alike.")
    service_entry_id: UUID | None = Field(
        default=None, description="Of a `master`: the data service in the catalogue that gives it to others."
    )
    legal_basis: LegalBasis | None = Field(default=None, description="The law by which it is kept or collected here.")

    @model_validator(mode="after")
    def _of_its_role(self) -> Self:
        if (self.element is None) != (self.role is None):
            raise PydanticCustomError("role_of_element", "Name an `element` and its `role`, or neither")
        copying = (self.source_entry_id, self.method, self.max_age_seconds, self.synchronised_at)
        if self.role != "copy" and any(one is not None for one in copying):
            raise PydanticCustomError("only_of_copy", "Only a `copy` has a source, a method, an age and a time")
        if self.role != "master" and self.service_entry_id is not None:
            raise PydanticCustomError("only_of_master", "Only a `master` has a service that gives it")
        return self


class FieldDescription(FieldLink):
    """A field of an entry, by its name: new, or described again as a whole."""

    name: Name = Field(description="The technical name; the key within the entry, another case is the same.")
    label: Label | None = None
    type: Type | None = Field(default=None, description="A logical type of the Open Data Contract Standard.")
    max_length: _LENGTH | None = None
    unit: Annotated[str, line_of(80)] | None = None
    code_list: Code | None = Field(default=None, description="The code of the list that has its values.")
    classification: Classification | None = Field(
        default=None, description="Who may know of it. Left out: `public` for a new field, else as it is."
    )


class FieldsDescription(Schema):
    """Fields to enter or to describe again. All are taken, or none. Those that are not named stay as they are."""

    fields: list[FieldDescription] = Field(min_length=1, max_length=500)


class FieldDecision(Schema):
    """Confirms or disputes the role of a field."""

    standing: Literal["confirmed", "disputed"]
    version: Annotated[int, Field(ge=1, le=2**31 - 1, strict=True), TAKES_WHOLE] = Field(
        description="The `version` of the field that you read."
    )
    legal_basis: LegalBasis | None = Field(default=None, description="Needed to confirm: the law that says so.")
    reason: Text | None = Field(default=None, description="Needed to dispute. It is kept, and told to bodies alone.")

    @model_validator(mode="after")
    def _with_grounds(self) -> Self:
        if self.standing == "confirmed" and self.legal_basis is None:
            raise PydanticCustomError("legal_basis_missing", "A confirmation needs `legal_basis`")
        if self.standing == "disputed" and self.reason is None:
            raise PydanticCustomError("reason_missing", "A dispute needs `reason`")
        return self


class FieldRemoval(Schema):
    """Takes a field out of an entry; an empty object says it all."""


class EntryBrief(Schema):
    """An entry as other answers name it."""

    entry_id: UUID
    code: str
    name_vi: str
    owner_organisation_id: UUID


class FieldView(Schema):
    """A field with its element, its role and what was decided on it."""

    field_id: UUID
    entry_id: UUID
    name: str
    label: str | None
    type: Type | None
    max_length: int | None
    unit: str | None
    code_list: str | None
    classification: Classification
    element: str | None = Field(description="The code of its element.")
    role: Role | None
    standing: Standing = Field(description="A field that is `disputed` counts as none.")
    territories: list[UUID]
    subjects: str | None
    source: EntryBrief | None = Field(description="Null where there is none, or it is not for this reader.")
    method: Method | None
    max_age_seconds: int | None
    synchronised_at: datetime | None
    service: EntryBrief | None = Field(description="Null where there is none, or it is not for this reader.")
    legal_basis: LegalBasis | None
    decided_at: datetime | None
    decided_by: OrganisationBrief | None
    decision_basis: LegalBasis | None
    decision_reason: str | None = Field(description="Why, below `/own`; null elsewhere.")
    counts_since: datetime = Field(description="Since when it counts in its role as it does now.")
    version: int


class ElementUse(FieldView):
    """A field that holds an element, with its entry."""

    entry: EntryBrief


class FieldsResult(Schema):
    """What became of the fields of a request."""

    fields_of: UUID = Field(description="The entry.")
    added: int
    changed: int
    unchanged: int
    items: list[FieldView]
