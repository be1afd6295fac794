"""Ending things whose own end cannot be relied on."""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from typing import Any

import structlog

_log = structlog.get_logger(__name__)


async def run_with_deadline(seconds: float, work: Coroutine[Any, Any, Any]) -> bool:
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


async def end_tasks(runner: "asyncio.Task[None]", helper: "asyncio.Task[None]", seconds: float) -> bool:
    """Cancel `helper`, and `runner` after half of `seconds`, which it gets to end by itself; whether both ended."""
    began = time.monotonic()
    tasks = [runner, helper]
    helper.cancel()
    await asyncio.wait(tasks, timeout=seconds / 2)
    for task in tasks:
        task.cancel()
    _, hanging = await asyncio.wait(tasks, timeout=max(0.1, seconds - (time.monotonic() - began)))
    return not hanging


async def end_quietly(task: "asyncio.Future[Any]", seconds: float = 1.0) -> None:
    """Cancel a task whose result and failure count for nothing any more; returns after `seconds` at the latest."""
    task.cancel()
    await asyncio.wait([asyncio.gather(task, return_exceptions=True)], timeout=seconds)


async def first_of(waits: Sequence[Coroutine[Any, Any, Any]], seconds: float) -> None:
    """Return when the first of `waits` ends, or after `seconds`; the others are cancelled."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
