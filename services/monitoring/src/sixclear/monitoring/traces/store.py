"""A bounded queue in front of a bounded table: offering a span never waits, storing never holds a request."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from opentelemetry.sdk.trace import ReadableSpan
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import Database
from sixclear.monitoring import metrics
from sixclear.monitoring.settings import Settings
from sixclear.monitoring.traces import repository
from sixclear.monitoring.traces.reading import SpanRow, of_process

_log = structlog.get_logger(__name__)

_QUEUE = 20_000
_BATCH = 1_000
# Spans of one request end one after the other: a moment of waiting makes one batch of them. A busy process ends some
# all the time, and each batch is a transaction of five statements: so it rests after one.
_GATHER_SECONDS = 0.1
_REST_SECONDS = 0.5
_AFTER_FAILURE_SECONDS = 2.0


class SpanStore:
    """Takes spans of this process (`offer`) and of others (`add`), and stores them in the background.

    Past its bounds it drops spans and counts them. It makes no spans itself.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._queue: deque[ReadableSpan | SpanRow] = deque()
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to store."""
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._run(), name="monitoring spans")

    async def stop(self) -> None:
        """Stop; what is still queued is dropped."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=1.0)
            self._task = None

    def offer(self, spans: Sequence[ReadableSpan]) -> None:
        """Queue finished spans of this process, from any thread; never waits, never raises."""
        self.add(spans)

    def add(self, spans: Sequence[ReadableSpan] | Sequence[SpanRow]) -> int:
        """Queue spans; how many were taken."""
        taken = min(len(spans), max(0, _QUEUE - len(self._queue)))
        self._queue.extend(spans[:taken])
        metrics.SPANS_DROPPED.inc(len(spans) - taken)
        if self._loop is not None and not self._loop.is_closed() and taken:
            self._loop.call_soon_threadsafe(self._wake.set)
        return taken

    async def flush(self) -> None:
        """Store what is queued now; what comes meanwhile is of the next time."""
        left = len(self._queue)
        while left > 0 and self._queue:
            batch = [self._queue.popleft() for _ in range(min(_BATCH, left, len(self._queue)))]
            left -= len(batch)
            rows = [item for item in batch if isinstance(item, dict)]
            rows += of_process(item for item in batch if isinstance(item, ReadableSpan))
            if rows:
                try:
                    async with self._database.transaction() as session:
                        await self._store(session, rows)
                except Exception:
                    metrics.SPANS_DROPPED.inc(len(rows))  # the next batch is another one: spans are not worth a retry
                    raise

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(_GATHER_SECONDS)
            self._wake.clear()
            try:
                await self.flush()
                await asyncio.sleep(_REST_SECONDS)
            except Exception as error:
                _log.warning("spans were not stored", error=error)
                await asyncio.sleep(_AFTER_FAILURE_SECONDS)

    async def _store(self, session: AsyncSession, rows: Sequence[SpanRow]) -> None:
        known = await repository.spans_per_trace(session, {row["trace_id"] for row in rows})
        kept = []
        for row in rows:
            count = known[row["trace_id"]] = known.get(row["trace_id"], 0) + 1
            if count <= self._settings.spans_per_trace:
                kept.append(row)
        metrics.SPANS_DROPPED.inc(len(rows) - len(kept))
        if not kept:
            return
        new = await repository.insert_spans(session, kept)
        stored = [row for row in kept if (row["trace_id"], row["span_id"]) in new]
        metrics.SPANS_KEPT.inc(len(stored))
        if stored:
            await repository.extend_traces(session, summaries(stored))
            await repository.evict_traces(
                session, kept=self._settings.traces_kept, slow_seconds=self._settings.slow_trace_seconds
            )


def summaries(rows: Sequence[SpanRow]) -> list[Mapping[str, Any]]:
    """One summary per trace; its name is that of its first span, or empty while that one has not come."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        ended_at = row["started_at"] + timedelta(microseconds=row["duration_microseconds"])
        trace = found.setdefault(
            row["trace_id"],
            {
                "trace_id": row["trace_id"],
                "started_at": row["started_at"],
                "ended_at": ended_at,
                "name": "",
                "services": set(),
                "routes": set(),
                "spans": 0,
                "error": False,
            },
        )
        trace["started_at"] = min(trace["started_at"], row["started_at"])
        trace["ended_at"] = max(trace["ended_at"], ended_at)
        trace["name"] = row["name"] if row["parent_span_id"] is None else trace["name"]
        trace["services"].add(row["service"])
        if route := row["attributes"].get("http.route"):
            trace["routes"].add(str(route))
        trace["spans"] += 1
        trace["error"] = trace["error"] or row["error"]
    return [
        {**trace, "services": sorted(trace["services"]), "routes": sorted(trace["routes"])} for trace in found.values()
    ]
