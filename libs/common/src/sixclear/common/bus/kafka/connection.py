"""What all clients of a broker share: one error, and bounds on what the client library may log and ask."""

import asyncio
import logging
import time
import traceback
from collections.abc import Awaitable, Coroutine
from typing import Any

from sixclear.common.bus.deadlines import end_quietly, run_with_deadline

# A broker that answers at all has answered the first request of a client by then.
_FIRST_ANSWER_SECONDS = 1.0


class KafkaFailed(Exception):
    """The broker did not do what it was asked; the caller rebuilds the client and tries again."""


class _RateLimit(logging.Filter):
    """At most a few records of one kind in ten seconds: a missing topic makes aiokafka log 10,000 lines a second."""

    _at_most = 3
    _seconds = 10.0

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this record may pass."""
        kind = f"{record.name}:{record.lineno}"
        since, count = self._seen.get(kind, (0.0, 0))
        now = time.monotonic()
        if now - since > self._seconds:
            since, count = now, 0
        self._seen[kind] = (since, count + 1)
        return count < self._at_most


def limit_client_logs() -> None:
    """Bound what aiokafka logs; a second call changes nothing."""
    for name, logger in list(logging.root.manager.loggerDict.items()):
        known = isinstance(logger, logging.Logger) and (name == "aiokafka" or name.startswith("aiokafka."))
        if known and not any(isinstance(one, _RateLimit) for one in logging.getLogger(name).filters):
            logging.getLogger(name).addFilter(_RateLimit())


async def connect(starting: Awaitable[None], seconds: float) -> None:
    """Await the start of an aiokafka client; raises TimeoutError after `seconds`.

    A start that is cancelled while it asks for the first metadata forgets its connection, and no stop closes it: the
    socket stays open until it is collected. So the start runs on for a moment where its caller is cancelled or late,
    and what it holds when it is cancelled itself is closed, also where the caller is cancelled a second time.
    """
    started = asyncio.ensure_future(starting)
    started.add_done_callback(_close_first)
    try:
        async with asyncio.timeout(seconds):
            await asyncio.shield(started)
    except BaseException:
        try:
            await asyncio.wait([started], timeout=_FIRST_ANSWER_SECONDS)
        finally:
            started.cancel()
        await end_quietly(started)
        raise


def _close_first(started: "asyncio.Future[None]") -> None:
    """Close the first connection of a cancelled start: only a local of its `bootstrap` knows it (aiokafka 0.14)."""
    if not started.cancelled():
        return
    try:
        started.result()
    except asyncio.CancelledError as cancelled:
        for frame, _ in traceback.walk_tb(cancelled.__traceback__):
            if (first := frame.f_locals.get("bootstrap_conn")) is not None:
                first.close()


async def disconnect(stopping: Coroutine[Any, Any, Any], client: Any, seconds: float) -> bool:
    """Await the stop of an aiokafka client for `seconds`, then close its connections all the same; whether it ended.

    They are closed as well where the caller is cancelled while it waits.
    """
    ended = False
    try:
        ended = await run_with_deadline(seconds, stopping)
    finally:
        if not ended:
            for connection in list(client._conns.values()):
                connection.close()
    return ended


def pace_metadata(client: Any, pause_seconds: float) -> None:
    """Let an aiokafka client force a metadata request at most once in `pause_seconds`; later ones share the next.

    Its fetcher forces one as soon as the last was answered while a partition has no leader, and no setting of its own
    slows that down: a missing topic keeps a core busy here and another one in the broker.
    """
    ask, loop = client.force_metadata_update, asyncio.get_running_loop()
    allowed_at, due = loop.time(), None

    def send(answer: asyncio.Future[bool]) -> None:
        nonlocal allowed_at, due
        allowed_at, due = loop.time() + pause_seconds, None
        ask().add_done_callback(lambda asked: _hand_on(asked, answer))

    def paced() -> asyncio.Future[bool]:
        nonlocal due
        if due is None:
            due = loop.create_future()
            # A timer and no task: a client that is closed meanwhile leaves nothing behind that waits.
            loop.call_at(allowed_at, send, due)
        return asyncio.shield(due)

    client.force_metadata_update = paced


def _hand_on(asked: asyncio.Future[bool], answer: asyncio.Future[bool]) -> None:
    if not asked.cancelled() and not answer.done():
        answer.set_result(asked.result())
