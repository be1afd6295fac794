"""Idempotency keys of many requests together: as `web.idempotency`, on a batcher's own connection.

An answer that is there already is not given again here: its request goes the ordinary way, which does it by all rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sixclear.common.batcher.batcher import NotWritten
from sixclear.common.batcher.statements import Connection, fetch
from sixclear.common.db import dump_json
from sixclear.common.web.idempotency import CLEAN_EVERY, DELETE_EXPIRED, DELETED_AT_ONCE, KEPT_FOR, Claim

_KNOWN = """
SELECT kept.client_id, kept.key_hash
FROM unnest($1::text[], $2::bytea[]) AS asked (client_id, key_hash)
JOIN idempotency_key AS kept ON kept.client_id = asked.client_id AND kept.key_hash = asked.key_hash
WHERE kept.expires_at > $3
"""
# In one order, so that two processes that keep the same keys do not wait for each other.
_KEEP = """
INSERT INTO idempotency_key AS kept
       (client_id, key_hash, route, request_hash, status, headers, body, created_at, expires_at)
SELECT new.*, $8::timestamptz, $9::timestamptz
FROM unnest($1::text[], $2::bytea[], $3::text[], $4::bytea[], $5::smallint[], $6::jsonb[], $7::bytea[])
     AS new (client_id, key_hash, route, request_hash, status, headers, body)
ORDER BY new.client_id, new.key_hash
ON CONFLICT (client_id, key_hash) DO UPDATE
   SET route = excluded.route, request_hash = excluded.request_hash, status = excluded.status,
       headers = excluded.headers, body = excluded.body, created_at = excluded.created_at,
       expires_at = excluded.expires_at
 WHERE kept.expires_at <= excluded.created_at
"""

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that is kept with its key."""

    claim: Claim
    status: int
    headers: Headers
    body: bytes


async def used_before(connection: Connection, claims: Sequence[Claim], now: datetime) -> set[tuple[str, bytes]]:
    """Client and hash of those keys that were used before and have not expired."""
    if not claims:
        return set()
    rows = await connection.fetch(
        _KNOWN, [claim.client_id for claim in claims], [claim.key_hash for claim in claims], now
    )
    return {(row[0], row[1]) for row in rows}


async def keep(connection: Connection, answers: Sequence[Kept], now: datetime) -> None:
    """Keep these answers; raises NotWritten when one of the keys was used meanwhile."""
    if not answers:
        return
    claims = [kept.claim for kept in answers]
    columns: list[list[Any]] = [
        [claim.client_id for claim in claims],
        [claim.key_hash for claim in claims],
        [claim.route for claim in claims],
        [claim.request_hash for claim in claims],
        [kept.status for kept in answers],
        [_stored(kept.headers) for kept in answers],
        [kept.body for kept in answers],
    ]
    done = await connection.execute(_KEEP, *columns, now, now + KEPT_FOR)
    if done != f"INSERT 0 {len(answers)}":
        raise NotWritten
    if any(claim.key_hash[0] % CLEAN_EVERY == 0 for claim in claims):
        await fetch(connection, DELETE_EXPIRED, {"now": now, "limit": DELETED_AT_ONCE})


def _stored(headers: Headers) -> str:
    return dump_json([[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers])
