"""Generations: the next one of a source is folded beside the view and takes its place when it has caught up.

It begins when the log was restored to a later epoch, when the rules of this release are other ones, and when
`sixclear rebuild` asks.
"""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds import kinds_of, rules_of, sources
from sixclear.monitoring.view import counters, days, dimensions, latest, sums
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.fold import begin

_QUIET = timedelta(seconds=5)


def caught_up(view: views.SourceState, now: datetime) -> bool:
    """Whether a next generation, for which nothing waits, holds the whole log.

    Shown too early, it would give the figures of half a log as the nation's, and nothing would contradict them: its
    counters agree with its records. So it must hold an event that is younger than the rebuild, or none may have come
    for 5 s. Limit: the second is a guess, because a relay that pauses looks the same; so the leader also asks for the
    relay's own word that everything was sent (decision 0009;
    `test_a_restored_source_is_rebuilt_beside_and_then_shown`).
    """
    if view.next_epoch is None or view.next_since is None or view.next_folded_at is None:
        return False
    live = view.next_recorded_at is not None and view.next_recorded_at >= view.next_since
    return live or now - view.next_folded_at >= _QUIET


async def begin_silent_epoch(session: AsyncSession, source: str, log_epoch: int, *, token: int, now: datetime) -> None:
    """Begin the generation of a later epoch of the log, of which nothing was sent."""
    await begin(session, token)
    view = (await views.sources(session))[source]
    if log_epoch > view.newest_log_epoch:
        await views.begin_next(session, view, log_epoch, rules_of(source), now, replayed=False)


async def begin_recounted(session: AsyncSession, source: str, *, token: int, now: datetime) -> None:
    """Begin the generation of this release's rules, unless one is folded beside already."""
    await begin(session, token)
    view = (await views.sources(session))[source]
    if view.next_epoch is None and (view.rebuild_asked or view.rules != rules_of(source)):
        await views.begin_next(session, view, view.log_epoch, rules_of(source), now, replayed=True)


async def activate_next(session: AsyncSession, source: str, *, token: int) -> None:
    """Show the next generation of `source` from this transaction's end on.

    Organisations come with the generation of their source: a swap there counts the others under them again.
    """
    sequence = (await begin(session, token)).sequence + 1
    await views.activate_next(session, source)
    if source == dimensions.SOURCE:
        known = await views.sources(session)
        for other in set(sources()) - {source}:
            for epoch in filter(None, (known[other].active_epoch, known[other].next_epoch)):
                await counters.rebuild_counters(session, other, epoch, known[source].active_epoch)
                await latest.rebuild_latest(session, other, epoch, known[source].active_epoch)
                await days.rebuild_above(session, other, epoch, known[source].active_epoch)
                await sums.rebuild_sums(session, other, epoch, known[source].active_epoch)
    await views.advance_view(session, sequence)


async def delete_old(session: AsyncSession, source: str, *, token: int, limit: int = 5_000) -> int:
    """Delete a chunk of the rows of generations that readers no longer see; how many rows that were."""
    await begin(session, token)
    active = (await views.sources(session))[source].active_epoch
    if active == 1:
        return 0
    removed = await counters.delete_epoch(session, _tables(source), active, limit)
    return removed or await counters.delete_source_epoch(session, source, active, limit)


def _tables(source: str) -> list[str]:
    """The tables whose rows are of a source alone."""
    tables = [f"{kind.name}_{part}" for kind in kinds_of(source) for part in ("history", "state")]
    tables += [flow.latest for kind in kinds_of(source) for flow in kind.flows if flow.latest is not None]
    tables += sums.tables_of(source)
    return [*tables, *(dimensions.TABLES if source == dimensions.SOURCE else ())]
