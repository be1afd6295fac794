"""What heartbeats of the front read and write together: one statement each, by the batcher's own connection."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy.dialects.postgresql import JSONB

from sixclear.common.batcher.connection import Exchange
from sixclear.common.web.hot_write import HotWrite
from sixclear.common.web.idempotency import Claim
from sixclear.common.web.idempotency_batch import USED_BEFORE
from sixclear.data_catalog.entry.models import Entry

_CHANGE = "heartbeat_received"
# Neither an event nor an answer has these.
_NOT_READ = {"search_text", "folded_key", "duplicate_of"}
_COLUMNS = [column.name for column in Entry.__table__.columns if column.name not in _NOT_READ]
# The driver gives JSON as text.
_AS_TEXT = [name for name in _COLUMNS if isinstance(Entry.__table__.c[name].type, JSONB)]

# Each look-up stands beside the array, never joined to it, so that no plan can read a whole table.
READ = f"""
SELECT found.*, {USED_BEFORE} AS used
FROM unnest($1::uuid[], $2::text[], $3::bytea[]) AS asked (entry_id, client_id, key_hash)
CROSS JOIN LATERAL (SELECT {", ".join(_COLUMNS)} FROM entry WHERE entry.entry_id = asked.entry_id OFFSET 0) AS found
""".replace(":now", "$4::timestamptz")  # noqa: S608 (constants)


async def read(exchange: Exchange, asked: Sequence[tuple[UUID, Claim | None]], now: datetime) -> Mapping[UUID, Entry]:
    """Those of these entries that are there, as one snapshot has them; nothing is locked, no session holds them.

    One whose key was used before is left out.
    """
    claims = [claim for _, claim in asked]
    clients = [claim and claim.client_id for claim in claims]
    hashes = [claim and claim.key_hash for claim in claims]
    found = await exchange.read(READ, [entry_id for entry_id, _ in asked], clients, hashes, now)
    return {row["entry_id"]: _entry(row) for row in found if not row["used"]}


def _entry(row: Mapping[str, object]) -> Entry:
    values = {name: row[name] for name in _COLUMNS}
    for name in _AS_TEXT:
        text = values[name]
        values[name] = orjson.loads(text) if isinstance(text, str) else text
    return Entry(**values)


_MOVED = {
    "published_version": "integer",
    "occurred_at": "timestamptz",
    "last_heartbeat_at": "timestamptz",
    "records_count": "bigint",
}
WRITE = HotWrite.of(
    "entry",
    "entry_id",
    _CHANGE,
    {f"new_{name}": kind for name, kind in _MOVED.items()},
    f"""moved AS (
        UPDATE entry SET version = taken.version, recorded_at = :now,
                         {", ".join(f"{name} = new_{name}" for name in _MOVED)}
        FROM taken WHERE entry.entry_id = taken.entity_id AND event_data IS NOT NULL
    )""",  # noqa: S608 (constants)
)


def row_of(entry: Entry, event: tuple[object, ...], key: tuple[object, ...]) -> tuple[object, ...]:
    """What is stored of an entry at its new version, with its event and its key, `NO_KEY` where it has none."""
    moved = (getattr(entry, name) for name in _MOVED)
    return (entry.entry_id, entry.version - 1, entry.version, *event, *key, *moved)


async def write(exchange: Exchange, rows: Sequence[tuple[object, ...]], now: datetime) -> Collection[UUID]:
    """Store these rows, and say of which entries: one that another transaction holds or has changed is passed over."""
    return await WRITE.send(exchange, rows, now)
