"""What is to be sent, in the service's database: once for a key, in order, with every attempt.

A message is written in the transaction of what it tells. Who takes it leases it for a while, without a transaction that
stays open while a server answers; a process that ends meanwhile leaves the lease to run out, and the message is sent
again under the same key. Neither the receiver's address nor a secret is kept here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Text, bindparam, text
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import dump_json

# Longer than any request may take, or two processes would send the same at a time.
LEASE = timedelta(minutes=2)
GIVEN_UP_AFTER = timedelta(days=7)
# How long it can be read how often a message was tried. That it was sent is kept: it is never sent twice.
ATTEMPTS_KEPT = timedelta(days=90)
_ATTEMPTS_AT_A_TIME = 5_000
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
_LONGEST_ASKED = timedelta(days=1)
# A message as it is kept, with its state.
Kept = Row[Any]
_IDS = ARRAY(PgUUID(as_uuid=True))

DDL_V1: list[str] = [
    """CREATE TABLE outgoing (
         outgoing_id uuid PRIMARY KEY,
         kind text NOT NULL,
         owner_id uuid NOT NULL,
         key text NOT NULL,
         subject text NOT NULL,
         about jsonb NOT NULL DEFAULT '{}',
         content bytea,
         sha256 bytea NOT NULL,
         state text NOT NULL DEFAULT 'waiting'
               CONSTRAINT ck_outgoing_state CHECK (state IN ('waiting', 'delivered', 'refused', 'given_up', 'dropped')),
         attempts integer NOT NULL DEFAULT 0,
         put_at timestamptz NOT NULL,
         next_at timestamptz,
         ended_at timestamptz,
         status integer,
         problem text,
         told text,
         receipt text,
         CONSTRAINT uq_outgoing_key UNIQUE (kind, owner_id, key)
       )""",
    "CREATE INDEX ix_outgoing_next_at ON outgoing (kind, next_at) WHERE state = 'waiting'",
    "CREATE INDEX ix_outgoing_subject ON outgoing (owner_id, subject, outgoing_id) WHERE state = 'waiting'",
    "CREATE INDEX ix_outgoing_owner_id ON outgoing (owner_id, outgoing_id)",
    """CREATE TABLE outgoing_attempt (
         outgoing_id uuid NOT NULL
               CONSTRAINT fk_outgoing_attempt_outgoing_id_outgoing REFERENCES outgoing ON DELETE CASCADE,
         number integer NOT NULL,
         began_at timestamptz NOT NULL,
         ended_at timestamptz,
         status integer,
         problem text,
         PRIMARY KEY (outgoing_id, number)
       )""",
]

# What is deleted by its age is found by it.
DDL_V2: list[str] = ["CREATE INDEX ix_outgoing_attempt_ended_at ON outgoing_attempt (ended_at)"]


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be sent to an owner's receiver. Messages on one subject arrive in the order in which they were put."""

    outgoing_id: UUID
    kind: str
    owner_id: UUID
    key: str
    subject: str
    about: dict[str, Any]
    content: bytes
    sha256: bytes


