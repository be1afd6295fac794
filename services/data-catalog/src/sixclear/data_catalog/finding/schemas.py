"""Requests and responses on findings."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.data_catalog.field.schemas import EntryBrief
from sixclear.data_catalog.fields import LegalBasis, UtcInstant
from sixclear.data_catalog.organisation.schemas import OrganisationBrief

Kind = Literal[
    "no_master",
    "two_masters",
    "collected_again",
    "copy_too_old",
    "no_legal_basis",
    "unlike_dictionary",
    "shared_with_nobody",
]
State = Literal["open", "excused"]
KINDS = (
    "`no_master`: no entry is the master of an approved element that a field names, or named. `two_masters`: another"
    " entry is the master of the same part. `collected_again`: asked for although a service that works gives it."
    " `copy_too_old`: not made like its source for longer than promised. `no_legal_basis`: a master, or collected,"
    " without a law. `unlike_dictionary`: type, length, unit or code list differ from the element."
    " `shared_with_nobody`: a master that no service gives and no copy is made from."
)


class ExcuseStep(Schema):
    """Why a finding may stand, and until when."""

    legal_basis: LegalBasis = Field(description="The law that allows it.")
    expires_at: UtcInstant = Field(description="When the excuse ends; the finding is then open again.")


class Excuse(Schema):
    """Why a finding may stand for a time."""

    legal_basis: LegalBasis
    excused_at: datetime
    excused_by: OrganisationBrief | None
    expires_at: datetime


class FindingField(Schema):
    """A field that a finding names."""

    field_id: UUID
    name: str
    entry: EntryBrief


class FindingView(Schema):
    """A finding as it stands now, with what it was found by."""

    finding_id: UUID = Field(description="Of kind, element, entry and field: the same cause has the same identifier.")
    kind: Kind = Field(description=KINDS)
    rule_version: int = Field(description="Of the rules that found it.")
    state: State
    opened_at: datetime = Field(description="When its cause began, also where time alone is the cause.")
    element: str = Field(description="The code of the element.")
    field: FindingField | None = Field(description="The field that it is about; null for `no_master`.")
    organisation: OrganisationBrief | None = Field(description="The body that it is about.")
    organisation_id: UUID
    others: list[FindingField] = Field(
        description="Masters that it was found by; the first 20. One of each entry and part."
    )
    others_count: int
    differences: list[Literal["type", "max_length", "unit", "code_list"]] = Field(
        description="Of `unlike_dictionary`: in what the field differs."
    )
    excuse: Excuse | None
    demonstration: bool = Field(description="Whether its element or its entry is of the demonstration.")


class KindFigures(Schema):
    """How many findings of a kind there are."""

    kind: Kind
    open: int
    excused: int
    demonstration: int = Field(description="Of both, those whose element or entry is of the demonstration.")


class FindingFigures(Schema):
    """Findings that the caller may know of, counted by kind; those that are excused apart."""

    as_of: datetime
    rule_version: int
    not_known: int = Field(description="Approved elements that no field has named yet: who keeps them is not known.")
    items: list[KindFigures]
