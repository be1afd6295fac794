"""This process's own streams, kept where every replica reads them: its consumers, and relays that run beside it."""

from collections.abc import Callable, Sequence

from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.runtime.periodic import Periodic
from sixclear.common.runtime.target import StreamState
from sixclear.monitoring.streams.repository import store_reports

# Other processes report as often; a fresh view is therefore shown as up to so much old.
_EVERY_SECONDS = 2.0


def own_streams(database: Database, clock: Clock, streams: Callable[[], Sequence[StreamState]]) -> Periodic:
    """Stores the state of `streams` as the reports of other processes are stored; needs no address and no token."""

    async def store() -> None:
        if told := streams():
            async with database.transaction() as session:
                await store_reports(session, told, clock())

    return Periodic("monitoring own streams", store, seconds=_EVERY_SECONDS, immediately=True)
