"""Simulated rows in the database: by COPY, a chunk in one transaction."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.simulation.lives import Commune
from sixclear.tasks.simulation.rows import COLUMNS, Rows

Connection: TypeAlias = "asyncpg.Connection[Any]"

# Trigram indexes gather what is new and sort it in at once: with the default of 4 MB that takes most of the time.
SESSION = {"gin_pending_list_limit": "128MB", "work_mem": "256MB", "maintenance_work_mem": "256MB"}
_HOLDS_MORE = text(
    "SELECT EXISTS (SELECT FROM programme) OR EXISTS (SELECT FROM directive) OR EXISTS (SELECT FROM task)"
)
_HOW_MANY = text("SELECT count(*) FROM task WHERE source = :source")
_BYTES = text("SELECT pg_database_size(current_database())")


async def holds_more_than_seed(session: AsyncSession) -> bool:
    """Whether there is more than the organisations that ship with the product."""
    return bool(await session.scalar(_HOLDS_MORE))


async def list_communes(session: AsyncSession) -> Sequence[Commune]:
    """The communes of today by code."""
    columns = Organisation.organisation_id, Organisation.name_vi
    today = Organisation.level == "commune", Organisation.valid_to.is_(None)
    found = await session.execute(select(*columns).where(*today).order_by(Organisation.code))
    # The driver's own UUID is in no JSON.
    return [Commune.of(UUID(int=row.organisation_id.int), row.name_vi) for row in found]


async def count_simulated(session: AsyncSession, source: str) -> int:
    """How many tasks came from this source before."""
    return int(await session.scalar(_HOW_MANY, {"source": source}) or 0)


async def database_bytes(session: AsyncSession) -> int:
    """What the database takes on disk, without the write-ahead log."""
    return int(await session.scalar(_BYTES) or 0)


async def copy(connection: Connection, rows: Rows) -> None:
    """Write these rows in one transaction.

    The events come last: until it ends, readers of the log wait for the numbers that it draws.
    """
    async with connection.transaction():
        for table, columns in COLUMNS.items():
            await connection.copy_to_table(table, source=BytesIO(rows.copy_text(table)), columns=columns)


async def settle(connection: Connection) -> None:
    """Leave to readers what months of ordinary work would: statistics, sorted indexes, pages known to be visible."""
    for table in COLUMNS:
        await connection.execute(f"VACUUM (ANALYZE) {table}")