# What was refused, or given up, is put again under its key with what is to be said now: the mapping was mended.
_PUT = text(
    """INSERT INTO outgoing AS o (outgoing_id, kind, owner_id, key, subject, about, content, sha256, put_at, next_at)
       VALUES (:outgoing_id, :kind, :owner_id, :key, :subject, CAST(:about AS jsonb), :content, :sha256, :now, :now)
       ON CONFLICT (kind, owner_id, key) DO UPDATE
          SET about = excluded.about, content = excluded.content, sha256 = excluded.sha256, state = 'waiting',
              put_at = excluded.put_at, next_at = excluded.next_at, ended_at = NULL, status = NULL, problem = NULL,
              told = NULL, receipt = NULL
        WHERE o.state IN ('refused', 'given_up', 'dropped')
       RETURNING outgoing_id"""
)
# The first of each subject that waits; those behind it go when it has gone.
_TAKE = text(
    """WITH due AS (
         SELECT o.outgoing_id FROM outgoing AS o
         WHERE o.kind = :kind AND o.state = 'waiting' AND o.next_at <= :now
           AND NOT EXISTS (SELECT FROM outgoing AS before
                           WHERE before.owner_id = o.owner_id AND before.subject = o.subject
                             AND before.state = 'waiting' AND before.outgoing_id < o.outgoing_id)
         ORDER BY o.next_at, o.outgoing_id LIMIT :most FOR UPDATE OF o SKIP LOCKED),
       taken AS (
         UPDATE outgoing SET attempts = attempts + 1, next_at = :leased_until FROM due
         WHERE outgoing.outgoing_id = due.outgoing_id RETURNING outgoing.*),
       begun AS (
         INSERT INTO outgoing_attempt (outgoing_id, number, began_at)
         SELECT outgoing_id, attempts, :now FROM taken)
       SELECT * FROM taken ORDER BY outgoing_id"""
)
# Only the attempt that was begun last is told of: a lease that ran out has another one after it.
_KEEP = text(
    """WITH kept AS (
         UPDATE outgoing SET state = :state, next_at = :next_at,
                ended_at = CASE WHEN :ends THEN CAST(:now AS timestamptz) END,
                status = :status, problem = :problem, told = :told, receipt = :receipt,
                content = CASE WHEN :ends THEN NULL ELSE content END
         WHERE outgoing_id = :outgoing_id AND attempts = :number AND state = 'waiting')
       UPDATE outgoing_attempt SET ended_at = :now, status = :status, problem = :problem
       WHERE outgoing_id = :outgoing_id AND number = :number"""
)
_GIVE_BACK = text(
    """WITH back AS (
         UPDATE outgoing SET attempts = attempts - 1, next_at = :until
         WHERE outgoing_id = :outgoing_id AND attempts = :number AND state = 'waiting' RETURNING outgoing_id)
       DELETE FROM outgoing_attempt USING back
       WHERE outgoing_attempt.outgoing_id = back.outgoing_id AND number = :number"""
)
_PUT_OFF = text(
    """UPDATE outgoing SET next_at = :until
       WHERE kind = :kind AND owner_id = :owner_id AND state = 'waiting' AND next_at < :until
         AND outgoing_id <> ALL (:but)"""
).bindparams(bindparam("but", type_=_IDS))
_DROP = text(
    """UPDATE outgoing SET state = 'dropped', ended_at = :now, next_at = NULL, content = NULL, problem = :problem
       WHERE outgoing_id = ANY (:ids) AND state = 'waiting'"""
).bindparams(bindparam("ids", type_=_IDS))
_LIST = text(
    """SELECT outgoing_id, subject, about, sha256, state, attempts, put_at, next_at, ended_at, status, problem, told,
              receipt FROM outgoing
       WHERE kind = :kind AND owner_id = :owner_id AND (CAST(:state AS text) IS NULL OR state = :state)
         AND (CAST(:before AS uuid) IS NULL OR outgoing_id < :before)
       ORDER BY outgoing_id DESC LIMIT :limit"""
)
_STATES = text(
    "SELECT key, state FROM outgoing WHERE kind = :kind AND owner_id = :owner_id AND key = ANY (:keys)"
).bindparams(bindparam("keys", type_=ARRAY(Text)))


_WAITING_SINCE = text("SELECT min(put_at) FROM outgoing WHERE kind = :kind AND state = 'waiting'")
_FORGET_ATTEMPTS = text(
    """WITH old AS (
         SELECT outgoing_id, number FROM outgoing_attempt WHERE ended_at < :before ORDER BY ended_at LIMIT :most)
       DELETE FROM outgoing_attempt USING old
       WHERE outgoing_attempt.outgoing_id = old.outgoing_id AND outgoing_attempt.number = old.number"""
)


async def put(session: AsyncSession, message: Message, now: datetime) -> UUID | None:
    """Let a message be sent, unless one under its key waits or was delivered; its identifier where it will be sent."""
    values = {
        "outgoing_id": message.outgoing_id,
        "kind": message.kind,
        "owner_id": message.owner_id,
        "key": message.key,
        "subject": message.subject,
        "about": dump_json(message.about),
        "content": message.content,
        "sha256": message.sha256,
        "now": now,
    }
    found: UUID | None = (await session.execute(_PUT, values)).scalar_one_or_none()
    return found


