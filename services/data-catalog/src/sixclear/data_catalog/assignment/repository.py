"""Assignments in the database, and who owned an entry when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from sixclear.data_catalog.assignment.models import Assignment
from sixclear.data_catalog.entry.models import Entry, readable_by
from sixclear.data_catalog.entry.reading import Reader
from sixclear.data_catalog.organisation.models import Organisation

# A withdrawal says nothing of the owner.
_OWNERS = text(
    """WITH told AS (
         SELECT version, occurred_at, CAST(data->>'owner_organisation_id' AS uuid) AS owner FROM event
         WHERE entity_type = 'entry' AND entity_id = :entry_id AND jsonb_exists(data, 'owner_organisation_id')
           AND (:whole OR published OR (:inside AND data->>'classification' = 'state'))),
       changes AS (SELECT *, lag(owner) OVER (ORDER BY version) AS before FROM told)
       SELECT owner, occurred_at FROM changes WHERE before IS DISTINCT FROM owner ORDER BY version DESC LIMIT :limit"""
)


@dataclass(frozen=True, slots=True)
class Owned:
    """From when on a body owned an entry."""

    organisation_id: UUID
    from_at: datetime | None


async def list_of_entry(session: AsyncSession, entry_id: UUID, *, answered: bool, limit: int) -> Sequence[Assignment]:
    """The assignments of an entry, newest first; `answered`: only those that were accepted at some time."""
    found = select(Assignment).where(Assignment.entry_id == entry_id)
    if answered:
        accepted = (Assignment.status == "ended") & (Assignment.decided_at.is_not(None))
        found = found.where(or_(Assignment.status == "accepted", accepted))
    ordered = found.order_by(Assignment.proposed_at.desc(), Assignment.assignment_id.desc()).limit(limit)
    return (await session.scalars(ordered)).all()


async def list_of_bodies(
    session: AsyncSession, reader: Reader, status: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Assignment]:
    """Assignments of the reader's bodies on entries that it may know of, oldest first, after the cursor."""
    found = select(Assignment).join(Entry, Entry.entry_id == Assignment.entry_id).where(readable_by(reader))
    if not reader.everything:
        found = found.where(Assignment.organisation_id.in_(reader.organisation_ids))
    if status is not None:
        found = found.where(Assignment.status == status)
    key = tuple_(Assignment.proposed_at, Assignment.assignment_id)
    if after is not None:
        found = found.where(key > tuple_(*after))
    return (await session.scalars(found.order_by(Assignment.proposed_at, Assignment.assignment_id).limit(limit))).all()


async def find(session: AsyncSession, entry_id: UUID, assignment_id: UUID) -> Assignment | None:
    """This assignment of an entry; the entry's row is locked already."""
    assignment = await session.get(Assignment, assignment_id)
    return assignment if assignment is not None and assignment.entry_id == entry_id else None


async def list_open(session: AsyncSession, entry_id: UUID, role: str) -> Sequence[Assignment]:
    """The position that answers in this role now, and the one that is asked, if any."""
    open_ones = Assignment.status.in_(("proposed", "accepted"))
    found = select(Assignment).where(Assignment.entry_id == entry_id, Assignment.role == role, open_ones)
    return (await session.scalars(found)).all()


async def list_owners(session: AsyncSession, entry_id: UUID, reader: Reader, *, whole: bool, limit: int) -> list[Owned]:
    """Who owned an entry, newest first, as far as its history may be read. Costs a look at each of its events."""
    values = {"entry_id": entry_id, "whole": whole, "inside": reader.inside, "limit": limit}
    return [Owned(row.owner, row.occurred_at) for row in await session.execute(_OWNERS, values)]


async def lock_of_ended_bodies(
    session: AsyncSession, today: date, limit: int
) -> Sequence[tuple[Entry, UUID, date | None]]:
    """Entries of bodies that are no more, each with the successor and the first day without the body; rows locked.

    One of which the successor has the code already is left to a steward, and one that another transaction holds for the
    next time.
    """
    taken = aliased(Entry)
    same = taken.folded_key == Entry.folded_key, taken.owner_organisation_id == Organisation.successor_id
    over = or_(Organisation.valid_to.is_(None), Organisation.valid_to <= today)
    found = (
        select(Entry, Organisation.successor_id, Organisation.valid_to)
        .join(Organisation, Organisation.entity_id == Entry.owner_organisation_id)
        .where(Organisation.successor_id.is_not(None), over, ~exists().where(*same))
        .order_by(Entry.entry_id)
        .limit(limit)
        .with_for_update(of=Entry, skip_locked=True)
    )
    return [(row[0], row[1], row[2]) for row in await session.execute(found) if row[1] is not None]
