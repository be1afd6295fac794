"""The batcher of one process: commands of many requests, written together by a task that no request can cancel."""

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from sixclear.common.batcher import metrics
from sixclear.common.batcher.queue import Batch, CommandQueue, Limits, Waiting
from sixclear.common.errors import Unavailable

_log = structlog.get_logger(__name__)

C = TypeVar("C")
R = TypeVar("R")

Write = Callable[[Sequence[C]], Awaitable[Sequence[R]]]


class NotWritten(Exception):
    """Nothing of the batch was stored, and the cause lies in what was to be written: it is tried in parts."""


class Contended(NotWritten):
    """Nothing was stored, because others hold what was asked for, or no room is left: no part is tried again here."""


@dataclass(frozen=True, slots=True)
class _Ask(Generic[C, R]):
    """A command, and who waits for its result."""

    command: C
    result: "asyncio.Future[R]"


class Batcher(Generic[C, R]):
    """Writes commands together, in the order in which they came; there is no timer.

    The first command begins a batch; what arrives until it is committed is the next one. `write` stores a batch in one
    transaction and gives the results in order. When it raises NotWritten the batch is divided until the guilty command
    stands alone, whose caller gets that error; when it is Contended, all callers do. Of any other error the outcome is
    not known, and all callers get Unavailable: an `Idempotency-Key` makes their retry safe. `keys` says of which a
    command must be the only one in a batch. `in_flight` 2 writes two batches at a time, which pays on a slow disk and
    costs on a fast one (docs/decisions/0032).
    """

    def __init__(
        self,
        service: str,
        name: str,
        write: Write[C, R],
        keys: Callable[[C], Collection[Hashable]],
        *,
        limits: Limits | None = None,
        in_flight: int = 1,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = f"{service} {name} batcher"
        self._write = write
        self._keys = keys
        self._queue: CommandQueue[_Ask[C, R]] = CommandQueue(limits or Limits())
        self.in_flight = in_flight
        self._monotonic = monotonic
        self._workers: set[asyncio.Task[None]] = set()
        # Not the size of the set: a task that has ended leaves it a turn of the loop later, and takes nothing more.
        self._working = 0
        self._stopping = False
        labels = (service, name)
        self._refused = metrics.REFUSED.labels(*labels)
        self._wait, self._size = metrics.WAIT.labels(*labels), metrics.SIZE.labels(*labels)
        self._seconds = metrics.SECONDS.labels(*labels)
        self._failed = {cause: metrics.FAILED.labels(*labels, cause) for cause in ("data", "lost")}
        metrics.QUEUE.labels(*labels).set_function(self._queue.__len__)

    def require_room(self) -> None:
        """Raises Unavailable when a newcomer would have to wait too long: ask before anything of it is read."""
        if self._stopping or self._queue.is_full(self._monotonic()):
            self._refused.inc()
            raise Unavailable("More changes come in than can be stored. Please try again.")

    async def run(self, command: C) -> R:
        """The result of `command`, once it is committed; raises Unavailable, NotWritten, or what `write` gave for it.

        A caller that is cancelled takes its command out while it waits; once it is in a batch it is written.
        """
        self.require_room()
        ask: _Ask[C, R] = _Ask(command, asyncio.get_running_loop().create_future())
        entry = self._queue.put(ask, self._keys(command), self._monotonic())
        self._begin()
        try:
            return await ask.result
        except asyncio.CancelledError:
            self._queue.drop(entry)
            raise

    def _begin(self) -> None:
        if self._working < self.in_flight:
            self._working += 1
            # The batch belongs to no request: it must not run in the trace or with the log variables of the first one.
            worker = asyncio.create_task(self._work(), name=self._name, context=contextvars.Context())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _work(self) -> None:
        """Write batches until nothing waits that could be written."""
        try:
            while (batch := self._queue.take(self._monotonic())) is not None:
                await self._work_on(batch)
        finally:
            self._working -= 1

    async def _work_on(self, batch: Batch[_Ask[C, R]]) -> None:
        self._size.observe(len(batch.entries))
        for entry in batch.entries:
            self._wait.observe(batch.started - entry.since)
        try:
            await self._settle(batch.entries)
        except BaseException:
            _refuse(batch.entries)  # cancelled at the end of the process
            raise
        finally:
            self._end(batch)

    def _end(self, batch: Batch[_Ask[C, R]]) -> None:
        now = self._monotonic()
        self._queue.done(batch, now)
        self._seconds.observe(now - batch.started)

    async def _settle(self, entries: Sequence[Waiting[_Ask[C, R]]]) -> None:
        """Write these and tell their callers; in halves where one of them cannot be written."""
        try:
            results = await self._write([entry.command.command for entry in entries])
        except NotWritten as error:
            if len(entries) == 1 or isinstance(error, Contended):
                for entry in entries:
                    _tell(entry.command.result, error)
                return
            self._failed["data"].inc()
            middle = len(entries) // 2
            await self._settle(entries[:middle])
            await self._settle(entries[middle:])
        except Exception as error:
            self._failed["lost"].inc()
            _log.error(
                "a batch failed, its outcome is not known", batcher=self._name, size=len(entries), exc_info=error
            )
            _refuse(entries)
        else:
            for entry, result in zip(entries, results, strict=True):
                _tell(entry.command.result, result)

    async def stop(self, deadline_seconds: float = 5.0) -> None:
        """Refuse newcomers and write what was taken, within `deadline_seconds`; what is left then gets Unavailable."""
        self._stopping = True
        workers = list(self._workers)
        if workers:
            _, late = await asyncio.wait(workers, timeout=deadline_seconds)
            for worker in late:
                worker.cancel()
            if late:
                await asyncio.wait(late, timeout=1)
        while (left := self._queue.take(self._monotonic())) is not None:
            _refuse(left.entries)
            self._queue.done(left, self._monotonic())


def _tell(result: "asyncio.Future[R]", told: R | Exception) -> None:
    """The caller may have left: then the result is dropped."""
    if result.done():
        return
    if isinstance(told, Exception):
        result.set_exception(told)
    else:
        result.set_result(told)


def _refuse(entries: Sequence[Waiting[_Ask[C, R]]]) -> None:
    for entry in entries:
        _tell(entry.command.result, Unavailable("It is not known whether the change was stored."))
