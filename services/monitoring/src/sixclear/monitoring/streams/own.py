"""This process's own streams, kept where every replica reads them: its consumers, and relays that run beside it."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.runtime.target import StreamState
from sixclear.monitoring.streams.repository import store_reports

_log = structlog.get_logger(__name__)

# Other processes report as often; a fresh view is therefore shown as up to so much old.
_EVERY_SECONDS = 2.0
_STOP_SECONDS = 1.0


class OwnStreams:
    """Stores the state of `streams` as the reports of other processes are stored; needs no address and no token."""

    def __init__(self, database: Database, clock: Clock, streams: Callable[[], Sequence[StreamState]]) -> None:
        self._database = database
        self._clock = clock
        self._streams = streams
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; a database that is away is tried again."""
        self._task = asyncio.create_task(self._run(), name="monitoring own streams")

    async def stop(self) -> None:
        """End within a second."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=_STOP_SECONDS)
            self._task = None

    async def _run(self) -> None:
        while True:
            if streams := self._streams():
                try:
                    async with self._database.transaction() as session:
                        await store_reports(session, streams, self._clock())
                except Exception as error:
                    _log.debug("own streams not stored", error=error)
            await asyncio.sleep(_EVERY_SECONDS)
