"""Dossiers in the database: the entries whose registrations are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.data_catalog.entry.models import Entry, readable_by
from sixclear.data_catalog.entry.reading import Reader

# What monitoring counts as registered and not approved.
_WAITING = ("submitted", "returned")


@dataclass(frozen=True, slots=True)
class DossierFilter:
    """What the list of dossiers is narrowed to; None does not narrow."""

    waiting: bool | None = None
    registration: str | None = None
    kind: str | None = None
    owner: UUID | None = None
    listed: str | None = None


async def list_entries(
    session: AsyncSession, reader: Reader, narrow: DossierFilter, after: tuple[str, UUID] | None, limit: int
) -> Sequence[Entry]:
    """Entries that the reader may know of, in the order of their codes, after the cursor."""
    found = select(Entry).where(readable_by(reader), *_conditions(narrow))
    statement = found.order_by(Entry.code, Entry.entry_id).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(Entry.code, Entry.entry_id) > tuple_(*after))
    return (await session.scalars(statement)).all()


async def count_all(session: AsyncSession, reader: Reader, narrow: DossierFilter) -> tuple[int, int]:
    """How many entries the reader's list has, and of how many owners."""
    owners = func.count(Entry.owner_organisation_id.distinct())
    counted = select(func.count(), owners).where(readable_by(reader), *_conditions(narrow))
    entries, organisations = (await session.execute(counted)).one()
    return int(entries), int(organisations)


def _conditions(narrow: DossierFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if narrow.waiting is not None:
        in_hand = Entry.registration_status.in_(_WAITING) & (Entry.deployment_stage != "retire")
        conditions.append(in_hand if narrow.waiting else ~in_hand)
    if narrow.registration:
        conditions.append(Entry.registration_status == narrow.registration)
    if narrow.kind:
        conditions.append(Entry.kind == narrow.kind)
    if narrow.owner:
        conditions.append(Entry.owner_organisation_id == narrow.owner)
    if narrow.listed:
        conditions.append(Entry.lists.contains([{"list": narrow.listed}]))
    return conditions
