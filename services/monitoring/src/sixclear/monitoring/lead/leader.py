"""What the leading replica does: fold, follow the clock, keep progress known, compare, clean up."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from sixclear.common.bus.batching import BatchSize
from sixclear.common.bus.protocol import Bus, Lag
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.runtime.target import StreamState, stream_of
from sixclear.monitoring import metrics
from sixclear.monitoring.errors import LeadershipLost
from sixclear.monitoring.kinds import rules_of, sources
from sixclear.monitoring.lead.censuses import Censuses
from sixclear.monitoring.lead.replays import Replays
from sixclear.monitoring.settings import Settings
from sixclear.monitoring.streams import repository as streams
from sixclear.monitoring.streams.reported import sent_all
from sixclear.monitoring.view import entities
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.consumers import SourceConsumer
from sixclear.monitoring.view.crossings import cross_boundaries
from sixclear.monitoring.view.generations import (
    activate_next,
    begin_recounted,
    begin_silent_epoch,
    caught_up,
    delete_old,
)
from sixclear.monitoring.view.reconcile import reconcile, take_over

_log = structlog.get_logger(__name__)

_TICK_SECONDS = 0.5
_TIMER_POLL_SECONDS = 1.0
_AFTER_FAILURE_SECONDS = 1.0
# Comparing reads everything: a database that is too busy for it is not asked again every second.
_AFTER_FAILED_COMPARISONS_SECONDS = 60.0
_STOP_SECONDS = 2.0
_REST_PER_SECOND = 20
_DELETED_AT_ONCE = 5_000


class Leader:
    """The background work of a view's only writer. Every part goes on when another one fails.

    `background` is the same database with limits for long statements: for comparing, and for what cannot be done in
    parts. What can is done in smaller parts after a timeout. `relayed` says whether the events on `bus` were put there
    by relays, or whether it reads the sources' logs itself.
    """

    def __init__(
        self,
        database: Database,
        background: Database,
        bus: Bus,
        clock: Clock,
        settings: Settings,
        *,
        relayed: bool,
        on_change: Callable[[], None],
    ) -> None:
        self._database = database
        self._background = background
        self._bus = bus
        self._clock = clock
        self._settings = settings
        self._relayed = relayed
        self._on_change = on_change
        self._consumers: tuple[SourceConsumer, ...] = ()
        self._token = 0
        self._lost = asyncio.Event()
        self._seen: dict[str, tuple[Lag | None, datetime]] = {}
        self._swept: dict[str, int] = {}
        self._replays = Replays(database, self._consumer)
        self._crossings = BatchSize(settings.crossings_per_batch)
        self._deletions = BatchSize(_DELETED_AT_ONCE)

    async def lead(self, token: int, lost: asyncio.Event) -> None:
        """Work with `token` until `lost` is set or the task is cancelled; then everything is stopped."""
        self._token, self._lost = token, lost
        await self._take_over()
        self._seen = {source: (None, self._clock()) for source in sources()}
        async with self._database.transaction() as session:
            await views.note_relayed(session, self._relayed, token)
        self._consumers = tuple(self._consumer(source) for source in sources())
        censuses = Censuses(self._background, self._clock, token=token, on_change=self._on_change)
        tasks = [
            asyncio.create_task(self._forever(work, pause, longest), name=f"monitoring {work.__name__}")
            for work, pause, longest in (
                (self._follow_the_clock, 0.0, _AFTER_FAILURE_SECONDS),
                (self._keep_progress_known, _TICK_SECONDS, _AFTER_FAILURE_SECONDS),
                (self._compare, 0.0, _AFTER_FAILED_COMPARISONS_SECONDS),
                (self._renew_generations, 1.0, _AFTER_FAILURE_SECONDS),
                (censuses.judge, 1.0, _AFTER_FAILED_COMPARISONS_SECONDS),
            )
        ]
        try:
            await asyncio.gather(*(consumer.loop.start() for consumer in self._consumers))
            await lost.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.gather(
                self._replays.stop(), *(consumer.loop.stop(_STOP_SECONDS) for consumer in self._consumers)
            )
            self._consumers = ()  # they run elsewhere now; nothing is said of them here

    def streams(self) -> Sequence[StreamState]:
        """The consumer groups, as operators see them."""
        consumers = (*self._consumers, *self._replays.consumers())
        return [stream_of("monitoring", consumer.loop.state(), self._clock()) for consumer in consumers]

    def _consumer(self, source: str, generation: int | None = None) -> SourceConsumer:
        return SourceConsumer(
            source,
            bus=self._bus,
            database=self._database,
            clock=self._clock,
            token=self._token,
            on_change=self._on_change,
            on_lost=self._lost.set,
            generation=generation,
        )

    async def _take_over(self) -> None:
        async with self._background.transaction() as session:
            changed = await take_over(session, token=self._token, now=self._clock())
        if changed:
            _log.info("records are counted by new rules", sources=changed)
            self._on_change()

    async def _forever(self, work: Callable[[], Awaitable[None]], pause: float, longest: float) -> None:
        failures = 0
        while True:
            try:
                await work()
                failures = 0
                await asyncio.sleep(pause)
            except LeadershipLost:
                self._lost.set()
                return
            except Exception as error:
                _log.warning("background work failed", work=getattr(work, "__name__", ""), error=error)
                await asyncio.sleep(min(longest, _AFTER_FAILURE_SECONDS * 2.0 ** min(failures, 10)))
                failures += 1

    async def _follow_the_clock(self) -> None:
        """Move what passed a boundary, or was counted by a clock that ran ahead; else sleep, a second at most."""
        async with self._database.session() as session:
            boundary = await entities.next_boundary(session)
            now = self._clock()
            ahead = await entities.some_ahead(session, now)
        wait = _TIMER_POLL_SECONDS if boundary is None else (boundary - now).total_seconds()
        metrics.TIMER_LATENESS.set(max(0.0, -wait))
        if wait >= 0 and not ahead:
            await asyncio.sleep(min(wait + 0.001, _TIMER_POLL_SECONDS))
            return
        with self._crossings.attempt() as limit:
            async with self._database.transaction() as session:
                crossed = await cross_boundaries(session, token=self._token, now=now, limit=limit)
        self._crossings.grow(crossed)
        if crossed:
            self._on_change()

    async def _keep_progress_known(self) -> None:
        """Store until when each source is known to be complete: up to the last look, less what was waiting since.

        The measurement is younger than the last look, so this errs on the side of age. A consumer that does not know
        its lag leaves the instant where it was.
        """
        now = self._clock()
        progress: list[tuple[str, datetime | None, int | None]] = []
        for consumer in self._consumers:
            lag, looked_at = consumer.loop.state().lag, self._seen[consumer.source][1]
            if lag is self._seen[consumer.source][0]:
                continue
            self._seen[consumer.source] = (lag, now)
            progress.append((consumer.source, _complete_until(lag, looked_at), None if lag is None else lag.messages))
        if progress:
            async with self._database.transaction() as session:
                await views.note_progress(session, progress, self._token, now)

    async def _compare(self) -> None:
        """Compare, then rest; the larger the view, the longer, so that comparing takes a small share of the time."""
        began = time.monotonic()
        found = await reconcile(self._background, self._clock)
        if found:
            _log.error("the figures do not reconcile", differences=len(found), first=found[0])
        await asyncio.sleep(max(self._settings.reconcile_seconds, _REST_PER_SECOND * (time.monotonic() - began)))

    async def _renew_generations(self) -> None:
        """Replay what must be, show a generation that has caught up, and delete those that readers do not see."""
        async with self._database.session() as session:
            known = await views.sources(session)
            reports = await streams.list_reports(session)
        await self._replays.follow(known)
        waiting = {consumer.source: consumer.loop.state().lag for consumer in self._consumers}
        for source, view in known.items():
            # A relay that pauses in the middle of a replay looks like the end of it, but for what it says itself.
            sent = not view.relayed or sent_all(reports, source, self._clock())
            await self._renew(source, view, waiting.get(source), sent=sent)

    async def _renew(self, source: str, view: views.SourceState, lag: Lag | None, *, sent: bool) -> None:
        if sent and _nothing_waits(lag) and lag is not None and (lag.epoch or 0) > view.newest_log_epoch:
            await self._begin_silent_epoch(source, lag.epoch or 0)
        beside = self._replays.lag(source) if view.next_replayed else lag
        if view.next_epoch is None and (view.rebuild_asked or view.rules != rules_of(source)):
            async with self._database.transaction() as session:
                await begin_recounted(session, source, token=self._token, now=self._clock())
        elif sent and _nothing_waits(beside) and caught_up(view, self._clock()):
            # It counts what is below moved organisations again, in one piece: too long for the usual limits.
            async with self._background.transaction() as session:
                await activate_next(session, source, token=self._token)
            self._on_change()
        elif self._swept.get(source, 1) < view.active_epoch:
            await self._delete_old(source, view.active_epoch)

    async def _delete_old(self, source: str, active: int) -> None:
        """Delete a part of what readers do not see; nothing left means that this generation needs no more of it."""
        with self._deletions.attempt() as limit:
            async with self._database.transaction() as session:
                removed = await delete_old(session, source, token=self._token, limit=limit)
        self._deletions.grow(removed)
        if not removed:
            self._swept[source] = active

    async def _begin_silent_epoch(self, source: str, epoch: int) -> None:
        """A log that was restored to one without events sends nothing that could say so."""
        async with self._database.transaction() as session:
            await begin_silent_epoch(session, source, epoch, token=self._token, now=self._clock())


def _nothing_waits(lag: Lag | None) -> bool:
    return lag is not None and lag.messages == 0


def _complete_until(lag: Lag | None, looked_at: datetime) -> datetime | None:
    if lag is None or (lag.messages and lag.seconds is None):
        return None
    return looked_at - timedelta(seconds=lag.seconds or 0.0 if lag.messages else 0.0)
