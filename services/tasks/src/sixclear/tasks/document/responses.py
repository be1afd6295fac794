"""Documents as the API answers them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.document.models import Document
from sixclear.tasks.document.schemas import DocumentView
from sixclear.tasks.document.standing import is_overdue, standing
from sixclear.tasks.organisation.service import briefs

_COLUMNS = set(DocumentView.model_fields) - {"programme", "issuer", "standing", "overdue"}


async def document_responses(session: AsyncSession, documents: Sequence[Document], on: date) -> list[DocumentView]:
    """Documents with their issuers' names, as they stand on a day."""
    names = await briefs(session, (row.issuer_organisation_id for row in documents))
    return [
        DocumentView(
            programme=row.programme.slug,
            issuer=names[row.issuer_organisation_id],
            standing=standing(row, on),
            overdue=is_overdue(row, on),
            **{name: getattr(row, name) for name in _COLUMNS},
        )
        for row in documents
    ]
