"""Counters against a count of the records: a difference is alarmed and no figure is given until it is repaired."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.monitoring import metrics
from sixclear.monitoring.errors import FiguresDoNotReconcile
from sixclear.monitoring.kinds import kinds_of, rules_of, sources
from sixclear.monitoring.view import census, counters, days, dimensions, latest, sums, tallies
from sixclear.monitoring.view import differences as reconciliation
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.fold import begin
from sixclear.monitoring.view.schemas import Difference, Reconciliation
from sixclear.monitoring.view.sources import SourceState

_SHOWN = 50


async def require_reconciled(session: AsyncSession, *, past: bool = False) -> None:
    """Raises FiguresDoNotReconcile while counters differ from the records: a wrong figure is never given.

    Nor is one that its source contradicts by a census. That says how things stand now, so it judges no `past` instant.
    """
    if not await views.reconciled(session):
        raise FiguresDoNotReconcile("Counters and records differ; figures come back when they are repaired.")
    if not past and (refused := await census.refused(session)):
        raise FiguresDoNotReconcile(
            f"These services count otherwise themselves: {', '.join(refused)}. Figures come back when both agree."
        )


async def refuses(session: AsyncSession) -> bool:
    """Whether figures of now are refused."""
    return not await views.reconciled(session) or bool(await census.refused(session))


async def differences(session: AsyncSession, clock: Clock) -> list[Difference]:
    """Where the view contradicts itself in `session`'s snapshot, some dozens of places at most. Changes nothing."""
    known = await views.sources(session)
    # Not before the snapshot's first query: what the timer moved in between would look as if it came too early.
    now = clock()
    found: list[Difference] = []
    organisations_epoch = known[dimensions.SOURCE].active_epoch
    for source in sources():
        epoch, own_rules = known[source].active_epoch, known[source].rules == rules_of(source)
        for kind in kinds_of(source):
            found += await reconciliation.state_differences(session, kind, epoch, now, _SHOWN)
            found += await tallies.tally_differences(session, kind, epoch, _SHOWN)
            if own_rules:
                found += await reconciliation.rule_differences(session, kind, epoch, now, _SHOWN)
        found += await counters.counter_differences(
            session, source, epoch, organisations_epoch, _SHOWN, with_latest=own_rules
        )
        if own_rules and source == dimensions.SOURCE:
            found += await dimensions.count_differences(session, epoch, _SHOWN)
        if own_rules:
            found += await days.day_differences(session, source, epoch, organisations_epoch, _SHOWN)
        found += await sums.sum_differences(session, source, epoch, organisations_epoch, _SHOWN)
        found += await latest.latest_differences(session, source, epoch, organisations_epoch, _SHOWN)
    return found[:_SHOWN]


async def reconcile(database: Database, clock: Clock) -> list[Difference]:
    """Compare in one snapshot, beside the fold. Differences are stored, alarmed, and stop all figures.

    A wrong national figure is worse than none. The comparison needs several statements while the fold goes on; without
    one snapshot for all of them each event in between would be a difference, and figures would be refused for nothing.
    It reads every record, so it runs on limits of its own and takes at most a twentieth of the time. Limit: between two
    runs a wrong figure can be read; and of two comparisons at the same time, the leader's and an operator's, the one
    that ends last decides, until the next (decision 0005; `test_a_planted_error_is_found_refused_and_repaired`).
    """
    with metrics.RECONCILE_DURATION.time():
        async with database.session() as session:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            found = await differences(session, clock)
    metrics.RECONCILE_DIFFERENCES.set(len(found))
    now = clock()
    async with database.transaction() as session:
        if found:
            await reconciliation.insert_reconciliation(session, now, found)
        elif not await views.reconciled(session):
            await reconciliation.close_reconciliations(session, now)
        await views.mark_reconciled(session, not found)
    return found


async def repair(session: AsyncSession, *, now: datetime) -> None:
    """Make states, counters and last reports again from the histories, in one transaction.

    What the histories themselves lack only a replay of the log brings back: rows of other rules stay rows of more than
    one, until the generation that is folded beside them is shown. The fold waits meanwhile.
    """
    sequence = (await views.lock_view(session)).sequence
    known = await views.sources(session)
    for source in sources():
        await _count_again(session, source, known, now)
        if known[source].rules != rules_of(source):
            await views.note_rules(session, source, 0)
    await reconciliation.close_reconciliations(session, now)
    await views.mark_reconciled(session, True)
    await views.advance_view(session, sequence + 1)


