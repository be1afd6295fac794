"""Who writes the view: one replica at a time, taken over in seconds when it is gone."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg
import structlog

from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.signal import dedicated_connection
from sixclear.monitoring import metrics
from sixclear.monitoring.lead import session as leader_session
from sixclear.monitoring.view import sources as views

_log = structlog.get_logger(__name__)

_TRY_AGAIN_SECONDS = 1.0


class Leadership:
    """Holds a session of its own for the leader's lock, for telling the other replicas, and for hearing from them.

    `lead(token, lost)` runs while this replica leads and returns soon after `lost` is set. `heard` is called when the
    view changed elsewhere.

    The lock only avoids useless work. It ends with its session, which the server may end while the leader is frozen or
    cut off, and the leader learns of it late: for a moment there are two. What keeps the second from writing is the
    token, which each transaction compares (`view.fold.begin`). LeadershipLost is a PositionConflict, so that a former
    leader sets no message aside. Costs one connection outside the pool for each replica; a successor tries every second
    (`test_a_second_replica_takes_over_and_shows_what_the_first_one_folds`).
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        holder: str,
        lead: Callable[[int, asyncio.Event], Coroutine[Any, Any, None]],
        heard: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._holder = holder
        self._lead = lead
        self._heard = heard
        self._changed = asyncio.Event()
        self._lost = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.leading = False

    async def start(self) -> None:
        """Begin to stand by; a database that is away is tried again until `stop`."""
        self._task = asyncio.create_task(self._run(), name="monitoring leadership")

    async def stop(self, deadline_seconds: float = 2.5) -> None:
        """Stop leading and release the lock."""
        if self._task is not None:
            self._lost.set()
            self._changed.set()
            self._task.cancel()
            await asyncio.wait([self._task], timeout=deadline_seconds)
            self._task = None

    def notify(self) -> None:
        """Tell the other replicas, soon and once for many calls, that the view changed."""
        self._changed.set()

    def give_up(self) -> None:
        """Stop leading: another replica has taken over."""
        self._lost.set()
        self._changed.set()

    async def _run(self) -> None:
        while True:
            try:
                await self._follow()
            except Exception as error:  # any: without this task no replica writes the view any more
                _log.warning("leadership session lost", error=error)
            await asyncio.sleep(_TRY_AGAIN_SECONDS)

    async def _follow(self) -> None:
        self._lost.clear()
        connection = await dedicated_connection(self._database.engine, "monitoring-leadership")
        try:
            own_pid = connection.get_server_pid()

            def heard(_connection: Any, pid: int, _channel: str, _payload: object) -> None:
                if pid != own_pid:
                    self._heard()

            await connection.add_listener(leader_session.CHANNEL, heard)
            connection.add_termination_listener(lambda _: self.give_up())
            self._heard()
            while not self._lost.is_set():
                if await leader_session.try_lock(connection):
                    await self._lead_with(connection)
                await asyncio.sleep(_TRY_AGAIN_SECONDS)
        finally:
            with contextlib.suppress(Exception):
                connection.terminate()

    async def _lead_with(self, connection: "asyncpg.Connection[Any]") -> None:
        async with self._database.transaction() as session:
            token = await views.take_leadership(session, self._holder, self._clock())
        leading = asyncio.create_task(self._lead(token, self._lost), name="monitoring leader")
        self._note(True)
        try:
            leading.add_done_callback(lambda _: self.give_up())
            while True:
                await self._changed.wait()
                self._changed.clear()
                if self._lost.is_set():
                    return
                await leader_session.notify(connection)
        finally:
            self._note(False)
            # It ends by itself once `_lost` is set; a cancel would cut the stopping of its consumers short.
            self._lost.set()
            with contextlib.suppress(asyncio.CancelledError):
                await leading

    def _note(self, leading: bool) -> None:
        self.leading = leading
        metrics.LEADING.set(leading)
