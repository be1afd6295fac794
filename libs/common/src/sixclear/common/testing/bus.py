"""What tests of the log, the relay and consumers share: a database with common tables, a tiny entity, a recorder."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common import event_log
from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.event_log import EventLog, NewEvent

ENTITY_TABLE = "CREATE TABLE entity (entity_id uuid PRIMARY KEY, version integer NOT NULL)"


async def create_tables(database: Database, *statements: Sequence[str]) -> None:
    """Run DDL lists in one transaction, after the event table's and a tiny `entity` table's."""
    async with database.transaction() as session:
        for statement in [*event_log.DDL_V1, ENTITY_TABLE, *(one for several in statements for one in several)]:
            await session.execute(text(statement))


async def change(
    session: AsyncSession, log: EventLog, entity_id: UUID, *, entity_type: str = "thing", published: bool = True
) -> NewEvent:
    """One change of one entity as every service does it: write its row (which locks it), then append the event."""
    statement = text(
        """INSERT INTO entity (entity_id, version) VALUES (:entity_id, 1)
           ON CONFLICT (entity_id) DO UPDATE SET version = entity.version + 1 RETURNING version"""
    )
    version = int((await session.execute(statement, {"entity_id": entity_id})).scalar_one())
    event = NewEvent(
        entity_type=entity_type,
        entity_id=entity_id,
        version=version,
        previous_version=version - 1 or None,
        change="changed",
        data={"entity_id": entity_id, "version": version, "change": "changed"},
        occurred_at=utc_now(),
        published=published,
    )
    await log.publish(session, event, recorded_at=utc_now())
    return event


async def commit_changes(log: EventLog, entity_ids: Sequence[UUID], *, entity_type: str = "thing") -> None:
    """Change the entities one after the other, one transaction each, and wake the log's followers."""
    for entity_id in entity_ids:
        async with log.database.transaction() as session:
            await change(session, log, entity_id, entity_type=entity_type)
    log.wake()


class Seen:
    """Versions per entity in the order in which they came."""

    def __init__(self) -> None:
        self.versions: defaultdict[UUID, list[int]] = defaultdict(list)
        self.changed = asyncio.Event()

    def add(self, entity_id: UUID, version: int) -> None:
        """Note that this version of this entity came now."""
        self.versions[entity_id].append(version)
        self.changed.set()

    def count(self) -> int:
        """How many came, repeats included."""
        return sum(map(len, self.versions.values()))

    def in_order(self) -> bool:
        """Whether no entity ever went back to a version that is not a repeat from an earlier point."""
        return all(versions == sorted(versions) for versions in self.versions.values())

    def complete(self) -> bool:
        """Whether every entity has all versions from 1 to its last, repeats allowed."""
        return all(set(versions) == set(range(1, max(versions) + 1)) for versions in self.versions.values())
