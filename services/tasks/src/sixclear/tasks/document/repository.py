"""Documents in the database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from sixclear.common.counting import count_up_to
from sixclear.common.db import wait_to_create
from sixclear.common.folded_columns import found_in
from sixclear.common.ids import stable_id
from sixclear.tasks.document.models import Document
from sixclear.tasks.document.schemas import DocumentType, Standing
from sixclear.tasks.document.standing import standing_in_sql

_TURN = stable_id("document", "whose turn it is to write")


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """What a list of documents is narrowed to; `on` is the day of which it tells, `organisation_ids` are issuers."""

    on: date
    programme_id: UUID | None = None
    type: DocumentType | None = None
    issuer_organisation_id: UUID | None = None
    organisation_ids: tuple[UUID, ...] | None = None
    standing: Standing | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    details_id: UUID | None = None
    query: str | None = None


async def take_turn(session: AsyncSession) -> None:
    """Wait until no one else writes documents, until the transaction ends.

    Documents name each other, and are few: one at a time neither waits for another in a circle nor doubles a number.
    """
    await wait_to_create(session, _TURN)


async def find_document(session: AsyncSession, document_id: UUID, *, lock: bool = False) -> Document | None:
    """The document with this identifier, also a withdrawn one; its row locked when it is about to change."""
    return await session.get(Document, document_id, with_for_update=lock, populate_existing=lock)


async def hold_document(session: AsyncSession, document_id: UUID) -> Document | None:
    """As `find_document`; until the transaction ends it cannot be withdrawn."""
    return await session.get(Document, document_id, with_for_update={"read": True, "key_share": True})


async def find_numbered(
    session: AsyncSession, issuer_id: UUID, kind: str, issued_on: date, number_key: str
) -> Document | None:
    """The document that has this number, day, type and issuer, its row locked."""
    found = select(Document).where(
        Document.issuer_organisation_id == issuer_id,
        Document.type == kind,
        Document.issued_on == issued_on,
        Document.number_key == number_key,
        Document.withdrawn_at.is_(None),
    )
    return (await session.scalars(found.with_for_update(of=Document))).one_or_none()


# Issuer, type, day and compared number: of documents that were not withdrawn, one has them.
NumberKey = tuple[UUID, str, date, str]


async def find_numbers(session: AsyncSession, keys: Collection[NumberKey]) -> set[NumberKey]:
    """Those of these numbers that a document has."""
    named = (Document.issuer_organisation_id, Document.type, Document.issued_on, Document.number_key)
    found = select(*named).where(tuple_(*named).in_(keys), Document.withdrawn_at.is_(None))
    return {(issuer, kind, day, key) for issuer, kind, day, key in await session.execute(found) if day and key}


async def find_owed(
    session: AsyncSession, issuer_id: UUID, kind: str, details_id: UUID, subject_key: str
) -> Document | None:
    """What this body owes, or owed, to another document under this subject, its row locked; the oldest of several."""
    found = select(Document).where(
        Document.details_id == details_id,
        Document.issuer_organisation_id == issuer_id,
        Document.type == kind,
        Document.subject_key == subject_key,
        Document.withdrawn_at.is_(None),
    )
    return (
        await session.scalars(found.order_by(Document.document_id).limit(1).with_for_update(of=Document))
    ).one_or_none()


async def lock_documents(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Document]:
    """Those of these documents that are there, their rows locked."""
    if not ids:
        return {}
    found = select(Document).where(Document.document_id.in_(ids), Document.withdrawn_at.is_(None))
    rows = await session.scalars(found.order_by(Document.document_id).with_for_update(of=Document))
    return {row.document_id: row for row in rows.all()}


async def count_entered(session: AsyncSession, organisation_id: UUID | None) -> int:
    """How many documents a body has ever entered."""
    found = select(func.count()).where(Document.entered_by_organisation_id == organisation_id)
    return await session.scalar(found) or 0


async def count_named_by_documents(session: AsyncSession, document_id: UUID) -> int:
    """How many documents detail this one or are replaced by it."""
    found = select(func.count()).where(
        or_(Document.details_id == document_id, Document.replaced_by_id == document_id), Document.withdrawn_at.is_(None)
    )
    return await session.scalar(found) or 0


async def list_documents(
    session: AsyncSession, narrow: DocumentFilter, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Document]:
    """Documents, newest first, after the cursor."""
    found = select(Document).options(selectinload(Document.programme)).where(*_conditions(narrow)).limit(limit)
    found = found.order_by(func.coalesce(Document.issued_on, Document.due_on).desc(), Document.document_id.desc())
    if after is not None:
        place = tuple_(func.coalesce(Document.issued_on, Document.due_on), Document.document_id)
        found = found.where(place < tuple_(*after))
    return (await session.scalars(found)).all()


async def count_documents(session: AsyncSession, narrow: DocumentFilter) -> int:
    """How many documents the list has, as `count_up_to` says it."""
    return await count_up_to(session, select(Document.document_id).where(*_conditions(narrow)))


def _conditions(narrow: DocumentFilter) -> list[ColumnElement[bool]]:
    stands = standing_in_sql(narrow.on)
    conditions: list[ColumnElement[bool]] = [
        Document.withdrawn_at.is_(None),
        stands.is_not(None) if narrow.standing is None else stands == narrow.standing,
    ]
    equal = {
        Document.programme_id: narrow.programme_id,
        Document.type: narrow.type,
        Document.issuer_organisation_id: narrow.issuer_organisation_id,
        Document.details_id: narrow.details_id,
    }
    conditions += [column == value for column, value in equal.items() if value is not None]
    if narrow.organisation_ids is not None:
        conditions.append(Document.issuer_organisation_id.in_(narrow.organisation_ids))
    if narrow.effective_from is not None:
        conditions.append(Document.effective_on >= narrow.effective_from)
    if narrow.effective_to is not None:
        conditions.append(Document.effective_on <= narrow.effective_to)
    if narrow.query:
        conditions.append(found_in(Document.search_text, narrow.query))
    return conditions
