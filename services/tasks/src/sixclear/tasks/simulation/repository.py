"""Simulated rows in the database: by COPY, with indexes made afterwards where the tables were empty."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime
from io import BytesIO
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.simulation.lives import Commune
from sixclear.tasks.simulation.rows import COLUMNS

Connection: TypeAlias = "asyncpg.Connection[Any]"

# Trigram indexes gather what is new and sort it in at once: with the default of 4 MB that takes most of the time. What
# is lost with the server is made again from its seed. One transaction may hold all rows: it has no limit but its end.
SESSION = {
    "gin_pending_list_limit": "128MB",
    "work_mem": "256MB",
    "maintenance_work_mem": "512MB",
    "synchronous_commit": "off",
    "statement_timeout": "0",
    "transaction_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
_HOLDS_MORE = text(
    "SELECT EXISTS (SELECT FROM programme) OR EXISTS (SELECT FROM directive) OR EXISTS (SELECT FROM task)"
)
_HOW_MANY = text("SELECT count(*) FROM task WHERE source = :source")
_BYTES = text("SELECT pg_database_size(current_database())")
_TABLES = tuple(COLUMNS)
_OWN = tuple(table for table in COLUMNS if table != "event")
_ARE_EMPTY = "SELECT NOT ({})".format(" OR ".join(f"EXISTS (SELECT FROM {table})" for table in _OWN))
_PARTITION = "SELECT tableoid::regclass::text FROM event WHERE recorded_at = $1 LIMIT 1"
_INDEX_OF_NUMBERS = """
    SELECT indexrelid::regclass::text FROM pg_index
     WHERE indrelid = $1::text::regclass AND pg_get_indexdef(indexrelid, 1, true) = 'event_id'"""
# Foreign keys of these tables and to them, keys, other indexes: how each is dropped, and how it is made again. Those of
# partitions follow from those of the whole.
_MADE_AFTERWARDS = """
WITH wanted AS (SELECT unnest($1::text[])::regclass AS oid),
     own AS (
       SELECT conrelid, conname, contype, pg_get_constraintdef(oid) AS definition FROM pg_constraint
        WHERE conparentid = 0 AND (conrelid IN (SELECT oid FROM wanted) OR confrelid IN (SELECT oid FROM wanted))
          AND contype IN ('f', 'p', 'u'))
SELECT CASE contype WHEN 'f' THEN 1 ELSE 2 END AS place, conname AS name,
       format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS dropped,
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, definition) AS made
  FROM own
UNION ALL
SELECT 3, indexrelid::regclass::text, format('DROP INDEX %s', indexrelid::regclass),
       replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
  FROM pg_index
 WHERE indrelid IN (SELECT oid FROM wanted)
   AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
 ORDER BY place, name"""


async def holds_more_than_seed(session: AsyncSession) -> bool:
    """Whether there is more than the organisations that ship with the product."""
    return bool(await session.scalar(_HOLDS_MORE))


async def list_communes(session: AsyncSession) -> Sequence[Commune]:
    """The communes of today by code."""
    columns = Organisation.organisation_id, Organisation.name_vi, Organisation.parent_id
    today = Organisation.level == "commune", Organisation.valid_to.is_(None)
    found = await session.execute(select(*columns).where(*today).order_by(Organisation.code))
    return [Commune.of(_plain(row[0]), row[1], row[2] and _plain(row[2])) for row in found]


async def list_central(session: AsyncSession, but: UUID) -> Sequence[UUID]:
    """The central bodies of today by code, without one of them."""
    today = Organisation.level == "central", Organisation.valid_to.is_(None), Organisation.organisation_id != but
    found = await session.scalars(select(Organisation.organisation_id).where(*today).order_by(Organisation.code))
    return [_plain(key) for key in found]


def _plain(key: UUID) -> UUID:
    """The driver's own UUID is in no JSON, and in no other process."""
    return UUID(int=key.int)


async def count_simulated(session: AsyncSession, source: str) -> int:
    """How many tasks came from this source before."""
    return int(await session.scalar(_HOW_MANY, {"source": source}) or 0)


async def database_bytes(session: AsyncSession) -> int:
    """What the database takes on disk, without the write-ahead log."""
    return int(await session.scalar(_BYTES) or 0)


@asynccontextmanager
async def emptied(connection: Connection, recorded_at: datetime) -> AsyncIterator[str | None]:
    """One transaction in which the tables have no index and no key while they are filled; they are made at its end.

    Gives the partition to which events of this instant go; None, and nothing is changed, when a table holds rows.
    Until it ends, requests on tasks wait. When it fails, all is as before.
    """
    async with connection.transaction():
        await connection.execute(f"LOCK TABLE {', '.join(_TABLES)} IN ACCESS EXCLUSIVE MODE")
        partition = await connection.fetchval(_PARTITION, recorded_at)
        if partition is None or not await connection.fetchval(_ARE_EMPTY):
            yield None
            return
        # A file that this transaction made takes frozen rows, which no reader and no VACUUM writes again; and no log of
        # them, where the server keeps none for standbys.
        index = await connection.fetchval(_INDEX_OF_NUMBERS, partition)
        await connection.execute(f"CLUSTER {partition} USING {index}")
        made_afterwards = await connection.fetch(_MADE_AFTERWARDS, _TABLES)
        for one in made_afterwards:
            await connection.execute(one["dropped"])
        await connection.execute(f"TRUNCATE {', '.join(_OWN)}")
        yield partition
        # A foreign key needs the key that it names.
        for one in sorted(made_afterwards, key=lambda one: -one["place"]):
            await connection.execute(one["made"])


async def copy(connection: Connection, written: Mapping[str, bytes], partition: str | None) -> None:
    """Write these rows: in one transaction, or in that of `emptied`, whose `partition` is given.

    The events come last: until it ends, readers of the log wait for the numbers that it draws.
    """
    # Inside of another transaction it would be one of its own to PostgreSQL, which then freezes nothing.
    async with nullcontext() if partition else connection.transaction():
        for table, columns in COLUMNS.items():
            name = partition if partition and table == "event" else table
            frozen = True if partition else None
            await connection.copy_to_table(name, source=BytesIO(written[table]), columns=columns, freeze=frozen)


async def settle(connection: Connection) -> None:
    """Leave to readers what months of ordinary work would: statistics, sorted indexes, pages known to be visible."""
    for table in COLUMNS:
        await connection.execute(f"VACUUM (ANALYZE) {table}")
