"""Requests and responses about the documents of a dossier."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Link, Sha256, Text, line_of
from sixclear.data_catalog.fields import Step

# A document's title is a key: folded it must fit into an index row in every script.
Title = Annotated[str, line_of(200)]


class DocumentName(Schema):
    """A document by its title; case and diacritics do not matter."""

    title: Title


class RefusedDocument(DocumentName):
    """A document that is there and that the reviewer does not take, with the reason. Both are published."""

    reason: Text


class DocumentDescription(DocumentName, Step):
    """A document of the dossier that is there: it has a link, a hash, or both."""

    url: Link | None = None
    sha256: Sha256 | None = None


class DocumentView(Schema):
    """A document of the dossier: there, or missing since a body asked for it."""

    document_id: UUID = Field(description="It follows from the entry and the title, however the title is typed.")
    title: str
    missing: bool = Field(description="Whether nothing is there that the reviewer takes: `missing` or `refused`.")
    state: Literal["there", "missing", "refused"] = Field(
        description="`refused`: it was there, and the reviewer did not take it; its link and hash stay until another "
        "document takes its place."
    )
    since: datetime | None = Field(description="Since when it stands so; null while it is not known.")
    due: date | None = Field(description="By when a missing one is to be there, as the reviewer set it.")
    refused_by_organisation_id: UUID | None
    refused_at: datetime | None
    refusal_reason: str | None
    asked_by_organisation_id: UUID | None
    asked_at: datetime | None
    url: str | None
    sha256: str | None
    added_at: datetime | None
