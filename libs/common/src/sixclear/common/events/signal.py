"""Waking the followers of an event log: directly in the process that wrote, by one coalesced NOTIFY elsewhere."""

import asyncio
import contextlib
from typing import Any

import asyncpg
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

_log = structlog.get_logger(__name__)

CHANNEL = "sixclear_event"
EPOCH_RAISED = "epoch"  # said on it beside the empty word, which means that events came
# A NOTIFY is a commit of its own: more than this many a second would cost more than what they save.
_NOTIFY_EVERY_SECONDS = 0.01
_RECONNECT_AFTER_SECONDS = 1.0


async def dedicated_connection(engine: AsyncEngine, application_name: str) -> "asyncpg.Connection[Any]":
    """A connection outside the pool, for what lives as long as a session: LISTEN, NOTIFY, session locks.

    The server notices within about ten seconds that the other side vanished, and releases its locks.
    """
    _, arguments = engine.dialect.create_connect_args(engine.url)
    return await asyncpg.connect(
        **arguments,
        timeout=10,
        command_timeout=10,
        server_settings={
            "application_name": application_name[:63],
            "timezone": "UTC",
            "tcp_keepalives_idle": "5",
            "tcp_keepalives_interval": "2",
            "tcp_keepalives_count": "3",
        },
    )


class LogSignal:
    """A wake-up call shared by all processes that use one database; it may be lost, because every waiter also polls.

    NOTIFY belongs to no transaction that changes something, although that would be the simplest: PostgreSQL lets such
    transactions commit one at a time, which left 0.47 of the throughput in our trial and 0.075 of it with a slow disk
    (decision 0001). So the process that wrote wakes its own waiters, and one NOTIFY wakes the others, a hundred times a
    second at most. A crash between the commit and the NOTIFY loses the call: other processes then read the events when
    they poll next, later and not wrong.
    """

    def __init__(self, engine: AsyncEngine, name: str) -> None:
        self._engine = engine
        self._name = name
        self.generation = 0
        self._waiters: set[asyncio.Future[None]] = set()
        self._notify_due = asyncio.Event()
        self.epoch_raised = asyncio.Event()  # by whichever process; cleared by who reads the epoch again
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Wake local waiters now and those of other processes soon."""
        self._wake_local()
        self._notify_due.set()

    def _wake_local(self) -> None:
        self.generation += 1
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, timeout_seconds: float, seen: int | None) -> None:
        """Return at the next wake, after the time limit, or immediately when `seen` is behind `generation`."""
        if seen is not None and seen != self.generation:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await asyncio.wait([waiter], timeout=timeout_seconds)
        finally:
            self._waiters.discard(waiter)

    async def start(self) -> None:
        """Begin to listen and to notify; a database that is away is tried again until `stop`."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self, deadline_seconds: float) -> None:
        """End the background task within `deadline_seconds`."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.wait([self._task], timeout=deadline_seconds)
        self._task = None

    async def _run(self) -> None:
        while True:
            try:
                await self._follow()
            except Exception as error:  # whatever it was: without this task other processes are never woken again
                _log.warning("event signal lost", task=self._name, error=error)
            await asyncio.sleep(_RECONNECT_AFTER_SECONDS)

    async def _follow(self) -> None:
        connection = await dedicated_connection(self._engine, self._name)
        try:
            own_pid = connection.get_server_pid()

            def heard(_connection: Any, pid: int, _channel: str, payload: object) -> None:
                if payload == EPOCH_RAISED:
                    self.epoch_raised.set()
                if pid != own_pid:
                    self._wake_local()

            await connection.add_listener(CHANNEL, heard)
            connection.add_termination_listener(lambda _: self._notify_due.set())
            self.epoch_raised.set()  # and so may the epoch have been
            self._wake_local()  # events may have been committed while this did not listen
            while not connection.is_closed():
                await self._notify_due.wait()
                self._notify_due.clear()
                await connection.execute(f"NOTIFY {CHANNEL}")
                await asyncio.sleep(_NOTIFY_EVERY_SECONDS)
        finally:
            with contextlib.suppress(Exception):
                connection.terminate()
