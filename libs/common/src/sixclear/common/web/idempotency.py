"""Retries without doubling: the answer of a change is kept in the change's own transaction and given again.

The table holds hashes of keys and bodies, and answers; an answer that is itself a secret is not kept (see
`RouteOptions`), and where an entity keeps its key forever nothing is. Of an answer that its service can make again a
hot route keeps the digest (docs/decisions/0034).
"""

import base64
import hashlib
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from sqlalchemy import TIMESTAMP, Integer, Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from sixclear.common.db import dump_json
from sixclear.common.errors import DomainError
from sixclear.common.service_state import state_of

DDL_V1: list[str] = [
    """CREATE TABLE idempotency_key (
         client_id text NOT NULL,
         key_hash bytea NOT NULL,
         route text NOT NULL,
         request_hash bytea NOT NULL,
         status smallint,
         headers jsonb,
         body bytea,
         created_at timestamptz NOT NULL,
         expires_at timestamptz NOT NULL,
         PRIMARY KEY (client_id, key_hash)
       )""",
    "CREATE INDEX ix_idempotency_key_expires_at ON idempotency_key (expires_at)",
]

KEPT_FOR = timedelta(hours=24)
DELETED_AT_ONCE = 200
CLEAN_EVERY = 100

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
# Stands with the headers of an answer that is made again, as RFC 9530 has it; it is never sent.
DIGEST = "repr-digest"
_OWN_HEADERS = frozenset({"content-length", "date", "x-request-id"})

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

# The key is claimed by an INSERT in the transaction of the change itself. A look first and an INSERT later would let
# two copies of one request both find nothing, and both change something. Here the second copy waits for the
# transaction of the first: then the answer is there, or the first was rolled back and the key is free. It waits for
# 3 s at most (`lock_timeout`) and is then told to try again. An expired key is taken over. Costs two statements for a
# first request (claim and answer) and two for a retry (claim and look). `test_two_at_once_change_once`,
# `test_a_twin_takes_over_when_the_first_is_rolled_back`.
_CLAIM = text("""
INSERT INTO idempotency_key AS kept (client_id, key_hash, route, request_hash, created_at, expires_at)
VALUES (:client_id, :key_hash, :route, :request_hash, :now, :expires_at)
ON CONFLICT (client_id, key_hash) DO UPDATE
   SET route = excluded.route, request_hash = excluded.request_hash, status = NULL, headers = NULL, body = NULL,
       created_at = excluded.created_at, expires_at = excluded.expires_at
 WHERE kept.expires_at <= excluded.created_at
RETURNING true
""")
_FIND = text("""
SELECT route, request_hash, status, headers, body, created_at FROM idempotency_key
WHERE client_id = :client_id AND key_hash = :key_hash
""")
_KEEP = text("""
UPDATE idempotency_key SET status = :status, headers = CAST(:headers AS jsonb), body = :body
WHERE client_id = :client_id AND key_hash = :key_hash
""")
_STANDS = text("""
SELECT true FROM idempotency_key
WHERE client_id = :client_id AND key_hash = :key_hash AND expires_at > :now
""").bindparams(bindparam("now", type_=TIMESTAMP(timezone=True)))
DELETE_EXPIRED = text("""
DELETE FROM idempotency_key WHERE (client_id, key_hash) IN (
  SELECT client_id, key_hash FROM idempotency_key WHERE expires_at <= :now
  ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED)
""").bindparams(bindparam("now", type_=TIMESTAMP(timezone=True)), bindparam("limit", type_=Integer))


class InvalidIdempotencyKey(DomainError):
    code = "invalid-idempotency-key"
    status = 400
    title = "Idempotency-Key must be 1 to 255 visible ASCII characters, sent once"
    meaning = "The header `Idempotency-Key` is empty, too long, has other characters, or was sent twice."
    remedy = "Send the header once, with 1 to 255 visible ASCII characters."


class IdempotencyKeyRequired(DomainError):
    code = "idempotency-key-required"
    status = 400
    title = "This request needs an Idempotency-Key"
    meaning = "This request creates something, and needs a key so that a repetition creates nothing twice."
    remedy = "Send a new `Idempotency-Key`, such as a random UUID, and keep it for repetitions of this request."


class IdempotencyKeyReused(DomainError):
    code = "idempotency-key-reused"
    status = 422
    title = "The Idempotency-Key was used for another request"
    meaning = "The key belongs to an earlier request with another content."
    remedy = "Use a new key for a new request. Repeat a key only with the same request."


@dataclass(frozen=True, slots=True)
class Claim:
    """One use of a key: whose, for which request."""

    client_id: str
    key_hash: bytes
    route: str
    request_hash: bytes

    @classmethod
    async def of(cls, request: Request, client_id: str, key: str) -> "Claim":
        """The claim of `request`, whose body is read for it."""
        route = f"{request.method} {request.scope['path']}"
        return cls.made(client_id, key, route, request.scope.get("query_string", b""), await request.body())

    @classmethod
    def made(cls, client_id: str, key: str, route: str, query: bytes, body: bytes) -> "Claim":
        """The claim of a request whose parts these are; `route` is its method and path."""
        request_hash = hashlib.sha256(query + b"\x00" + body).digest()
        return cls(client_id, cls.hash_of(key), route, request_hash)

    @staticmethod
    def hash_of(key: str) -> bytes:
        """What is kept of a key."""
        return hashlib.sha256(key.encode()).digest()


