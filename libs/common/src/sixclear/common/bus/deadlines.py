"""Ending things whose own end cannot be relied on."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

_log = structlog.get_logger(__name__)


async def within(seconds: float, work: Coroutine[Any, Any, Any]) -> bool:
    """Give `work` its time, then cancel it and go on without waiting for it; True when it ended well.

    `asyncio.wait_for` waits for the cancelled work as well, which a client of a dead broker may never finish.
    """
    task = asyncio.ensure_future(work)
    task.add_done_callback(_look)
    try:
        await asyncio.wait([task], timeout=seconds)
    finally:
        task.cancel()
    return task.done() and not task.cancelled() and task.exception() is None


def _look(task: "asyncio.Future[Any]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.warning("not finished cleanly", error=type(error).__name__)