async def _count_again(session: AsyncSession, source: str, known: dict[str, SourceState], now: datetime) -> None:
    """States and counters of a source by this release's rules, in the generation that readers see and the next.

    A next one that a leader of another release folds by its own rules is left to it.
    """
    view = known[source]
    beside = view.next_epoch if view.next_rules in {None, rules_of(source)} else None
    for epoch in filter(None, (view.active_epoch, beside)):
        for kind in kinds_of(source):
            await reconciliation.repair_states(session, kind, epoch, now)
            await tallies.count_all_again(session, kind)
        if source == dimensions.SOURCE:
            await dimensions.count_below(session, epoch)
        organisations_epoch = epoch if source == dimensions.SOURCE else known[dimensions.SOURCE].active_epoch
        await counters.rebuild_counters(session, source, epoch, organisations_epoch)
        await latest.rebuild_latest(session, source, epoch, organisations_epoch)
        await days.rebuild_days(session, source, epoch, organisations_epoch)
        await sums.rebuild_sums(session, source, epoch, organisations_epoch)
    await views.note_rules(session, source, rules_of(source))


async def take_over(session: AsyncSession, *, token: int, now: datetime) -> list[str]:
    """What a leader does before it folds: make sure that every record can be counted by its rules; what is to be done.

    The leader before was of a release that stores no cells: everything is counted again in this transaction, and the
    next generation begins where that release took a number for an epoch of the log, or did not store all that is read.
    It had other rules: the next generation of the source begins, and what is folded into this one makes it one of more
    than one rule. Raises LeadershipLost.
    """
    sequence = (await begin(session, token)).sequence
    stored_cells = await views.leader_before_stored_cells(session)
    if not stored_cells:
        await _read_again(session, now)
    for kind in (kind for source in sources() for kind in kinds_of(source)):
        await tallies.count_all_again(session, kind)
    known = await views.sources(session)
    if not stored_cells:
        for source in sources():
            await _count_again(session, source, known, now)
        await _read_what_is_new(session, now)
        await views.advance_view(session, sequence + 1)
        return list(sources())
    changed = []
    for source in sources():
        view, number = known[source], rules_of(source)
        if (view.rules if view.next_epoch is None else view.next_rules) != number:
            await views.begin_next(session, view, view.newest_log_epoch, number, now, replayed=True)
            changed.append(source)
        if view.rules != number:
            await views.note_rules(session, source, 0)
    return changed


async def _read_again(session: AsyncSession, now: datetime) -> None:
    """Begin the next generation of each source with a number that is not an epoch of its log.

    The release before (0.1.0) drops events of epochs below the number that readers see, and its group's position passes
    them. Into one that is folded beside it folds nothing, or a later epoch of the same number.
    """
    for view in (await views.sources(session)).values():
        if not view.numbers_are_epochs:
            epoch = await views.epoch_read(session, view)
            await views.begin_next(session, view, epoch, rules_of(view.source), now, replayed=True)
            await views.mark_incomplete(session, view.source)


async def _read_what_is_new(session: AsyncSession, now: datetime) -> None:
    """Begin the next generation of each source of which rows of the release before (0.1.0) lack something.

    Until it is shown, the rows are of more than one rule: what they lack has no figure (`heard.told_whole`).
    """
    for source, view in (await views.sources(session)).items():
        if all(kind.whole_in_first_release for kind in kinds_of(source)) or not await views.was_read(session, view):
            continue
        if view.next_epoch is None or view.next_rules != rules_of(source):
            await views.begin_next(session, view, view.newest_log_epoch, rules_of(source), now, replayed=True)
        await views.note_rules(session, source, 0)


async def compare_on_demand(database: Database, *, repair_found: bool, clock: Clock) -> Reconciliation:
    """Compare and, if asked, repair what differs and compare again; what the first comparison found."""
    checked_at = clock()
    found = await reconcile(database, clock)
    left = found
    if found and repair_found:
        async with database.transaction() as session:
            await repair(session, now=clock())
        left = await reconcile(database, clock)
    return Reconciliation(
        checked_at=checked_at, reconciled=not left, repaired=bool(found) and not left, differences=found
    )
