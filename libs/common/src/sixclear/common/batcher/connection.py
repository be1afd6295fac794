"""The connections of a batcher: outside the pool, owned by no request, opened again when they were lost."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias, TypeVar

import asyncpg
import structlog

from sixclear.common.batcher.batcher import Contended, NotWritten
from sixclear.common.db import Database

_log = structlog.get_logger(__name__)

R = TypeVar("R")
Connection: TypeAlias = "asyncpg.Connection[Any]"

# Statements of a batch are prepared once, for arrays of any length: a plan that was made while a table was empty must
# not read the whole of it later (docs/decisions/0032).
SETTINGS = {
    "lock_timeout": "250ms",
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
# Integrity violations, values that no column can hold, and what a trigger or a check of the server refuses.
_DATA_CLASSES = ("22", "23", "P0")
# Another transaction holds what the batch asked for, and waiting longer would hold all of it up; or the server lacks
# room, as on a full disk, which the ordinary way notes for operators and says to callers.
_CONTENDED = ("55P03", "40P01", "53")


class Exchange:
    """What a batch says to the server: it reads, decides, and writes with one statement, which is its transaction.

    So two round trips store a batch, and nothing is locked while it is decided: the statement that writes takes only
    rows that are still at the version that was read (`web.hot_write`).
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.wrote = False

    async def read(self, statement: str, *values: object) -> Sequence[Any]:
        """The rows of a statement that changes nothing; may be called again after a session was lost."""
        rows: Sequence[Any] = await self._connection.fetch(statement, *values)
        return rows

    async def write(self, statement: str, *values: object) -> Sequence[Any]:
        """The rows of the one statement that stores the batch, committed."""
        if self._connection.is_closed():
            raise ConnectionResetError("the session ended before anything was written")
        self.wrote = True
        rows: Sequence[Any] = await self._connection.fetch(statement, *values)
        return rows


class OwnConnections:
    """One connection for each batch that is in flight at a time."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._free: list[OwnConnection] = []

    async def exchange(self, work: Callable[[Exchange], Awaitable[R]]) -> R:
        """As `OwnConnection.exchange`, on one that is free, or on a new one."""
        connection = self._free.pop() if self._free else OwnConnection(self._database, self._name)
        try:
            return await connection.exchange(work)
        finally:
            self._free.append(connection)

    async def close(self) -> None:
        """Close them all; none may be at work."""
        while self._free:
            await self._free.pop().close()


class OwnConnection:
    """Runs the exchange of a batch at a time; not for two tasks at once.

    A session that is lost before the batch was sent to be written is opened again and the work repeated once: nothing
    of it was stored. One that is lost later is not: whether it was stored is not known then.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._connection: Connection | None = None
        self._exchanges = 0

    async def exchange(self, work: Callable[[Exchange], Awaitable[R]]) -> R:
        """What `work` gives, stored.

        Raises NotWritten where the server refuses what was to be written; any other error leaves the outcome open.
        """
        try:
            return await self._once(work)
        except _LostBeforeWrite as lost:
            _log.warning("connection lost before the write, trying again", connection=self._name, error=lost.__cause__)
        return await self._once(work)

    async def _once(self, work: Callable[[Exchange], Awaitable[R]]) -> R:
        connection = await self._open()
        exchange = Exchange(connection)
        self._exchanges += 1
        try:
            # After 1, 2, 4, 8 … batches: tables have grown since the plans were made, and another index may be right.
            if self._exchanges & (self._exchanges - 1) == 0:
                await connection.execute("DISCARD PLANS")
            return await work(exchange)
        except asyncpg.PostgresError as error:
            if not connection.is_closed() and not _ends_session(error):
                raise _cause(error) from error
            self.drop()
            if exchange.wrote:
                raise
            raise _LostBeforeWrite from error
        except (asyncpg.InterfaceError, asyncpg.InternalClientError, ConnectionError) as error:
            self.drop()
            if exchange.wrote:
                raise
            raise _LostBeforeWrite from error
        except BaseException:
            # A fault of ours, a time limit, or the end of the process: the session may be in any state.
            self.drop()
            raise

    async def _open(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._database.connect_alone(self._name, **SETTINGS)
        return self._connection

    def drop(self) -> None:
        """Close the session without a word to the server, which rolls back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.terminate()

    async def close(self, deadline_seconds: float = 2.0) -> None:
        """Close the session."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            await asyncio.wait_for(connection.close(), deadline_seconds)
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection.terminate()


class _LostBeforeWrite(Exception):
    """The session ended, and nothing was stored."""


def _ends_session(error: asyncpg.PostgresError) -> bool:
    state: str = error.sqlstate or ""
    return state.startswith(("08", "57P")) or state in ("25P03", "25P04")


def _cause(error: asyncpg.PostgresError) -> Exception:
    """NotWritten where another division of the batch, or the ordinary way, can help."""
    state: str = error.sqlstate or ""
    if state.startswith(_CONTENDED):
        return Contended()
    return NotWritten() if state.startswith(_DATA_CLASSES) else error
