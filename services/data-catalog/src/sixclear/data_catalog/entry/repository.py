"""Entries in the database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, column, exists, or_, select, table, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.counting import count_up_to
from sixclear.common.db import wait_to_create
from sixclear.common.events.reader import EVENT_COLUMNS, StoredEvent
from sixclear.common.folded_columns import found_in
from sixclear.common.ids import stable_id
from sixclear.common.keys import folded_key
from sixclear.data_catalog.entry.freshness import freshness_in_sql
from sixclear.data_catalog.entry.lifecycle import StageCommand
from sixclear.data_catalog.entry.models import Entry, readable_by
from sixclear.data_catalog.entry.reading import PUBLIC, Reader

_TOLD_STAGES = text(
    """SELECT data->>'deployment_stage' AS stage, data->>'risk' AS risk, meta->>'reason' AS reason FROM event
       WHERE entity_type = 'entry' AND entity_id = :entry_id AND change = 'deployment_stage_changed'"""
)

_TOLD_EVENTS = text(
    f"""SELECT {EVENT_COLUMNS} FROM event
       WHERE entity_type = 'entry' AND entity_id = :entry_id
         AND version < coalesce(CAST(:before AS integer), 2147483647)
         AND (:whole OR published OR (:inside AND data->>'classification' = 'state'))
         AND (CAST(:changes AS text[]) IS NULL OR change = ANY(CAST(:changes AS text[])))
       ORDER BY version DESC LIMIT :limit"""  # noqa: S608 (constant)
)
# Public ones of a high level that this release never described: what the release before writes has no classification.
_NEVER_CLASSIFIED = text(
    """SELECT entry_id FROM entry
       CROSS JOIN LATERAL (
         SELECT data FROM event
         WHERE entity_id = entry_id AND entity_type = 'entry' AND change IN ('registered', 'updated')
         ORDER BY version DESC LIMIT 1) AS described
       WHERE classification = 'public' AND security_level >= :level
         AND NOT jsonb_exists(described.data, 'classification')
       ORDER BY entry_id LIMIT :limit"""
)

_EVENT = table("event", column("entity_type"), column("entity_id"), column("version"), column("change"))


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
    classification: str | None = None


async def find_entry(session: AsyncSession, entry_id: UUID, *, lock: bool = False) -> Entry | None:
    """The entry with this identifier, for any caller; its row locked when it is about to change."""
    return await session.get(Entry, entry_id, with_for_update=lock)


async def find_coded(session: AsyncSession, code: str) -> Sequence[Entry]:
    """The entries with this code, each of another owner, and perhaps some without a form.

    Their rows are locked. Others who register or move an entry of this code wait until the transaction ends.
    """
    await wait_to_create(session, stable_id("code of an entry", folded_key(code)))
    # A process of the release before may still run; it writes no form.
    statement = select(Entry).where(or_(Entry.folded_key == folded_key(code), Entry.folded_key.is_(None)))
    return (await session.scalars(statement.order_by(Entry.entry_id).with_for_update())).all()


async def told_events(
    session: AsyncSession,
    entry_id: UUID,
    reader: Reader,
    *,
    whole: bool,
    changes: Collection[str] | None,
    before: int | None,
    limit: int,
) -> Sequence[StoredEvent]:
    """The events of an entry, newest first, of these changes; None: of all.

    Where it is not read whole: what was published, and among bodies `state`.
    """
    values = {"entry_id": entry_id, "inside": reader.inside, "before": before, "limit": limit, "whole": whole}
    values["changes"] = None if changes is None else sorted(changes)
    return [StoredEvent(*row) for row in await session.execute(_TOLD_EVENTS, values)]


async def told_stages(session: AsyncSession, entry_id: UUID) -> Collection[StageCommand]:
    """Stage, risk and reason of each change of the deployment stage. Costs a look at each event of the entry."""
    rows = await session.execute(_TOLD_STAGES, {"entry_id": entry_id})
    return {StageCommand(row.stage, row.risk, row.reason) for row in rows}


async def list_entries(
    session: AsyncSession,
    reader: Reader,
    narrow: EntryFilter,
    *,
    now: datetime,
    after: tuple[str, UUID] | None,
    limit: int,
) -> Sequence[Entry]:
    """Entries that the reader may know of, in the order of their codes, after the cursor."""
    found = select(Entry).where(readable_by(reader), *_conditions(narrow, now))
    statement = found.order_by(Entry.code, Entry.entry_id).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(Entry.code, Entry.entry_id) > tuple_(*after))
    return (await session.scalars(statement)).all()


async def count_entries(session: AsyncSession, reader: Reader, narrow: EntryFilter, now: datetime) -> int:
    """How many entries the reader's list has, as `count_up_to` says it."""
    return await count_up_to(session, select(Entry.entry_id).where(readable_by(reader), *_conditions(narrow, now)))


async def lock_not_withdrawn(session: AsyncSession, limit: int) -> Sequence[Entry]:
    """Entries that are not public and of which the last published event still shows them; their rows locked.

    Those that another transaction holds are left for the next time.
    """
    last = _EVENT.c.entity_id == Entry.entry_id, _EVENT.c.version == Entry.published_version
    # One whose month is archived is not sent any more, and counts as withdrawn.
    shown = exists().where(*last, _EVENT.c.entity_type == "entry", _EVENT.c.change != "withdrawn")
    hidden = select(Entry).where(Entry.classification != PUBLIC, shown)
    held = hidden.order_by(Entry.entry_id).limit(limit).with_for_update(skip_locked=True)
    return (await session.scalars(held)).all()


async def lock_never_classified(session: AsyncSession, level: int, limit: int) -> Sequence[Entry]:
    """Public entries of this level or a higher one that a process of the release before described; rows locked."""
    found = await session.scalars(_NEVER_CLASSIFIED, {"level": level, "limit": limit})
    return await _lock_public(session, found.all())


async def lock_beside_hidden(session: AsyncSession, limit: int) -> Sequence[Entry]:
    """Public entries without a form of the code beside a hidden one that has it; their rows locked.

    A process of the release before does not find the hidden one by its code, and enters it again.
    """
    columns = (Entry.entry_id, Entry.code, Entry.owner_organisation_id)
    without = select(*columns).where(Entry.folded_key.is_(None), Entry.classification == PUBLIC)
    found = await session.execute(without)
    keys = {row.entry_id: (folded_key(row.code), row.owner_organisation_id) for row in found}
    pair = tuple_(Entry.folded_key, Entry.owner_organisation_id)
    known = select(Entry.folded_key, Entry.owner_organisation_id).where(
        pair.in_(set(keys.values())), Entry.classification != PUBLIC
    )
    taken = {(row.folded_key, row.owner_organisation_id) for row in await session.execute(known)} if keys else set()
    return await _lock_public(session, [entry_id for entry_id, key in keys.items() if key in taken][:limit])


async def _lock_public(session: AsyncSession, entry_ids: Collection[UUID]) -> Sequence[Entry]:
    """Those of these entries that are public; the rows that another transaction holds are left for the next time."""
    if not entry_ids:
        return ()
    found = select(Entry).where(Entry.entry_id.in_(entry_ids), Entry.classification == PUBLIC)
    return (await session.scalars(found.order_by(Entry.entry_id).with_for_update(skip_locked=True))).all()


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
        derived = freshness_in_sql(Entry.last_heartbeat_at, Entry.promised_period_seconds, now)
        conditions.append(derived == narrow.freshness)
    if narrow.classification:
        conditions.append(Entry.classification == narrow.classification)
    if narrow.query:
        conditions.append(found_in(Entry.search_text, narrow.query))
    return conditions
