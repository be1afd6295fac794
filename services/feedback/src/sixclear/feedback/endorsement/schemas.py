"""Responses about endorsements."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.feedback.publication.schemas import PublicationSummary


class EndorsementEntry(Schema):
    """That somebody endorses a public copy."""

    endorsed: Literal[True] = True


class VerifiedEndorsementEntry(Schema):
    """That a person endorses a public copy, or no longer."""

    endorsed: bool = True


class EndorsementFigures(Schema):
    """How many endorse a public copy, and whether an answer of the head is owed for it."""

    publication_id: UUID
    verified: int = Field(description="Persons whose identity the provider verified, each once.")
    unverified: int = Field(description="Others; one person may stand there several times.")
    threshold: int = Field(description="From how many verified ones on the head answers point by point, in public.")
    owed_on: date | None = Field(
        description="The day on which that many were reached, by this copy or one of its case before; null before it."
    )
    head_answered_on: date | None = Field(description="The day on which the head's answer became public.")


class OwedAnswer(PublicationSummary):
    """A public copy whose endorsements ask for an answer of the head, which is not there yet."""

    verified: int
    unverified: int
    owed_on: date
