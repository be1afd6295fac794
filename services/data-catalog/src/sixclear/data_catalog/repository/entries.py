"""Entries and the documents of their dossiers in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Interval, case, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.folding import like_pattern
from sixclear.data_catalog.models import Document, Entry


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What a list of entries is narrowed to; None does not narrow."""

    listed: str | None = None
    edition: str | None = None
    deployment_stage: str | None = None
    risk: str | None = None
    registration: str | None = None
    owner: UUID | None = None
    freshness: str | None = None
    query: str | None = None


async def find_entry(session: AsyncSession, entry_id: UUID, *, lock: bool = False) -> Entry | None:
    """The entry with this identifier; its row locked when it is about to change."""
    return await session.get(Entry, entry_id, with_for_update=lock)


async def list_entries(
    session: AsyncSession, narrow: EntryFilter, *, now: datetime, after: str | None, limit: int
) -> Sequence[Entry]:
    """Entries in the order of their codes, after the cursor."""
    statement = select(Entry).where(*_conditions(narrow, now)).order_by(Entry.code).limit(limit)
    if after is not None:
        statement = statement.where(Entry.code > after)
    return (await session.scalars(statement)).all()


def _conditions(narrow: EntryFilter, now: datetime) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    listing = {"list": narrow.listed, "edition": narrow.edition}
    if any(listing.values()):
        conditions.append(Entry.lists.contains([{name: value for name, value in listing.items() if value}]))
    if narrow.deployment_stage:
        conditions.append(Entry.deployment_stage == narrow.deployment_stage)
    if narrow.risk:
        conditions.append(Entry.risk == narrow.risk)
    if narrow.registration:
        conditions.append(Entry.registration_status == narrow.registration)
    if narrow.owner:
        conditions.append(Entry.owner_organisation_id == narrow.owner)
    if narrow.freshness:
        conditions.append(_freshness(now) == narrow.freshness)
    if narrow.query:
        conditions.append(Entry.search_text.like(like_pattern(narrow.query)))
    return conditions


def _freshness(now: datetime) -> ColumnElement[str]:
    """Freshness in SQL; `freshness.freshness` says the same for one entry, and a test compares the two."""
    promised = func.make_interval(0, 0, 0, 0, 0, 0, Entry.promised_period_seconds, type_=Interval)
    # Adding an interval makes SQLAlchemy forget the time zone.
    fresh_until = type_coerce(Entry.last_heartbeat_at + promised, Entry.last_heartbeat_at.type)
    return case(
        (Entry.promised_period_seconds.is_(None), "no_promise"),
        (Entry.last_heartbeat_at.is_(None), "silent"),
        (fresh_until >= now, "fresh"),
        else_="late",
    )


async def list_documents(session: AsyncSession, entry_id: UUID) -> Sequence[Document]:
    """The whole dossier of an entry: what is missing first, then by title."""
    statement = select(Document).where(Document.entry_id == entry_id)
    return (await session.scalars(statement.order_by(Document.missing.desc(), Document.title_folded))).all()


async def find_document(session: AsyncSession, entry_id: UUID, title_folded: str) -> Document | None:
    """The document of an entry's dossier with this folded title; the entry's row is locked already."""
    return await session.get(Document, (entry_id, title_folded))


async def count_documents(session: AsyncSession, entry_id: UUID) -> tuple[int, int]:
    """How many documents the dossier lists, and how many of them are missing."""
    missing = func.count().filter(Document.missing)
    row = (await session.execute(select(func.count(), missing).where(Document.entry_id == entry_id))).one()
    return int(row[0]), int(row[1])
