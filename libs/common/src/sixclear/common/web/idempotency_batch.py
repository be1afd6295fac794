"""Idempotency keys of many requests together: as `web.idempotency`, in the one statement by which a batch writes.

An answer that is there already is not given again here: its request goes the ordinary way, which does it by all rules.
"""

import asyncio
import contextvars
from collections.abc import Iterable, Sequence
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from sixclear.common.db import Database, dump_json
from sixclear.common.web.idempotency import CLEAN_EVERY, DIGEST, Claim, delete_expired, digest_of

_log = structlog.get_logger(__name__)

Headers = Sequence[tuple[bytes, bytes]]

# Whether a key was used before and has not expired, beside a row `asked` that has its `client_id` and `key_hash`. Its
# time is compared outside of the sub-select: of an empty table the server would rather read the index of the times, and
# keep that plan when it holds a million.
USED_BEFORE = """coalesce((SELECT kept.expires_at FROM idempotency_key AS kept
                           WHERE kept.client_id = asked.client_id AND kept.key_hash = asked.key_hash) > :now, false)"""

# The columns of a key in the table `taken` of a batch (`web.hot_write`), with their types.
TAKEN_KEY = {
    "key_client": "text",
    "key_hash": "bytea",
    "key_route": "text",
    "key_request": "bytea",
    "key_status": "smallint",
    "key_headers": "text",
    "key_body": "bytea",
}
NO_KEY = (None,) * len(TAKEN_KEY)

# In one order, so that two processes that keep the same keys do not wait for each other.
KEEP_TAKEN = """
INSERT INTO idempotency_key AS kept
       (client_id, key_hash, route, request_hash, status, headers, body, created_at, expires_at)
SELECT key_client, key_hash, key_route, key_request, key_status, key_headers::jsonb, key_body, :now, :until
FROM taken WHERE key_hash IS NOT NULL ORDER BY key_client, key_hash
ON CONFLICT (client_id, key_hash) DO UPDATE
   SET route = excluded.route, request_hash = excluded.request_hash, status = excluded.status,
       headers = excluded.headers, body = excluded.body, created_at = excluded.created_at,
       expires_at = excluded.expires_at
 WHERE kept.expires_at <= excluded.created_at
RETURNING true
"""


def taken_key(
    claim: Claim, status: int, headers: Headers, body: bytes, *, is_made_again: bool = False
) -> tuple[object, ...]:
    """The values of `TAKEN_KEY`: a key with its answer; only its digest where the service makes it again."""
    said = (claim.client_id, claim.key_hash, claim.route, claim.request_hash, status)
    if not is_made_again:
        return *said, _stored(headers), body
    digest = (DIGEST.encode(), digest_of(body).encode())
    return *said, _stored([*headers, digest]), None


def _stored(headers: Headers) -> str:
    return dump_json([[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers])


class KeyCleaner:
    """Removes expired keys beside the batches: about every hundredth key begins it, one at a time.

    No answer waits for it. Inside a batch it was the tail of the answers: of fifty keys one begins it in half of all
    batches, and its three round trips held up those who had their change stored, and the next batch behind them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._task: asyncio.Task[None] | None = None

    def begin(self, claims: Iterable[Claim], now: datetime) -> None:
        """Begin it where one of these keys says so, and return."""
        if self._task is not None or not any(claim.key_hash[0] % CLEAN_EVERY == 0 for claim in claims):
            return
        # It belongs to no batch and to no request: not their trace, not the variables of their log lines.
        self._task = asyncio.create_task(self._clean(now), name="expired-keys", context=contextvars.Context())

    async def _clean(self, now: datetime) -> None:
        try:
            async with self._database.transaction() as session:
                await delete_expired(session, now)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("expired keys were not removed", error=error)
        finally:
            self._task = None

    async def stop(self, deadline_seconds: float = 1.0) -> None:
        """Let it end, or cancel it after `deadline_seconds`: nothing is lost by that."""
        if (task := self._task) is None:
            return
        _, late = await asyncio.wait({task}, timeout=deadline_seconds)
        if late:
            task.cancel()
            await asyncio.wait({task}, timeout=deadline_seconds)
