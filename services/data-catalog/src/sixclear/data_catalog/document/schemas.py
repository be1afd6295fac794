"""Requests and responses about the documents of a dossier."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Link, Sha256, line_of
from sixclear.data_catalog.fields import Step

# A document's title is a key: folded it must fit into an index row in every script.
Title = Annotated[str, line_of(200)]


class DocumentName(Schema):
    """A document by its title; case and diacritics do not matter."""

    title: Title


class DocumentDescription(DocumentName, Step):
    """A document of the dossier that is there: it has a link, a hash, or both."""

    url: Link | None = None
    sha256: Sha256 | None = None


class DocumentView(Schema):
    """A document of the dossier: there, or missing since a body asked for it."""

    document_id: UUID = Field(description="It follows from the entry and the title, however the title is typed.")
    title: str
    missing: bool
    asked_by_organisation_id: UUID | None
    asked_at: datetime | None
    url: str | None
    sha256: str | None
    added_at: datetime | None