def well_formed(key: str) -> bool:
    """Whether a header's value can be a key."""
    return _KEY.fullmatch(key) is not None


def key_of(request: Request) -> str | None:
    """The request's key, if any; raises InvalidIdempotencyKey."""
    values = request.headers.getlist("idempotency-key")
    if not values:
        return None
    if len(values) > 1 or not well_formed(values[0]):
        raise InvalidIdempotencyKey
    return values[0]


async def required_key(
    request: Request,
    idempotency_key: Annotated[str | None, Header(description="Required; the same for every retry.")] = None,
) -> str:
    """The request's key; raises IdempotencyKeyRequired without one."""
    key = key_of(request)
    if key is None:
        raise IdempotencyKeyRequired
    return key


RequiredKeyDep = Annotated[str, Depends(required_key)]


async def answer_once(
    request: Request, session: AsyncSession, claim: Claim, now: datetime, handler: Handler, *, keep_answer: bool
) -> Response:
    """The answer of `handler`, or the one that was given to the same request before.

    To give it again is a reading: `still_readable` of the service state, where there is one, answers what of it the
    caller may read now, or raises when that is nothing.

    Only successes are kept: whatever else happens rolls the transaction, and the claim with it, back.
    """
    earlier = await _claim(session, claim, now)
    if earlier is not None and (earlier.route, earlier.request_hash) != (claim.route, claim.request_hash):
        raise IdempotencyKeyReused("Use a new key for a new request.")
    if earlier is not None and keep_answer and earlier.status is not None:
        return await _given_again(request, session, earlier)
    response = await handler(request)
    if response.status_code >= 400:
        return response
    if earlier is not None:
        response.headers["Idempotency-Replayed"] = "true"
    elif keep_answer:
        await _keep(session, claim, response)
    if claim.key_hash[0] % CLEAN_EVERY == 0:
        await delete_expired(session, now)
    return response


async def _claim(session: AsyncSession, claim: Claim, now: datetime) -> Row[Any] | None:
    """None when the key is ours now, else what was kept under it."""
    values = {"client_id": claim.client_id, "key_hash": claim.key_hash}
    request = {"route": claim.route, "request_hash": claim.request_hash, "now": now, "expires_at": now + KEPT_FOR}
    if (await session.execute(_CLAIM, {**values, **request})).scalar_one_or_none():
        return None
    return (await session.execute(_FIND, values)).one()


async def _keep(session: AsyncSession, claim: Claim, response: Response) -> None:
    headers = [[name, value] for name, value in response.headers.items() if name not in _OWN_HEADERS]
    await session.execute(
        _KEEP,
        {
            "client_id": claim.client_id,
            "key_hash": claim.key_hash,
            "status": response.status_code,
            "headers": dump_json(headers),
            "body": bytes(response.body),
        },
    )


def digest_of(body: bytes) -> str:
    """What tells whether an answer that is made again is the one that was given."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


async def _given_again(request: Request, session: AsyncSession, earlier: Row[Any]) -> Response:
    state, headers = state_of(request), dict(earlier.headers)
    kept: bytes | None = earlier.body
    is_same = True
    if kept is None and state.made_again is not None:
        kept = await state.made_again(request, session, headers["etag"], earlier.created_at)
        is_same = digest_of(kept) == headers[DIGEST]
    assert kept is not None
    body = kept if state.still_readable is None else await state.still_readable(request, session, kept)
    return _replayed(earlier, body, is_same=is_same and body == kept)


def _replayed(earlier: Row[Any], body: bytes, *, is_same: bool) -> Response:
    response = Response(body, earlier.status)
    for name, value in earlier.headers:
        # What is told again has another version.
        if name != DIGEST and (name != "etag" or is_same):
            response.headers.append(name, value)
    response.headers["Idempotency-Replayed"] = "true"
    return response


async def stands(session: AsyncSession, owner: str, key: str, now: datetime) -> bool:
    """Whether a key is kept for this owner; for a route whose keys belonged to another name in the release before."""
    values = {"client_id": owner, "key_hash": Claim.hash_of(key), "now": now}
    return (await session.execute(_STANDS, values)).scalar_one_or_none() is not None


async def delete_expired(session: AsyncSession, now: datetime, limit: int = DELETED_AT_ONCE) -> None:
    """Remove up to `limit` keys past their time, leaving out those that another transaction holds.

    About every hundredth change does it, so the table stays about as large as a day's changes and nothing runs beside.
    """
    await session.execute(DELETE_EXPIRED, {"now": now, "limit": limit})
