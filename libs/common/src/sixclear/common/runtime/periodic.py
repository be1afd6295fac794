"""Work that is due again and again, and whose failure stops nothing."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

_log = structlog.get_logger(__name__)
_STOP_SECONDS = 1.0


class Periodic:
    """Does `work` every `seconds`, first after that time or `immediately`; a failure ends nothing.

    The first of several failures in a row is logged. Each replica does it: the work is safe to do twice, also beside
    itself.
    """

    def __init__(
        self, name: str, work: Callable[[], Awaitable[object]], *, seconds: float, immediately: bool = False
    ) -> None:
        self._name, self._work, self._seconds, self._immediately = name, work, seconds, immediately
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the background."""
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        """End within a second, also in the middle of the work."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=_STOP_SECONDS)
            self._task = None

    async def _run(self) -> None:
        failing = False
        if not self._immediately:
            await asyncio.sleep(self._seconds)
        while True:
            try:
                await self._work()
                failing = False
            except Exception as error:
                if not failing:
                    _log.warning("periodic work failed", name=self._name, error=type(error).__name__)
                failing = True
            await asyncio.sleep(self._seconds)
