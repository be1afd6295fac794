"""Requests and answers on documents."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sixclear.common.web.instants import Day
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Key, Link, Sha256, Slug, Text, line_of
from sixclear.tasks.fields import Line, OccurredAt, Reference
from sixclear.tasks.organisation.schemas import OrganisationBrief

DocumentType = Literal[
    "law", "resolution", "decree", "decision", "circular", "directive", "plan", "local_document", "other"
]
Standing = Literal["owed", "issued", "in_force", "replaced"]


class DocumentEntry(Schema):
    """A document that was issued, or one that another document asks for and that is still owed."""

    programme: Slug
    type: DocumentType
    number: Key | None = Field(default=None, description="Together with `issued_on`; a document that is owed has none.")
    issued_on: Day | None = None
    effective_on: Day | None = None
    issuer: Reference
    signer_position: Line | None = Field(
        default=None, description="The position of who signed, such as `Thủ tướng`; never the name of a person."
    )
    subject: Annotated[str, line_of(1_000)] = Field(description="What it is about (*trích yếu*).")
    url: Link | None = Field(default=None, description="Where its publisher keeps the text; no copy is kept here.")
    sha256: Sha256 | None = Field(default=None, description="Of the file to which `url` leads.")
    directive_id: UUID | None = Field(default=None, description="The directive that asked for it.")
    clause: Annotated[str, line_of(200)] | None = Field(default=None, description="The clause of that directive.")
    details_id: UUID | None = Field(default=None, description="The document, mostly a law, that it details.")
    due_on: Day | None = Field(default=None, description="The day by which it is owed.")
    replaces: list[UUID] = Field(default_factory=list, max_length=50, description="The documents that it replaces.")
    occurred_at: OccurredAt = None

    @model_validator(mode="after")
    def _fits_together(self) -> "DocumentEntry":
        if (self.number is None) != (self.issued_on is None):
            raise PydanticCustomError("number_and_day", "Give `number` and `issued_on` together, or neither")
        if self.number is None and (self.details_id is None or self.due_on is None):
            raise PydanticCustomError("not_owed", "A document without a number is owed: give `details_id` and `due_on`")
        if self.number is None and (self.effective_on or self.url or self.replaces or self.signer_position):
            raise PydanticCustomError(
                "not_issued", "`effective_on`, `signer_position`, `url` and `replaces` come with the number"
            )
        if self.sha256 is not None and self.url is None:
            raise PydanticCustomError("hash_of_nothing", "Give `sha256` with the `url` of the file")
        if self.clause is not None and self.directive_id is None:
            raise PydanticCustomError("clause_of_nothing", "Give `clause` with its `directive_id`")
        return self


class DocumentWithdrawal(Schema):
    """Why a document is taken out."""

    reason: Text
    occurred_at: OccurredAt = None


class DocumentView(Schema):
    """A document, and how it stands on the day that was asked about."""

    document_id: UUID
    programme: str
    type: DocumentType
    number: str | None
    issued_on: date | None
    effective_on: date | None
    issuer: OrganisationBrief
    signer_position: str | None
    subject: str
    url: str | None
    sha256: str | None
    directive_id: UUID | None
    clause: str | None
    details_id: UUID | None
    due_on: date | None
    replaces: list[UUID]
    replaced_by_id: UUID | None
    replaced_on: date | None = Field(description="The first day on which the document that replaces it has effect.")
    standing: Standing | None = Field(
        description="On that day: `owed` until it is issued, `issued` until its day of effect, then `in_force`, until "
        "it is `replaced`. Null for one that was neither owed nor issued by then."
    )
    overdue: bool = Field(description="Whether it was owed by an earlier day, and was not issued by then.")
    version: int
