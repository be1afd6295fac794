"""The live stream: after each visible change every client gets the whole status, encoded once."""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import Message, Receive, Scope, Send

from sixclear.common.clock import Clock, civil_date, seconds_since
from sixclear.common.db import Database
from sixclear.common.web.access import Access
from sixclear.common.web.seats import Seats
from sixclear.common.web.sse import SseHub, Visitor
from sixclear.common.web.stream_route import StreamEndpoint
from sixclear.monitoring import metrics
from sixclear.monitoring.errors import FiguresDoNotReconcile
from sixclear.monitoring.ledger.service import recent_changes, withdrawn_since
from sixclear.monitoring.live.frames import Frame
from sixclear.monitoring.live.memory import StatusMemory
from sixclear.monitoring.settings import Settings
from sixclear.monitoring.status.schemas import Status, TaskPart
from sixclear.monitoring.status.service import statuses_now
from sixclear.monitoring.streams.freshness import Freshness, freshness
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.census import measure
from sixclear.monitoring.view.reconcile import refuses, require_reconciled

_log = structlog.get_logger(__name__)

_CHANGES = 20
# Wider than the hub gathers: no frame of ours replaces another one, so no change is left out.
_BETWEEN_FRAMES_SECONDS = 0.06
# While no client watches, a bulk load should not pay for frames.
_UNWATCHED_SECONDS = 0.5
# Another replica's change is noticed within this even when its notification is lost.
_POLL_SECONDS = 1.0


async def payload(session: AsyncSession, *, after: int, now: datetime) -> tuple[int, Frame]:
    """The view's sequence number and what a frame says; `after` limits its changes to those since that number.

    Raises FiguresDoNotReconcile.
    """
    await require_reconciled(session)
    sequence = await views.view_sequence(session)
    seen = await statuses_now(session, await freshness(session, now), now)
    return sequence, await _frame(session, sequence, seen.statuses, after, now)


async def _frame(
    session: AsyncSession, sequence: int, statuses: Mapping[str | None, Status], after: int, now: datetime
) -> Frame:
    parts = {
        slug: TaskPart(**{name: getattr(one, name) for name in TaskPart.model_fields}) for slug, one in statuses.items()
    }
    return Frame(
        view_sequence=sequence,
        as_of=now,
        status=statuses[None],
        programmes={slug: part for slug, part in parts.items() if slug is not None},
        changes=await recent_changes(session, after=after, limit=_CHANGES),
    )


def _encode(frame: Frame) -> bytes:
    return frame.model_dump_json().encode()


class _ReadEverywhere:
    """Lets pages of every origin read `app`: public data, for which no credentials are asked."""

    def __init__(self, app: StreamEndpoint) -> None:
        self._app = app
        self.access = app.access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_open(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], (b"access-control-allow-origin", b"*")]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_open)


