"""Documents of dossiers in the database."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.data_catalog.document.models import Document


async def list_documents(session: AsyncSession, entry_ids: Collection[UUID]) -> Sequence[Document]:
    """The whole dossiers of these entries: what is missing first, then by title."""
    statement = select(Document).where(Document.entry_id.in_(entry_ids))
    return (await session.scalars(statement.order_by(Document.missing.desc(), Document.title_folded))).all()


async def find_document(session: AsyncSession, entry_id: UUID, title_folded: str) -> Document | None:
    """The document of an entry's dossier with this folded title; the entry's row is locked already."""
    return await session.get(Document, (entry_id, title_folded))


async def count_documents(session: AsyncSession, entry_id: UUID) -> tuple[int, int]:
    """How many documents the dossier lists, and how many of them are missing."""
    missing = func.count().filter(Document.missing)
    row = (await session.execute(select(func.count(), missing).where(Document.entry_id == entry_id))).one()
    return int(row[0]), int(row[1])
