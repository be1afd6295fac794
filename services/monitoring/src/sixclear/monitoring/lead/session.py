"""What the leader's own session says to the server: a lock that lives as long as it does, and news for the others."""

from typing import Any

import asyncpg

CHANNEL = "monitoring_view"
# Any number but that of the migrations. The relay's lock has the same one, in other databases: were monitoring to
# publish events of its own, leader and relay would keep each other out for ever, and one needs another number first.
_LOCK = 5_757_002


async def try_lock(connection: "asyncpg.Connection[Any]") -> bool:
    """Take the leader's lock if it is free."""
    return bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK))


async def notify(connection: "asyncpg.Connection[Any]") -> None:
    """Tell the other replicas that the view changed."""
    await connection.execute(f"NOTIFY {CHANNEL}")
