"""The access log: who read what is not public, when, and by which scope. One row for each answer.

A row says what was asked for. It holds nothing of what was answered, and nothing that a person typed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import Database, dump_json

# `operation` is the name in the OpenAPI document, or the path of a page. `entity` has the identifiers in its address.
DDL_V1: list[str] = [
    """CREATE TABLE access_record (
         access_record_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
         read_at timestamptz NOT NULL,
         client_id text NOT NULL,
         organisation_id uuid,
         scopes text[] NOT NULL,
         operation text NOT NULL,
         entity text,
         filter jsonb NOT NULL,
         request_id text
       )""",
    "CREATE INDEX ix_access_record_read_at ON access_record (read_at)",
    "CREATE INDEX ix_access_record_client_id ON access_record (client_id, access_record_id)",
    "CREATE INDEX ix_access_record_entity ON access_record (entity, access_record_id) WHERE entity IS NOT NULL",
]

_PURGED_AT_ONCE = 10_000
_NOTE = text(
    """INSERT INTO access_record
         (read_at, client_id, organisation_id, scopes, operation, entity, filter, request_id)
       VALUES (:read_at, :client_id, :organisation_id, CAST(:scopes AS text[]), :operation, :entity,
               CAST(:filter AS jsonb), :request_id)"""
)
_LIST = (
    "SELECT access_record_id, read_at, client_id, organisation_id, scopes, operation, entity, filter, request_id"
    " FROM access_record"
)
_PURGE = text(
    """DELETE FROM access_record WHERE access_record_id IN (
         SELECT access_record_id FROM access_record WHERE read_at < :before
         ORDER BY read_at LIMIT :most FOR UPDATE SKIP LOCKED)"""
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer that showed what is not public.

    `scopes` are those of the caller that the address asks for, `filter` what a list was narrowed to.
    """

    read_at: datetime
    client_id: str
    organisation_id: UUID | None
    scopes: Sequence[str]
    operation: str
    entity: str | None
    filter: Mapping[str, str]
    request_id: str | None


async def note(session: AsyncSession, reading: Reading) -> None:
    """Add a reading to the log; the caller commits before anything is shown."""
    values = {
        "read_at": reading.read_at,
        "client_id": reading.client_id,
        "organisation_id": reading.organisation_id,
        "scopes": list(reading.scopes),
        "operation": reading.operation,
        "entity": reading.entity,
        "filter": dump_json(reading.filter),
        "request_id": reading.request_id,
    }
    await session.execute(_NOTE, values)


_COMPARED = {
    "client_id": "client_id = :client_id",
    "entities": "entity = ANY (CAST(:entities AS text[]))",
    "before": "access_record_id < :before",
}


async def list_readings(
    session: AsyncSession,
    *,
    client_id: str | None = None,
    entities: Collection[str] | None = None,
    before: int | None = None,
    limit: int,
) -> Sequence[Row[tuple[object, ...]]]:
    """Readings by a client, or of some entities, newest first, older than the one with the number `before`."""
    named = None if entities is None else sorted(entities)
    asked = {"client_id": client_id, "entities": named, "before": before}
    given = {name: value for name, value in asked.items() if value is not None}
    narrowed = f" WHERE {' AND '.join(_COMPARED[name] for name in given)}" if given else ""
    statement = text(f"{_LIST}{narrowed} ORDER BY access_record_id DESC LIMIT :limit")
    return (await session.execute(statement, {**given, "limit": limit})).all()


async def purge(database: Database, kept_days: int, now: datetime) -> int:
    """Delete readings that are older than `kept_days`, in short transactions; returns how many. Safe to run twice."""
    before, purged = now - timedelta(days=kept_days), 0
    while True:
        async with database.transaction() as session:
            deleted = await session.execute(_PURGE, {"before": before, "most": _PURGED_AT_ONCE})
        count = int(getattr(deleted, "rowcount", 0))
        purged += count
        if count < _PURGED_AT_ONCE:
            return purged
