"""Works through the files that became jobs: a chunk in one transaction, with its results."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bulk import jobs
from sixclear.common.bulk.errors import BulkRefused
from sixclear.common.bulk.files import Files, Part
from sixclear.common.bulk.items import Line
from sixclear.common.bulk.metrics import WAITING
from sixclear.common.bulk.results import ItemProblem
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.errors import DomainError
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context
from sixclear.common.web.database_errors import problem_for

_log = structlog.get_logger(__name__)

_LOOK_SECONDS = 2.0
_CLEAN_SECONDS = 60.0
_LONGEST_PAUSE_SECONDS = 30
# A single item that fails so often is refused: those behind it wait.
_MOST_FAILURES = 5
# So many chunks behind the one that is taken may be read for it: the time of its transaction has an end.
_LOOKED_AHEAD = 50


@dataclass(frozen=True, slots=True)
class _Turn:
    """A job whose turn it is, and its first chunk that waits."""

    job: Row[Any]
    chunk: jobs.Chunk

    @property
    def checking(self) -> bool:
        """Whether nothing is written yet: all or nothing is found out of the whole file first."""
        return bool(self.job.atomic) and not self.job.checked


class BulkJobs:
    """Works through jobs, one chunk at a time in each process; what one begins another may go on with.

    A chunk that fails is halved and tried again, up to the single item that is at fault. A job that was tried for a day
    in vain is stopped, and says how far it came.
    """

    def __init__(
        self, database: Database, log: EventLog, clock: Clock, files: Mapping[str, Files], own: Any, most_open: int
    ) -> None:
        self.most_open = most_open
        self._database, self._event_log, self._clock = database, log, clock
        self._files, self._own = files, own
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Go on with what waits."""
        self._task = asyncio.create_task(self._run(), name=f"{self._event_log.service} jobs")

    async def stop(self) -> None:
        """End within a second; the chunk that is being written comes again after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=1)
            self._task = None

    def wake(self) -> None:
        """A job was accepted."""
        self._woken.set()

    async def _run(self) -> None:
        clean_at = 0.0
        loop = asyncio.get_running_loop()
        while True:
            self._woken.clear()
            try:
                if loop.time() >= clean_at:
                    clean_at = loop.time() + _CLEAN_SECONDS
                    async with self._database.transaction() as session:
                        await jobs.clean(session, self._clock())
                while await self.work_once():
                    pass
            except Exception as error:
                _log.warning("jobs not worked through", service=self._event_log.service, error=repr(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _LOOK_SECONDS)

    async def work_once(self) -> bool:
        """Take the next chunk of the job whose turn it is; whether there was one."""
        turn: _Turn | None = None
        try:
            async with self._database.transaction() as session:
                turn = await self._turn(session)
                WAITING.labels(self._event_log.service).set(await jobs.waiting(session))
                if turn is None:
                    return False
                await self._take(session, turn)
        except BulkRefused:
            assert turn is not None
            await self._stop(turn)
        except Exception as error:
            if turn is None:
                raise
            await self._after_failure(turn, error)
            return True
        self._event_log.wake()
        return True

    async def _turn(self, session: AsyncSession) -> _Turn | None:
        now = self._clock()
        while (job := await jobs.take_turn(session, now)) is not None:
            checking = job.atomic and not job.checked
            chunk = await jobs.next_chunk(session, job.job_id, checking=checking)
            if chunk is None and checking and await jobs.conclude_check(session, job, now):
                continue
            # By its last try, not by now: a job that waited while no process ran has its turn.
            if chunk is not None and job.turn_at - job.progress_at < jobs.KEPT_FOR:
                return _Turn(job, chunk)
            state = "finished" if chunk is None else "stopped"
            await jobs.end(session, job.job_id, state, now)
            _log.info("job ended", operation=job.operation, job=str(job.job_id), state=state, items=job.items)
        return None

    async def _take(self, session: AsyncSession, turn: _Turn) -> None:
        files, ctx = self._files[turn.job.operation], self._context(session, turn.job)
        part = Part(_lines(turn.chunk, files), lambda: _later(session, turn, files))
        # Of a file that was checked whole, a chunk that is refused after all is not committed.
        how = {"dry_run": turn.job.dry_run or turn.checking, "atomic": turn.job.atomic and not turn.checking}
        result = await files.take(ctx, part, self._own, first=turn.chunk.first, **how)
        await self._keep(session, turn, result.model_dump_json().encode(), result)

    async def _keep(self, session: AsyncSession, turn: _Turn, body: bytes, result: Any) -> None:
        outcomes = {name: result.count(name) for name in result.outcomes}
        keep = jobs.keep_check if turn.checking else jobs.keep_results
        await keep(session, turn.job, turn.chunk, body, outcomes, self._clock())

    async def _stop(self, turn: _Turn) -> None:
        """Something changed since the file was checked: what is left of it is not taken."""
        async with self._database.transaction() as session:
            await jobs.end(session, turn.job.job_id, "stopped", self._clock())
        _log.warning("job stopped: refused after its check", job=str(turn.job.job_id), first=turn.chunk.first)

    def _context(self, session: AsyncSession, job: Row[Any]) -> Context:
        return Context(session, self._event_log, jobs.caller_of(job), self._clock(), job.request_id)

    async def _after_failure(self, turn: _Turn, error: Exception) -> None:
        """Try again later, with half of the items; refuse a single item that fails again and again."""
        pause = min(2**turn.job.failures, _LONGEST_PAUSE_SECONDS)
        async with self._database.transaction() as session:
            turn_at = self._clock() + timedelta(seconds=pause)
            failures = await jobs.failed(session, turn.job.job_id, turn_at)
            if len(turn.chunk.pieces) > 1:
                await jobs.split(session, turn.job.job_id, turn.chunk.first)
        if len(turn.chunk.pieces) == 1 and failures >= _MOST_FAILURES:
            async with self._database.transaction() as session:
                await self._refuse(session, turn, error)
        _log.warning(
            "job waits", job=str(turn.job.job_id), first=turn.chunk.first, failures=failures, error=repr(error)
        )

    async def _refuse(self, session: AsyncSession, turn: _Turn, error: Exception) -> None:
        files, piece = self._files[turn.job.operation], turn.chunk.pieces[0]
        problem = error if isinstance(error, DomainError) else problem_for(error)  # type: ignore[arg-type]
        told = ItemProblem(code=problem.code, detail=f"{problem.detail} Send this item again.")
        item = files.result.item_result.refused(turn.chunk.first, files.line_of(piece).placed, told)
        result = files.result.of([item], dry_run=turn.job.dry_run)
        await self._keep(session, turn, result.model_dump_json().encode(), result)


def _lines(chunk: jobs.Chunk, files: Files) -> Sequence[Line[Any]]:
    return [files.line_of(piece) for piece in chunk.pieces]


async def _later(session: AsyncSession, turn: _Turn, files: Files) -> AsyncGenerator[Sequence[Line[Any]]]:
    """What follows a chunk in its file, one chunk in memory at a time."""
    first = turn.chunk.first
    for _ in range(_LOOKED_AHEAD):
        chunk = await jobs.next_chunk(session, turn.job.job_id, first)
        if chunk is None:
            return
        first = chunk.first
        yield _lines(chunk, files)
