"""Responses about the dossiers of entries."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Page, Schema
from sixclear.data_catalog.document.schemas import DocumentView
from sixclear.data_catalog.entry.schemas import Kind, RegistrationDetail
from sixclear.data_catalog.organisation.schemas import OrganisationBrief

Turn = Literal["owner", "reviewer"]
Reason = Literal["not_submitted", "draft", "under_review", "returned", "documents_missing", "documents_refused"]


class Waiting(Schema):
    """How long something has waited, in working days after the day on which it began."""

    working_days: int
    provisional: bool = Field(description="Whether a part of it lies in a year whose working days are not published.")


class DossierDocumentView(DocumentView):
    """A document of the dossier, with who asked for it and how long it has been waited for."""

    asked_by: OrganisationBrief | None
    refused_by: OrganisationBrief | None
    waiting: Waiting | None = Field(description="Of one that is missing or refused, since when; else null.")
    overdue: bool | None = Field(description="Whether its day is over and it is not there; null without a day.")


class DossierCounts(Schema):
    """The documents of a dossier, counted; `there`, `missing` and `refused` add up to all."""

    asked: int = Field(description="Those that a reviewer has ever asked for, also those that are there since.")
    there: int
    missing: int
    refused: int
    overdue: int = Field(description="Those that are missing or refused and whose day is over.")


class DossierView(Schema):
    """The registration of one entry: whose turn it is, since when, why it is not approved, document by document."""

    entry_id: UUID
    code: str
    name_vi: str
    name_en: str | None
    kind: Kind
    owner_organisation_id: UUID
    owner: OrganisationBrief | None = Field(description="The owner by name; null while it is not known.")
    registration: RegistrationDetail
    why: list[Reason] = Field(description="Why it is not approved; empty when it is.")
    turn: Turn | None = Field(description="Who is to act next; null when it is approved.")
    turn_since: datetime | None = Field(description="Null before the first handing in: no one waits yet.")
    waiting: Waiting | None = Field(description="How long the other side has waited; null while no one waits.")
    counts: DossierCounts
    documents: list[DossierDocumentView] = Field(description="What is missing first, then by title.")
    demonstration: bool


class DossierPage(Page[DossierView]):
    """Dossiers, with of how many owners the whole list is."""

    organisations: int = Field(description="How many different owners all pages have together.")
    calendar_edition: str = Field(description="The edition of the working calendar that was counted by.")
