"""Requests about the registration of an entry."""

from pydantic import Field

from sixclear.common.web.texts import Text
from sixclear.data_catalog.document.schemas import DocumentName
from sixclear.data_catalog.fields import Step


class RemovalStep(Step):
    """Why a document goes. The reason is kept with the event and not published."""

    reason: Text | None = None


class ReturnStep(Step):
    """What the dossier lacks and why it goes back. Both are published with the entry."""

    missing_documents: list[DocumentName] = Field(min_length=1, max_length=50)
    reason: Text
