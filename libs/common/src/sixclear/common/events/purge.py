"""Taking the earlier public versions of an entity out of what is sent, and remembering who did it, when and why.

The rows stay in the event table, for those who may read what is not public; they are sent no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import Database
from sixclear.common.events.catalogue import EntityEvents
from sixclear.common.events.epoch import raise_in

# `offsets` and `position` are the relay's: where the topic ended before the log was sent again, and up to which event
# it must be sent before what is below those offsets is deleted.
DDL_V1: list[str] = [
    """CREATE TABLE log_purge (
         purge_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
         entity_type text NOT NULL,
         entity_id uuid NOT NULL,
         kept_version integer NOT NULL,
         versions integer[] NOT NULL,
         was_public boolean NOT NULL,
         epoch integer NOT NULL,
         requested_by text NOT NULL,
         reason text NOT NULL,
         requested_at timestamptz NOT NULL,
         offsets jsonb,
         position bigint,
         broker_cleared_at timestamptz
       )""",
]

_PUBLIC = text(
    """SELECT version, change FROM event
       WHERE entity_id = :entity_id AND entity_type = :entity_type AND published ORDER BY version FOR UPDATE"""
)

# `previous_version` of the one that stays would be a gap to who never saw that one.
_TAKE_OUT = (
    text(
        """UPDATE event SET published = false
           WHERE entity_id = :entity_id AND entity_type = :entity_type AND published AND version < :kept"""
    ),
    text(
        """UPDATE event SET previous_version = NULL
           WHERE entity_id = :entity_id AND entity_type = :entity_type AND version = :kept"""
    ),
)

_NOTE = text(
    """INSERT INTO log_purge
         (entity_type, entity_id, kept_version, versions, was_public, epoch, requested_by, reason, requested_at)
       VALUES (:entity_type, :entity_id, :kept, :versions, :was_public, :epoch, :requested_by, :reason, :now)"""
)

_LIST = text(
    """SELECT entity_type, entity_id, kept_version, versions, was_public, epoch, requested_by, reason, requested_at,
              broker_cleared_at
       FROM log_purge WHERE entity_id = :entity_id AND entity_type = :entity_type ORDER BY purge_id"""
)


class NothingPublic(Exception):
    """No event of the entity was ever published."""


class StillPublic(Exception):
    """The newest published event shows the entity: it was not withdrawn, and past figures count its versions."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a purge takes out, and the version that stays: of a withdrawn entity the one that says it is gone."""

    kept_version: int
    versions: Sequence[int]
    was_public: bool


@dataclass(frozen=True, slots=True)
class Purged:
    """A purge that was done. `broker_cleared_at` is None until a relay has deleted the records of the broker."""

    entity_type: str
    entity_id: UUID
    kept_version: int
    versions: Sequence[int]
    was_public: bool
    epoch: int
    requested_by: str
    reason: str
    requested_at: datetime
    broker_cleared_at: datetime | None


async def plan(session: AsyncSession, kind: EntityEvents, entity_id: UUID) -> Plan:
    """What there is to take out; the rows stay locked. Raises NothingPublic."""
    rows = (await session.execute(_PUBLIC, _key(kind.entity_type, entity_id))).all()
    if not rows:
        raise NothingPublic(f"no event of {kind.entity_type} {entity_id} was published")
    *earlier, last = rows
    return Plan(last.version, [row.version for row in earlier], last.change != kind.withdrawal)


async def purge(
    database: Database,
    kind: EntityEvents,
    entity_id: UUID,
    *,
    requested_by: str,
    reason: str,
    now: datetime,
    even_if_public: bool = False,
) -> Plan:
    """Take the earlier public versions out and raise the log's epoch, in one transaction: all of it, or nothing.

    Of an entity whose earlier versions are out already nothing changes. Raises NothingPublic, StillPublic, and
    LogIncomplete while a restore runs.
    """
    async with database.transaction() as session:
        found = await plan(session, kind, entity_id)
        if found.was_public and not even_if_public:
            raise StillPublic(f"{kind.entity_type} {entity_id} is public")
        if not found.versions:
            return found
        values = _key(kind.entity_type, entity_id) | {"kept": found.kept_version}
        for statement in _TAKE_OUT:
            await session.execute(statement, values)
        values |= {"versions": list(found.versions), "was_public": found.was_public, "epoch": await raise_in(session)}
        await session.execute(_NOTE, values | {"requested_by": requested_by, "reason": reason, "now": now})
        return found


async def list_purges(session: AsyncSession, entity_type: str, entity_id: UUID) -> Sequence[Purged]:
    """The purges of an entity, oldest first."""
    return [_purged(row) for row in await session.execute(_LIST, _key(entity_type, entity_id))]


def _purged(row: Row[Any]) -> Purged:
    return Purged(**row._mapping)


def _key(entity_type: str, entity_id: UUID) -> dict[str, Any]:
    return {"entity_type": entity_type, "entity_id": entity_id}
