"""Whether a database answers, asked in the background so that readiness never waits for it."""

import asyncio
import errno
import time

import structlog

from sixclear.common.db import Database
from sixclear.common.runtime.target import Check

_log = structlog.get_logger(__name__)

_EVERY_SECONDS = 1.0
_LIMIT_SECONDS = 1.0
# How long an answer stays valid; after that a question that hangs ends in "not ready".
_COUNTS_SECONDS = 3.0
_OUT_OF_DESCRIPTORS = (errno.EMFILE, errno.ENFILE)


class DatabaseWatch:
    """Asks a database every second, on a connection of its own: a busy pool is no absent database.

    A refusal counts immediately. A question that this process had no time or descriptor for says nothing about the
    database: the last answer then counts until it is too old.
    """

    def __init__(self, url: str, name: str) -> None:
        self._name = name
        self._variable = f"SIXCLEAR_{name.replace('-', '_').upper()}_DATABASE_URL"
        self._database = Database(url, application_name=f"sixclear-{name}-watch", pool_size=1)
        self._answered_at: float | None = None
        self._cannot_tell = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Ask once, then go on asking."""
        await self._ask()
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
        way_out = f"PostgreSQL does not answer: see whether the server of {self._variable} runs and can be reached"
        if self._cannot_tell:
            way_out = f"whether PostgreSQL answers cannot be told: see the load of this process and of {self._variable}"
        return Check("database", answered, "" if answered else way_out)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            await self._ask()

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(_LIMIT_SECONDS), self._database.engine.connect() as connection:
                await connection.exec_driver_sql("SELECT 1")
        except Exception as error:
            unknown = isinstance(error, TimeoutError) or getattr(error, "errno", None) in _OUT_OF_DESCRIPTORS
            if unknown and not self._cannot_tell:
                _log.warning("whether the database answers cannot be told", service=self._name, error=repr(error))
            if not unknown and self._answered_at is not None:
                _log.warning("the database does not answer", service=self._name, error=repr(error))
            self._cannot_tell = unknown
            self._answered_at = self._answered_at if unknown else None
        else:
            self._answered_at, self._cannot_tell = time.monotonic(), False
