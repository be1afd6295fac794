"""How far a service's relay has come, and who may move it: only the session that holds the relay's lock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import BigInteger, bindparam, text

from sixclear.common.db import Database

# Any constant does; each service has a database of its own, so each has a lock of its own.
_RELAY_LOCK = 5_757_002

DDL_V1: list[str] = [
    """CREATE TABLE relay_cursor (
         only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
         position bigint NOT NULL DEFAULT 0,
         epoch integer NOT NULL DEFAULT 1,
         offsets jsonb NOT NULL DEFAULT '{}',
         updated_at timestamptz NOT NULL DEFAULT now()
       )""",
    "INSERT INTO relay_cursor DEFAULT VALUES",
    """CREATE TABLE relay_replay (
         replay_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
         from_position bigint CHECK (from_position >= 1),
         entity_id uuid,
         requested_at timestamptz NOT NULL DEFAULT now(),
         CHECK ((from_position IS NULL) <> (entity_id IS NULL))
       )""",
]

_REQUEST = text("INSERT INTO relay_replay (from_position, entity_id) VALUES (:from_position, :entity_id)").bindparams(
    bindparam("from_position", type_=BigInteger)
)

_SAVE = "UPDATE relay_cursor SET position = $1, epoch = $2, offsets = $3::text::jsonb, updated_at = now()"

_POSITION = text("SELECT position FROM relay_cursor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Everything up to `position` is acknowledged; `offsets` holds the last acknowledged offset per partition."""

    position: int = 0
    epoch: int = 1
    offsets: dict[tuple[str, int], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replay:
    """A request to send again: from a position on, or one entity's events."""

    replay_id: int
    from_position: int | None
    entity_id: UUID | None


@dataclass(frozen=True, slots=True)
class PlacedPurge:
    """A purge: its records on the broker are below `offsets`, by partition; to delete once `position` is sent."""

    purge_id: int
    entity_type: str
    entity_id: UUID
    position: int
    offsets: Mapping[int, int]


class CursorStore:
    """The cursor, on the connection whose session holds the lock: a relay that lost its lock cannot move it.

    On a connection of the pool a relay that was frozen could save its cursor after another one has taken over. Where
    that one has gone back to the first event, because the broker lost its log, the old cursor would stand again, and
    what the broker lost would never be sent. Costs one connection outside the pool for each relay, also in standby.
    Limit: the server notices a peer that vanished after about ten seconds, and until then nothing is sent
    (`test_one_is_active_and_another_takes_over_when_its_session_ends`).
    """

    def __init__(self, connection: "asyncpg.Connection[Any]") -> None:
        self._connection = connection

    async def try_lock(self) -> bool:
        """Become the one active relay, if there is none; the lock ends with the connection."""
        return bool(await self._connection.fetchval("SELECT pg_try_advisory_lock($1)", _RELAY_LOCK))

    async def load(self) -> Cursor:
        """Where the last active relay stood."""
        row = await self._connection.fetchrow("SELECT position, epoch, offsets::text FROM relay_cursor")
        assert row is not None
        offsets = {
            (topic, int(partition)): offset
            for stream, offset in orjson.loads(row["offsets"]).items()
            for topic, _, partition in [stream.rpartition("/")]
        }
        return Cursor(position=row["position"], epoch=row["epoch"], offsets=offsets)

    async def save(self, cursor: Cursor, *, served: Replay | None = None) -> None:
        """Store the cursor; in the same transaction forget a request that was served."""
        offsets = {f"{topic}/{partition}": offset for (topic, partition), offset in cursor.offsets.items()}
        values = (cursor.position, cursor.epoch, orjson.dumps(offsets).decode())
        if served is None:
            await self._connection.execute(_SAVE, *values)
            return
        async with self._connection.transaction():
            await self._connection.execute(_SAVE, *values)
            await self._connection.execute("DELETE FROM relay_replay WHERE replay_id = $1", served.replay_id)

    async def unplaced_purge_topics(self) -> set[str]:
        """The kinds of entities of which something was purged, and the broker still holds it; not yet sent again."""
        rows = await self._connection.fetch("SELECT DISTINCT entity_type FROM log_purge WHERE offsets IS NULL")
        return {row["entity_type"] for row in rows}

    async def begin_again(self, cursor: Cursor, ends: Mapping[str, Mapping[int, int]], tail: int) -> None:
        """Go back to `cursor`, and note where the topics of purged kinds of entities ended before that.

        `tail` is the log's end, read afterwards: once that is sent, the records below are needed no more. Both in one
        transaction: noted alone, records would be deleted that are not sent again.
        """
        async with self._connection.transaction():
            await self.save(cursor)
            for entity_type, offsets in ends.items():
                await self._connection.execute(
                    """UPDATE log_purge SET offsets = $1::text::jsonb, position = $2
                       WHERE offsets IS NULL AND entity_type = $3""",
                    orjson.dumps({str(partition): offset for partition, offset in offsets.items()}).decode(),
                    tail,
                    entity_type,
                )

    async def placed_purges(self) -> Sequence[PlacedPurge]:
        """Those whose records the broker still holds, in the order in which they can be deleted."""
        rows = await self._connection.fetch(
            """SELECT purge_id, entity_type, entity_id, position, offsets::text FROM log_purge
               WHERE offsets IS NOT NULL AND broker_cleared_at IS NULL ORDER BY position, purge_id"""
        )
        return [
            PlacedPurge(
                row["purge_id"],
                row["entity_type"],
                row["entity_id"],
                row["position"],
                {int(partition): offset for partition, offset in orjson.loads(row["offsets"]).items()},
            )
            for row in rows
        ]

    async def note_cleared(self, purge: PlacedPurge) -> None:
        """The broker holds nothing of it any more."""
        await self._connection.execute(
            "UPDATE log_purge SET broker_cleared_at = now() WHERE purge_id = $1", purge.purge_id
        )

    async def next_replay(self) -> Replay | None:
        """The oldest request to send again."""
        row = await self._connection.fetchrow(
            "SELECT replay_id, from_position, entity_id FROM relay_replay ORDER BY replay_id LIMIT 1"
        )
        return None if row is None else Replay(row["replay_id"], row["from_position"], row["entity_id"])


async def read_position(database: Database) -> int:
    """Up to which event everything was acknowledged, whichever relay is active."""
    async with database.session() as session:
        return int((await session.execute(_POSITION)).scalar_one())


async def request_replay(
    database: Database, *, from_position: int | None = None, entity_id: UUID | None = None
) -> None:
    """Ask whichever relay is active to send again; exactly one of the two arguments says what."""
    if (from_position is None) == (entity_id is None):
        raise ValueError("say either a position or an entity")
    async with database.transaction() as session:
        await session.execute(_REQUEST, {"from_position": from_position, "entity_id": entity_id})
