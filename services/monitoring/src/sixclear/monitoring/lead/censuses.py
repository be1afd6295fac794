"""Comparing the view with each source's census, once everything that the census counts has come."""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.monitoring.streams import repository as streams
from sixclear.monitoring.streams.reported import Report, sent_until
from sixclear.monitoring.view import census as censuses
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.census import Kept
from sixclear.monitoring.view.fold import begin

_log = structlog.get_logger(__name__)


class Censuses:
    """Judges the newest census of each source with the leader's `token`; `on_change` is told of another verdict.

    One that differs is compared again at each `judge`: what came late, or was repaired, is taken back without waiting
    for the next one.
    """

    def __init__(self, database: Database, clock: Clock, *, token: int, on_change: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._token = token
        self._on_change = on_change

    async def judge(self) -> None:
        """Compare what can be compared by now."""
        async with self._database.session() as session:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            known = await views.sources(session)
            reports = await streams.list_reports(session)
            for kept in await censuses.list_kept(session):
                await self._judge(session, kept, known[kept.census.source], reports)

    async def _judge(
        self, session: AsyncSession, kept: Kept, view: views.SourceState, reports: Sequence[Report]
    ) -> None:
        now = self._clock()
        generation = view.active_epoch
        settled = kept.is_judged(generation) and not kept.differences
        if settled or view.lacks_events or view.log_epoch != kept.census.epoch:
            return
        if view.relayed and not await self._has_come(kept, view, reports, now):
            return
        found = await censuses.census_differences(session, kept.census, generation)
        if found is None or (kept.is_judged(generation) and found == kept.differences):
            return
        async with self._database.transaction() as writing:
            await begin(writing, self._token)
            await censuses.note_judged(writing, kept.census, generation, found, now)
        self._say(kept, generation, len(found), found[:1])

    async def _has_come(self, kept: Kept, view: views.SourceState, reports: Sequence[Report], now: datetime) -> bool:
        """Whether all that a relay sends before a census is in the view.

        Partitions have no common order: the census may come before an event that it counts. So first the relay must
        say, after the census came, that it has sent all before; then the view must have read all that was sent by then.
        """
        if kept.sent_at is not None:
            return view.current_until is not None and view.current_until > kept.sent_at
        sent = sent_until(reports, view.source, now)
        if sent is not None and sent > kept.kept_at:
            async with self._database.transaction() as session:
                await begin(session, self._token)
                await censuses.note_sent(session, kept, now)
        return False

    def _say(self, kept: Kept, generation: int, differences: int, first: Sequence[object]) -> None:
        if differences:
            source, position = kept.census.source, kept.census.position
            _log.error("the figures differ from the census", source=source, position=position, first=first)
        if (kept.agrees(generation) is False) != bool(differences):
            self._on_change()
