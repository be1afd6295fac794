"""Keeps the targets of one process: started in order, watched together, stopped within a deadline."""

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Protocol, runtime_checkable

import structlog

from sixclear.common.runtime.lifespan import Lifespan
from sixclear.common.runtime.target import Check, StreamState, Target

_log = structlog.get_logger(__name__)


@runtime_checkable
class ClosesStreams(Protocol):
    """A target with open-ended answers (SSE), which end before the server waits for its connections."""

    async def close_streams(self) -> None:
        """End every open stream; new ones are refused."""


@runtime_checkable
class ConsumesEvents(Protocol):
    """A target that reads events, of other services of this process among others."""

    async def start_consumers(self) -> None:
        """Begin to read; `start` of every target of the process is through, so each log of the process is open."""


@runtime_checkable
class ShowsStreams(Protocol):
    """A target that shows the health of every stream of its process; the launcher tells it which there are."""

    process_streams: Callable[[], Sequence[StreamState]]


class Supervisor:
    """Starts `targets` in two phases and stops them all at the same time.

    First all targets start beside each other, and with each its event log; then those that consume events begin. So a
    consumer finds the logs that it reads whatever the order of the targets, and waits for none that opens later.
    Each target runs in a context of its own, so that the log lines of its background work carry its name.
    """

    def __init__(self, targets: Sequence[Target], *, stop_seconds: float = 3.0) -> None:
        self.targets = tuple(targets)
        self._stop_seconds = stop_seconds
        self._lifespans = {target.name: Lifespan(target.app) for target in targets}
        self._started: list[Target] = []

    async def start(self) -> None:
        """Start every target, then every consumer; when one cannot, all are stopped and its error is raised."""
        try:
            self._started = list(self.targets)
            await _beside_each_other([(target.name, self._start(target)) for target in self.targets])
            for target in self.targets:
                if isinstance(target, ConsumesEvents):
                    await _in_context(target.name, target.start_consumers())
        except BaseException:
            await self.stop()
            raise

    async def close_streams(self) -> None:
        """End open-ended answers, so that connections can close."""
        closing = [target for target in self._started if isinstance(target, ClosesStreams)]
        await _all_within(1.0, [(target.name, target.close_streams()) for target in closing])

    async def stop(self) -> None:
        """Stop what was started; a target that misses the deadline is left behind and logged."""
        started, self._started = self._started, []
        await _all_within(self._stop_seconds, [(target.name, self._stop(target)) for target in started])

    def checks(self) -> list[Check]:
        """Readiness of the process: every check of every target, and one for targets that are not up yet."""
        found = [
            Check(f"{target.name}: {check.name}", check.ok, check.detail, check.required)
            for target in self._started
            for check in target.checks()
        ]
        missing = [target.name for target in self.targets if target not in self._started]
        return found + [Check(f"{name}: started", False, "not started") for name in missing]

    def streams(self) -> list[StreamState]:
        """The relays and consumers of the process."""
        return [state for target in self._started for state in target.streams()]

    async def _start(self, target: Target) -> None:
        began = time.monotonic()
        await self._lifespans[target.name].startup()
        await target.start()
        _log.info("target started", seconds=round(time.monotonic() - began, 3))

    async def _stop(self, target: Target) -> None:
        began = time.monotonic()
        try:
            await target.stop()
        finally:
            await self._lifespans[target.name].shutdown()
        _log.info("target stopped", seconds=round(time.monotonic() - began, 3))


def _in_context(service: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    context = contextvars.copy_context()
    context.run(structlog.contextvars.bind_contextvars, service=service)
    return asyncio.create_task(work, name=f"{service}-start", context=context)


async def _beside_each_other(work: Sequence[tuple[str, Coroutine[Any, Any, None]]]) -> None:
    """Run all; when one fails, the others are cancelled and waited for, and its error is raised."""
    tasks = [_in_context(service, start) for service, start in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _all_within(seconds: float, work: Sequence[tuple[str, Awaitable[None]]]) -> None:
    """Run all concurrently; failures and missed deadlines are logged, because the process goes down either way."""

    async def one(service: str, stop: Awaitable[None]) -> None:
        with structlog.contextvars.bound_contextvars(service=service):
            try:
                async with asyncio.timeout(seconds):
                    await stop
            except TimeoutError:
                _log.error("target did not stop in time", deadline_seconds=seconds)
            except Exception:
                _log.exception("target failed to stop")

    await asyncio.gather(*(one(service, stop) for service, stop in work))
