"""PostgreSQL: engine, sessions, and the limits under which every statement runs."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import MetaData, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, PoolProxiedConnection

from sixclear.common.entity_cache import EntityCache, changed_in, session_info

DISK_FULL = "53100"  # the SQLSTATE

_NOTICES_THE_END = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3"}

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def new_metadata() -> MetaData:
    """Metadata whose constraints have predictable names, so that a migration can name them."""
    return MetaData(naming_convention=NAMING_CONVENTION)


_WAIT_TO_CREATE = text("SELECT pg_advisory_xact_lock(number) FROM unnest(CAST(:numbers AS bigint[])) AS number")


async def wait_to_create(session: AsyncSession, *entity_ids: UUID) -> None:
    """Wait until no other transaction is about to create these entities; others wait until this transaction ends.

    A row that is not there cannot be locked. Look for it again afterwards: another transaction may have created it.
    Several are waited for in one order, so that two transactions that do never deadlock.
    """
    numbers = sorted({int.from_bytes(entity_id.bytes[:8], signed=True) for entity_id in entity_ids})
    await session.execute(_WAIT_TO_CREATE, {"numbers": numbers})


def dump_json(value: Any) -> str:
    """JSON text as it is stored: RFC 3339 times in UTC, identifiers as text."""
    return json_bytes(value).decode()


def json_bytes(value: Any) -> bytes:
    """`dump_json` in UTF-8, for writers of many rows."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def _discard_closed(connection: Any, record: object, proxy: object) -> None:
    """Take another connection when the server closed this one meanwhile: the driver knows, no statement is needed.

    SQLAlchemy's `pool_pre_ping` asks the server with a transaction of its own, a tenth of a short request's time.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


class SessionEnded(Exception):
    """The server ended the session before its transaction ended: it was out of time, or the server stops."""


def _name_ended_session(context: ExceptionContext) -> BaseException | None:
    """Say what happened when the driver was asked between the server's last word and the end of the socket.

    asyncpg says "cannot switch to state 12; another operation (2) is in progress" then, which blames our code for using
    a connection twice. It closes the connection; SQLAlchemy drops it, as every other that the server ended.
    """
    cause: BaseException | None = context.original_exception
    # Its subclasses tell of other things.
    while cause is not None and type(cause) is not asyncpg.InternalClientError:
        cause = cause.__cause__
    if cause is None:
        return None
    context.is_disconnect = True
    context.invalidate_pool_on_disconnect = False
    ended = SessionEnded("the server ended the session before its transaction ended")
    return DBAPIError(context.statement, None, ended, connection_invalidated=True)


def quote_no_rows(engine: AsyncEngine) -> None:
    """Take out of the text of errors what PostgreSQL says of the row: it stands in tracebacks, which others print."""
    event.listen(engine.sync_engine, "handle_error", _leave_out_detail)


def _leave_out_detail(context: ExceptionContext) -> None:
    original = context.original_exception
    for error in (original, context.sqlalchemy_exception):
        if error is not None and error.args and isinstance(error.args[0], str):
            error.args = (error.args[0].partition("\nDETAIL:")[0], *error.args[1:])
    if isinstance(cause := original.__cause__, asyncpg.PostgresError):
        cause.detail = None


class CountedPool(AsyncAdaptedQueuePool):
    """A pool that knows how many wait for one of its connections; without overflow."""

    waiting = 0

    def connect(self) -> PoolProxiedConnection:
        """A connection, at the latest when one is given back; raises TimeoutError when none is in time."""
        if self.checkedout() < self.size():
            return super().connect()
        self.waiting += 1
        try:
            return super().connect()
        finally:
            self.waiting -= 1


class Database:
    """One PostgreSQL database of one service.

    Nothing below the edge commits: `transaction` commits on success and rolls back on any error, `session` never
    commits. Limits hold on the server's side of each connection: a statement ends after `statement_timeout_seconds`,
    a transaction (also one that waits for its client) after `transaction_timeout_seconds`, a lock wait after 3 s. A
    server that is gone without a word cannot keep them: then our side gives up two seconds later. The server ends the
    whole session of a transaction that is out of time; what is asked of it afterwards raises a DBAPIError whose
    `connection_invalidated` is true.
    """

    def __init__(
        self,
        url: str,
        *,
        application_name: str,
        pool_size: int = 5,
        statement_timeout_seconds: float = 5.0,
        transaction_timeout_seconds: float = 5.0,
    ) -> None:
        limit = f"{int(transaction_timeout_seconds * 1000)}ms"
        self._alone: dict[str, Any] = {
            "timeout": 10,
            "command_timeout": max(statement_timeout_seconds, transaction_timeout_seconds) + 2,
            "server_settings": {
                "application_name": application_name,
                "timezone": "UTC",
                "jit": "off",
                "lock_timeout": "3s",
                "statement_timeout": f"{int(statement_timeout_seconds * 1000)}ms",
                "transaction_timeout": limit,
                "idle_in_transaction_session_timeout": limit,
            },
        }
        self.url = url
        self.application_name = application_name
        # When a statement was last refused because the server's disk is full, by the monotonic clock.
        self.disk_full_at: float | None = None
        self.engine: AsyncEngine = create_async_engine(
            url,
            poolclass=CountedPool,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_use_lifo=True,
            json_serializer=dump_json,
            json_deserializer=orjson.loads,
            hide_parameters=True,  # the text of an error would show what people wrote
            connect_args=self._alone,
        )
        event.listen(self.engine.sync_engine, "checkout", _discard_closed)
        quote_no_rows(self.engine)
        event.listen(self.engine.sync_engine, "handle_error", _name_ended_session)
        event.listen(self.engine.sync_engine, "handle_error", self._note_disk_full)
        self.entity_cache = EntityCache()
        self._sessions = self._sessions_of(self.engine)
        # The option costs no statement of its own.
        self._read_sessions = self._sessions_of(self.engine.execution_options(postgresql_readonly=True))
        self._single = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    def _sessions_of(self, engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
        info = session_info(self.entity_cache)
        return async_sessionmaker(engine, expire_on_commit=False, autoflush=False, info=info)

    def carry(self, name: str, value: object) -> None:
        """From now on each session has `value` in its `info` under `name`."""
        for sessions in (self._sessions, self._read_sessions):
            sessions.configure(info={**sessions.kw["info"], name: value})

    def read_session(self) -> AsyncSession:
        """A session whose transactions are READ ONLY: the server keeps it from writing."""
        return self._read_sessions()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session that is rolled back at the end: for reading."""
        async with self._sessions() as session:
            yield session

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that is committed at the end, or rolled back when the block raises."""
        async with self._sessions() as session:
            try:
                async with session.begin():
                    yield session
            finally:  # also when it is not known whether the commit took place
                if changed := changed_in(session):
                    self.entity_cache.forget(changed)

    @asynccontextmanager
    async def single_statements(self) -> AsyncIterator[AsyncConnection]:
        """A connection each of whose statements is a transaction of its own: one round trip in place of three."""
        async with self._single.connect() as connection:
            yield connection

    async def connect_alone(self, application_name: str, **server_settings: str) -> "asyncpg.Connection[Any]":
        """A connection outside the pool under the same limits, for a writer that no request owns; the caller closes it.

        `server_settings` come on top. The server notices within about ten seconds that the other side vanished.
        """
        _, address = self.engine.dialect.create_connect_args(self.engine.url)
        settings = self._alone["server_settings"] | _NOTICES_THE_END | server_settings
        settings["application_name"] = application_name[:63]
        connection: asyncpg.Connection[Any]
        connection = await asyncpg.connect(**address, **self._alone | {"server_settings": settings})
        return connection

    def _note_disk_full(self, context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlstate", None) == DISK_FULL:
            self.disk_full_at = time.monotonic()

    async def close(self) -> None:
        """Close every pooled connection."""
        await self.engine.dispose()
