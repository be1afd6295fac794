"""Running a coroutine up to its first wait without a task of its own."""

from collections.abc import Coroutine, Generator
from typing import Any


def start_eagerly(coroutine: Coroutine[Any, Any, None]) -> "Started | None":
    """Run `coroutine` up to its first wait; None when it ended without one, or with an OSError: the connection is gone.

    A send to a client that reads usually ends without waiting. To 2,000 clients, sends without a task for each are a
    quarter of the work; that is why this drives a coroutine by hand. Python 3.12 has `asyncio.eager_task_factory` for
    it, which 3.11, the oldest that runs this, lacks.
    """
    try:
        return Started(coroutine, coroutine.send(None))
    except (StopIteration, OSError):
        return None


class Started:
    """A coroutine that already waits for something; awaiting it goes on from there."""

    __slots__ = ("_coroutine", "_waits_for")

    def __init__(self, coroutine: Coroutine[Any, Any, None], waits_for: Any) -> None:
        self._coroutine = coroutine
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, None]:
        waits_for = self._waits_for
        while True:
            try:
                try:
                    sent = yield waits_for
                except BaseException as error:
                    waits_for = self._coroutine.throw(error)
                else:
                    waits_for = self._coroutine.send(sent)
            except StopIteration:
                return