class LiveStream:
    """Publishes on a hub of its own, mounted at `/stream`; follows this process's changes and those of others.

    `visitor` says for whom a connection counts; None for one of our own, which is limited in all only.
    """

    def __init__(self, database: Database, clock: Clock, settings: Settings, visitor: Visitor = lambda _: None) -> None:
        self._database = database
        self._clock = clock
        self._began = clock()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._sequence: int | None = None
        self._day: date | None = None
        self._fresh: tuple[Freshness, datetime] | None = None
        self._current_at: datetime | None = None
        self._kept: tuple[object, Mapping[str | None, Status]] | None = None
        self.refusing = False
        self.memory = StatusMemory(clock)
        self.hub = SseHub(
            "monitoring",
            self._snapshot,
            access=Access.public("the live status is public"),
            seats=Seats(settings.stream_seats, settings.stream_seats_per_address, settings.stream_share_per_address),
            visitor=visitor,
            clock=clock,
            pulse=self._pulse,
            heartbeat_seconds=settings.stream_heartbeat_seconds,
        )
        self.endpoint = _ReadEverywhere(self.hub)

    async def start(self) -> None:
        """Begin to publish."""
        await self.hub.start()
        self._task = asyncio.create_task(self._run(), name="monitoring stream")

    async def close(self) -> None:
        """End every client's stream; new ones are refused."""
        await self.hub.stop(deadline_seconds=0.5)

    async def stop(self) -> None:
        """Stop publishing."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=1.0)
            self._task = None
        await self.close()

    @property
    def behind_seconds(self) -> float | None:
        """How far the view is behind by now; it goes on ageing while nothing can be read. None while not known."""
        if self._fresh is None:
            return None
        fresh, seen_at = self._fresh
        age, passed = fresh.behind_seconds, seconds_since(seen_at, self._clock())
        return None if age is None or passed is None else age + passed

    def _pulse(self) -> dict[str, Any]:
        """What a heartbeat says of the figures sent last: until when they were looked at and stood, and how stale."""
        if self._fresh is None or self._current_at is None:
            return {"as_of": None, "staleness_seconds": None}
        fresh, seen_at = self._fresh
        stale = fresh.staleness_seconds
        passed = seconds_since(min(seen_at, self._current_at), self._clock())
        return {
            "as_of": self._current_at,
            "staleness_seconds": None if stale is None or passed is None else round(stale + passed, 3),
        }

    def wake(self) -> None:
        """Look for a change now."""
        self._wake.set()

    async def _snapshot(self) -> tuple[int, bytes]:
        """What a new client gets first; raises FiguresDoNotReconcile, which refuses the client as `/status` does."""
        async with self._one_snapshot() as session:
            sequence, body = await payload(session, after=0, now=self._clock())
        return sequence, _encode(body)

    @asynccontextmanager
    async def _one_snapshot(self) -> AsyncIterator[AsyncSession]:
        """A session whose queries all see the same view: a frame holds its number's changes and no others."""
        async with self._database.session() as session:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_POLL_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                await self._look()
            except Exception as error:
                _log.warning("the stream could not look", error=error)
                await asyncio.sleep(_POLL_SECONDS)
            await asyncio.sleep(_BETWEEN_FRAMES_SECONDS if self.hub.clients else _UNWATCHED_SECONDS)

    async def _look(self) -> None:
        """Publish what changed since the last frame.

        A new civil day is a change too (reports of today), and so is a relay that falls silent or is heard of again.
        """
        now, before = self._clock(), self._fresh
        async with self._one_snapshot() as session:
            fresh = await freshness(session, now)
            self._fresh = fresh, now
            self.refusing = await refuses(session)
            await measure(session, self._began, now)
            sequence = await views.view_sequence(session)
            self._measure(sequence, fresh)
            statuses = await self._renew_memory(session, sequence, fresh, now)
            if self._sequence is None:
                self._sequence, self._day = sequence, civil_date(now)
                return
            if _swapped(before, fresh) or await withdrawn_since(session, self._sequence):
                self.hub.forget()
            changed = sequence != self._sequence or self._day != civil_date(now) or _heard_otherwise(before, fresh)
            if changed and statuses is not None:
                frame = await _frame(session, sequence, statuses, self._sequence, now)
                self._sequence, self._day = sequence, civil_date(now)
                self.hub.publish("status", _encode(frame), sequence)
            # Figures that are refused to those who come are not said to stand to those who have them.
            if sequence == self._sequence and self._day == civil_date(now) and not self.refusing:
                self._current_at = now

    async def _renew_memory(
        self, session: AsyncSession, sequence: int, fresh: Freshness, now: datetime
    ) -> Mapping[str | None, Status] | None:
        """What the memory answers with from now on; None while figures are refused, and then it answers nothing.

        What is known to be missing is part of the entity tag and of a frame, so a gap or a silent relay renews it, too.
        """
        gaps = tuple(source.gaps for source in fresh.sources.values())
        seen = (sequence, civil_date(now), fresh.generations, gaps, fresh.silent)
        if self.refusing:
            self._kept = None
            self.memory.forget()
            return None
        if self._kept is None or self._kept[0] != seen:
            try:
                found = await statuses_now(session, fresh, now)
            except FiguresDoNotReconcile:
                self._kept = None
                self.memory.forget()
                return None
            self._kept = seen, found.statuses
            self.memory.keep(*found)
        self.memory.looked(fresh, now)
        return self._kept[1]

    def _measure(self, sequence: int, fresh: Freshness) -> None:
        metrics.VIEW_SEQUENCE.set(sequence)
        for source, state in fresh.sources.items():
            metrics.GAPS_OPEN.labels(source).set(state.gaps)
            metrics.RELAY_SILENT.labels(source).set(source in fresh.silent)
            metrics.STALENESS.labels(source).set_function(partial(self._age, state.current_until))

    def _age(self, until: datetime | None) -> float:
        """Measured when it is read, so that it also grows while nothing can be looked up."""
        age = None if until is None else seconds_since(until, self._clock())
        return math.nan if age is None else age


def _swapped(before: tuple[Freshness, datetime] | None, fresh: Freshness) -> bool:
    """Whether another generation is shown: it may lack what was published, withdrawn there before it could be seen."""
    return before is not None and before[0].generations != fresh.generations


def _heard_otherwise(before: tuple[Freshness, datetime] | None, fresh: Freshness) -> bool:
    return before is not None and before[0].behind_seconds is not None and before[0].silent != fresh.silent
