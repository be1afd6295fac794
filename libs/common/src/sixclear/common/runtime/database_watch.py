"""Whether a database answers, asked in the background so that readiness never waits for it."""

import asyncio
import errno
import time
from collections.abc import Sequence

import structlog
from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncConnection

from sixclear.common.db import DISK_FULL, Database
from sixclear.common.metric_labels import SERVICE
from sixclear.common.runtime.database_log import settings_that_log_rows
from sixclear.common.runtime.target import Check

_log = structlog.get_logger(__name__)

_EVERY_SECONDS = 1.0
_LIMIT_SECONDS = 1.0
# How long an answer stays valid; after that a question that hangs ends in "not ready".
_COUNTS_SECONDS = 3.0
_OUT_OF_DESCRIPTORS = (errno.EMFILE, errno.ENFILE)
# A full disk is believed for so long where trying to write cannot tell.
_FULL_COUNTS_SECONDS = 30.0
# A megabyte, in files that end with the transaction: free pages of tables that are there would hide a full disk.
_WRITE = (
    "CREATE TEMP TABLE sixclear_disk_probe ON COMMIT DROP AS SELECT repeat('x', 1000) FROM generate_series(1, 1000)"
)

DISK_IS_FULL = Gauge(
    "sixclear_database_disk_full",
    "1 while the database refuses to store anything because its disk is full.",
    (SERVICE,),
)


class DatabaseWatch:
    """Asks a database every second, on a connection of its own: a busy pool is no absent database.

    A refusal counts immediately. A question that this process had no time or descriptor for says nothing about the
    database: the last answer then counts until it is too old.

    `used` are the databases that the service itself uses. When one of their statements is refused because the server's
    disk is full, this writes a little each second, rolled back, until that works again.
    """

    def __init__(self, url: str, name: str, used: Sequence[Database] = ()) -> None:
        self._name = name
        self._variable = f"SIXCLEAR_{name.replace('-', '_').upper()}_DATABASE_URL"
        self._server = f"the server of {self._variable}"
        self._database = Database(url, application_name=f"sixclear-{name}-watch", pool_size=1)
        self._answered_at: float | None = None
        self._cannot_tell = False
        self._used = tuple(used)
        self._wrote_at = 0.0
        self._disk_full = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Ask once, then go on asking. A server whose own log keeps rows is named in ours, once."""
        DISK_IS_FULL.labels(self._name).set(0)
        await self._ask()
        await self._name_settings()
        self._task = asyncio.create_task(self._run(), name=f"{self._name} database watch")

    async def stop(self) -> None:
        """Stop asking and close the connection."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=_LIMIT_SECONDS)
            self._task = None
        self._answered_at = None
        await self._database.close()

    def check(self) -> Check:
        """Whether it answered a moment ago, else what to do."""
        answered = self._answered_at is not None and time.monotonic() - self._answered_at <= _COUNTS_SECONDS
        way_out = f"PostgreSQL does not answer: see whether {self._server} runs and can be reached"
        if self._cannot_tell:
            way_out = f"whether PostgreSQL answers cannot be told: see the load of this process and of {self._variable}"
        return Check("database", answered, "" if answered else way_out)

    def checks(self) -> Sequence[Check]:
        """What `check` says, and while the disk is full that it is.

        A full disk holds nothing back: what is stored can be read, and each write is refused with 503 and the reason.
        """
        full = Check(
            "disk", False, f"the disk of PostgreSQL is full, nothing is stored: free space on {self._server}", False
        )
        return [self.check(), *([full] if self._disk_full else [])]

    async def _name_settings(self) -> None:
        try:
            async with asyncio.timeout(_LIMIT_SECONDS), self._database.engine.connect() as connection:
                found = await settings_that_log_rows(connection)
        except Exception as error:
            _log.info("the settings of the database's log were not read", service=self._name, error=error)
            return
        if found:
            _log.warning(
                "PostgreSQL logs rows and values, with what people wrote: see deploy/README.md",
                service=self._name,
                settings=", ".join(found),
            )

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            await self._ask()

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(_LIMIT_SECONDS), self._database.engine.connect() as connection:
                await connection.exec_driver_sql("SELECT 1")
                await self._look_at_disk(connection)
        except Exception as error:
            unknown = isinstance(error, TimeoutError) or getattr(error, "errno", None) in _OUT_OF_DESCRIPTORS
            if unknown and not self._cannot_tell:
                _log.warning("whether the database answers cannot be told", service=self._name, error=error)
            if not unknown and self._answered_at is not None:
                _log.warning("the database does not answer", service=self._name, error=error)
            self._cannot_tell = unknown
            self._answered_at = self._answered_at if unknown else None
        else:
            self._answered_at, self._cannot_tell = time.monotonic(), False

    async def _look_at_disk(self, connection: AsyncConnection) -> None:
        refused_at = max((database.disk_full_at or 0.0 for database in self._used), default=0.0)
        full = refused_at > self._wrote_at
        if full:
            began = time.monotonic()
            try:
                await connection.exec_driver_sql(_WRITE)
            except Exception as error:
                state = getattr(getattr(error, "orig", None), "sqlstate", None)
                full = state == DISK_FULL or time.monotonic() - refused_at < _FULL_COUNTS_SECONDS
            else:
                full, self._wrote_at = False, began
            await connection.rollback()
        self._note_disk(full)

    def _note_disk(self, full: bool) -> None:
        if full and not self._disk_full:
            _log.error("the disk of the database is full: nothing is stored", service=self._name)
        if self._disk_full and not full:
            _log.warning("the disk of the database has space again", service=self._name)
        self._disk_full = full
        DISK_IS_FULL.labels(self._name).set(full)