async def take(session: AsyncSession, kind: str, now: datetime, most: int) -> Sequence[Kept]:
    """So many messages that are due, leased to the caller; the attempt of each is begun."""
    values = {"kind": kind, "now": now, "leased_until": now + LEASE, "most": most}
    return (await session.execute(_TAKE, values)).all()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt. `again_at`: when it is tried again; `receipt` and `told` are what the receiver said.

    `down`: the receiver took nothing from anybody, so that its other messages wait, too.
    """

    state: str
    status: int | None = None
    problem: str | None = None
    told: str | None = None
    receipt: str | None = None
    again_at: datetime | None = None
    down: bool = False


async def keep(session: AsyncSession, taken: Kept, outcome: Outcome, now: datetime) -> None:
    """Keep what became of a message that was taken. After a lease that ran out nothing is changed but its attempt."""
    values = {
        "outgoing_id": taken.outgoing_id,
        "number": taken.attempts,
        "state": outcome.state,
        "next_at": outcome.again_at,
        "ends": outcome.state != "waiting",
        "status": outcome.status,
        "problem": outcome.problem,
        "told": _storable(outcome.told),
        "receipt": _storable(outcome.receipt),
        "now": now,
    }
    await session.execute(_KEEP, values)


def _storable(said: str | None) -> str | None:
    """What a receiver said, as PostgreSQL can hold it: whatever it says, the outcome is kept."""
    return said and said.replace("\0", "")


async def give_back(session: AsyncSession, taken: Kept, until: datetime) -> None:
    """Let a message that was taken, and was not sent, be as it was, and wait until then."""
    await session.execute(_GIVE_BACK, {"outgoing_id": taken.outgoing_id, "number": taken.attempts, "until": until})


async def put_off(
    session: AsyncSession, kind: str, owner_id: UUID, until: datetime, but: Collection[UUID] = ()
) -> None:
    """Let the waiting messages of an owner wait until then: its receiver is down. `but` are being sent now."""
    await session.execute(_PUT_OFF, {"kind": kind, "owner_id": owner_id, "until": until, "but": list(but)})


async def drop(session: AsyncSession, ids: Collection[UUID], problem: str, now: datetime) -> None:
    """Let these not be sent, where they wait, and forget what they said."""
    await session.execute(_DROP, {"ids": list(ids), "problem": problem, "now": now})


async def waiting_since(session: AsyncSession, kind: str) -> datetime | None:
    """Since when the message that waits longest has waited; None where none waits. Reads all that wait."""
    found: datetime | None = (await session.execute(_WAITING_SINCE, {"kind": kind})).scalar_one()
    return found


async def forget_attempts(session: AsyncSession, now: datetime) -> int:
    """Delete attempts that ended `ATTEMPTS_KEPT` ago, some thousands at most; how many. No message is forgotten."""
    values = {"before": now - ATTEMPTS_KEPT, "most": _ATTEMPTS_AT_A_TIME}
    return int(getattr(await session.execute(_FORGET_ATTEMPTS, values), "rowcount", 0))


async def list_sent(
    session: AsyncSession, kind: str, owner_id: UUID, state: str | None, before: UUID | None, limit: int
) -> Sequence[Kept]:
    """Messages of an owner, those put last first, before one of them; without what they say."""
    values = {"kind": kind, "owner_id": owner_id, "state": state, "before": before, "limit": limit}
    return (await session.execute(_LIST, values)).all()


async def states(session: AsyncSession, kind: str, owner_id: UUID, keys: Collection[str]) -> dict[str, str]:
    """Of these keys of an owner those that were put, with what became of each."""
    found = await session.execute(_STATES, {"kind": kind, "owner_id": owner_id, "keys": list(keys)})
    return {row.key: row.state for row in found}


def pause_after(attempts: int, outgoing_id: UUID) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, up to an hour, and a fifth more by chance.

    The chance is the identifier's, so that what failed together does not come together again.
    """
    doubled: int = 2 ** min(max(attempts - 1, 0), 10)
    pause = min(_FIRST_PAUSE * doubled, _LONGEST_PAUSE)
    return pause * (1 + outgoing_id.int % 1000 / 5000)


def again_at(taken: Kept, now: datetime, asked: timedelta | None) -> datetime | None:
    """When a message that failed is tried again, not before the receiver asked for it; None: it is given up."""
    if now - taken.put_at >= GIVEN_UP_AFTER:
        return None
    return now + max(pause_after(taken.attempts, taken.outgoing_id), min(asked or timedelta(), _LONGEST_ASKED))
