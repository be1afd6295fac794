"""Waiting for a fact instead of sleeping for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(
    probe: Callable[[], Awaitable[T]], *, within_seconds: float = 20.0, every_seconds: float = 0.02
) -> T:
    """The first truthy answer of `probe`; raises AssertionError with the last answer when time is up.

    State `within_seconds` where the time is a promise of the product; else it only bounds a busy machine.
    """
    deadline = time.monotonic() + within_seconds
    while True:
        answer = await probe()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_seconds} s; last answer: {answer!r}")
        await asyncio.sleep(every_seconds)
