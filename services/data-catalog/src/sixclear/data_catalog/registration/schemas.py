"""Requests about the registration of an entry."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sixclear.common.web.instants import Day
from sixclear.common.web.numbers import TAKES_WHOLE
from sixclear.common.web.texts import Text
from sixclear.data_catalog.document.schemas import DocumentName, RefusedDocument
from sixclear.data_catalog.fields import Decision, Step


class RemovalStep(Step):
    """Why a document goes. The reason is kept with the event and not published."""

    reason: Text | None = None


class ReturnStep(Step):
    """What the dossier lacks, what in it is not taken, and why it goes back. All of it is published with the entry."""

    missing_documents: list[DocumentName] = Field(default_factory=list, max_length=50)
    refused_documents: list[RefusedDocument] = Field(
        default=[], max_length=50, description="Documents that are there and are not taken, each with its reason."
    )
    due_in_working_days: Annotated[int, Field(ge=1, le=250, strict=True), TAKES_WHOLE] | None = Field(
        default=None,
        description="By when the documents are to be there, in working days after the day of the return. Default: no "
        "day is set.",
    )
    reason: Text
    decision: Decision | None = None

    @model_validator(mode="after")
    def _names_a_document(self) -> Self:
        if not (self.missing_documents or self.refused_documents):
            raise PydanticCustomError("no_document", "Name a document in `missing_documents` or `refused_documents`")
        return self


class ApprovalStep(Step):
    """The approval, with the decision in which it stands where there is one; it is published with the entry."""

    decision: Decision | None = None


class DueStep(Step):
    """By when the registration is to be approved."""

    due: Day | None = Field(description="null: no day is set any more.")
    reason: Text | None = Field(default=None, description="It is kept with the event and not published.")
    decision: Decision | None = None
