"""Two generations side by side: readers see the old one, counted by its own rows, until the next one is whole."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.monitoring.conftest import View
from tests.integration.monitoring.kinds.made_up.plan import PLAN

from sixclear.common.bus import positions
from sixclear.common.bus.protocol import Position
from sixclear.monitoring import kinds
from sixclear.monitoring.kinds.kind import Cell, Counted
from sixclear.monitoring.ledger.repository import list_changes, withdrawn_since
from sixclear.monitoring.streams.freshness import freshness
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.fold import fold
from sixclear.monitoring.view.generations import activate_next, begin_recounted, begin_silent_epoch, delete_old
from sixclear.monitoring.view.reconcile import differences, repair, take_over

pytestmark = pytest.mark.asyncio

# Counts late plans twice, and names none by its reporting.
NEWER = replace(
    PLAN,
    rules=2,
    cells=lambda facts, timing, _: (Counted("plan", ""), Counted("plan_timing", timing, 2 if timing == "late" else 1)),
    cells_sql="(VALUES ('plan', '', 1), ('plan_timing', h.timing, CASE WHEN h.timing = 'late' THEN 2 ELSE 1 END))",
)
# How v0.1.0 shows what is folded beside.
V010_SWAP = """
    UPDATE source_view SET active_epoch = next_epoch, last_event_at = next_recorded_at,
        next_epoch = NULL, next_since = NULL, next_folded_at = NULL, next_recorded_at = NULL
    WHERE source = 'tasks' AND next_epoch IS NOT NULL
"""
TOTAL, LATE, IN_TIME = Cell("plan", ""), Cell("plan_timing", "late"), Cell("plan_timing", "in_time")
REPORTED = Cell("plan_reporting", "reported")


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes this process one of a release that counts plans as `kind` does."""

    def of(kind: Any) -> None:
        monkeypatch.setattr(kinds, "KINDS", tuple(kind if one.name == "plan" else one for one in kinds.KINDS))

    return of


async def lead(view: View) -> list[str]:
    """Another leader takes over; which sources have a next generation now."""
    async with view.database.transaction() as session:
        view.token = await views.take_leadership(session, "another", view.now)
        return await take_over(session, token=view.token, now=view.now)


async def source(view: View) -> views.SourceState:
    async with view.database.session() as session:
        return (await views.sources(session))["tasks"]


async def replay(view: View, told: list[Any]) -> None:
    number = (await source(view)).next_epoch
    async with view.database.transaction() as session:
        assert not await fold(session, told, token=view.token, now=view.now, only=number)


async def swap(view: View) -> None:
    async with view.database.transaction() as session:
        await activate_next(session, "tasks", token=view.token)


async def rebuild(view: View) -> None:
    async with view.database.transaction() as session:
        await views.ask_for_rebuild(session, "tasks")
    async with view.database.transaction() as session:
        await begin_recounted(session, "tasks", token=view.token, now=view.now)


async def lead_before(view: View, epoch: int, change: str = "SELECT 1") -> None:
    """v0.1.0 leads, which stores no cells, reads up to an epoch of the log, and makes a `change` of its own."""
    async with view.database.transaction() as session:
        view.token = await views.take_leadership(session, "v0.1.0", view.now)
        await session.execute(text("DELETE FROM consumer_position"))
        await positions.save(session, "monitoring.tasks", {}, {"tasks.task": Position(9, 9, epoch)}, view.now)
        await session.execute(text(change))


async def known_until(view: View) -> Any:
    async with view.database.session() as session:
        return (await freshness(session, view.now)).sources["tasks"].current_until


async def assert_reconciles(view: View) -> None:
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []


async def test_the_old_one_is_counted_by_its_own_rows_until_the_swap(
    view: View, plans: Any, made_up: Any, release: Any, events: Any
) -> None:
    due = events.now + timedelta(hours=1)
    view.now = events.now
    told = [plans.plan("a", due_at=due), plans.plan("b", due_at=due), plans.plan("c"), plans.step("one")]
    await view.fold(told)
    release(NEWER)
    assert await lead(view) == ["tasks"]
    assert (await made_up.now())[REPORTED] == 3, "nothing changed yet for readers"
    await assert_reconciles(view)

    news = [plans.plan("a", "closed", status="closed", due_at=due), plans.plan("d", due_at=due)]
    view.now = events.now
    assert await view.fold(news)
    seen = await made_up.now()
    assert (seen[TOTAL], seen[IN_TIME], seen[REPORTED]) == (4, 3, 2), "new events are counted by the rules of now"
    await view.pass_time(due + timedelta(hours=1))
    seen = await made_up.now()
    assert (seen[TOTAL], seen[LATE], seen[IN_TIME], seen[REPORTED]) == (4, 4, 1, 1)
    await assert_reconciles(view)

    await replay(view, told)
    assert await made_up.now() == seen, "what is replayed is not seen"
    await replay(view, [*told, *news])
    await swap(view)
    after = await made_up.now()
    assert after == await made_up.at(view.now)
    assert (after[TOTAL], after[LATE], after[IN_TIME]) == (4, 4, 1)
    assert REPORTED not in after
    state = await source(view)
    assert (state.active_epoch, state.log_epoch, state.next_epoch, state.rules) == (2, 1, None, kinds.rules_of("tasks"))
    await assert_reconciles(view)
    removed = 1
    while removed:
        async with view.database.transaction() as session:
            removed = await delete_old(session, "tasks", token=view.token)
    assert await made_up.now() == after
    assert await lead(view) == [], "the next leader of this release has nothing to do"


async def test_what_was_withdrawn_while_it_is_replayed_stays_away(
    view: View, plans: Any, made_up: Any, release: Any
) -> None:
    told = [plans.plan("a"), plans.plan("b")]
    await view.fold(told)
    release(NEWER)
    await lead(view)
    await view.fold([plans.plan("a", "withdrawn")])
    assert (await made_up.now())[TOTAL] == 1
    await replay(view, told)
    await swap(view)
    assert (await made_up.now())[TOTAL] == 1
    await assert_reconciles(view)


async def test_a_leader_of_the_release_before_gives_up_what_is_beside_and_the_newer_one_begins_again(
    view: View, plans: Any, made_up: Any, release: Any
) -> None:
    """A rolling upgrade in which the leadership goes forth and back: no rows of two rules are shown as those of one."""
    told = [plans.plan("a"), plans.plan("b")]
    await view.fold(told)
    release(NEWER)
    await lead(view)
    await view.fold([plans.plan("c")])
    release(PLAN)
    assert await lead(view) == ["tasks"]
    state = await source(view)
    assert (state.rules, state.next_epoch, state.next_rules) == (0, 3, kinds.rules_of("tasks"))
    release(NEWER)
    assert await lead(view) == ["tasks"]
    assert (await source(view)).next_epoch == 4
    await replay(view, [*told, plans.plan("c")])
    await swap(view)
    assert await made_up.now() == await made_up.at(view.now)
    await assert_reconciles(view)


async def test_a_source_that_is_restored_while_it_is_replayed_is_that_of_the_restored_log(
    view: View, plans: Any, made_up: Any, release: Any
) -> None:
    await view.fold([plans.plan("a"), plans.plan("b")])
    release(NEWER)
    await lead(view)
    restored = replace(plans.plan("only"), epoch=2)
    assert not await view.fold([restored])
    state = await source(view)
    assert (state.next_epoch, state.restored_epoch, state.next_replayed) == (3, 2, False)
    assert (await made_up.now())[TOTAL] == 2
    await swap(view)
    assert (await made_up.now())[TOTAL] == 1
    assert (await source(view)).log_epoch == 2
    async with view.database.transaction() as session:
        await begin_silent_epoch(session, "tasks", 2, token=view.token, now=view.now)
    assert (await source(view)).next_epoch is None, "that epoch is the one that readers see"
    await assert_reconciles(view)


async def test_a_repair_counts_the_generation_that_readers_see_by_the_rules_of_now(
    view: View, plans: Any, made_up: Any, release: Any
) -> None:
    await view.fold([plans.plan("a"), plans.plan("b")])
    release(NEWER)
    await lead(view)
    async with view.database.transaction() as session:
        await repair(session, now=view.now)
    assert await made_up.now() == {TOTAL: 2, IN_TIME: 2} == await made_up.at(view.now)
    await assert_reconciles(view)


async def test_what_a_replay_reads_after_the_swap_is_news_of_the_group_that_follows_the_log(
    view: View, events: Any
) -> None:
    """Its group ends up to a second after the swap; taken for replayed, a change would be hidden from the stream."""
    told = [events.task("a"), events.task("b")]
    await view.fold(told)
    await rebuild(view)
    number = (await source(view)).next_epoch
    await replay(view, told)
    await swap(view)
    before = await source(view)
    async with view.database.session() as session:
        sequence = await views.view_sequence(session)
    news = [events.task("a", "withdrawn"), events.task("c")]
    async with view.database.transaction() as session:
        assert not await fold(session, news, token=view.token, now=view.now, only=number)
    assert await source(view) == before
    assert await view.fold(news)
    assert (await source(view)).events == before.events + 2
    async with view.database.session() as session:
        assert await withdrawn_since(session, sequence)
        assert [change.title for change in await list_changes(session, after=sequence, limit=20)] == ["Nhiệm vụ c"]
    await assert_reconciles(view)


async def test_what_the_release_before_dropped_is_read_again_and_the_age_is_not_known_until_then(
    view: View, events: Any
) -> None:
    """v0.1.0 takes the number of the generation for the epoch of the log: what it reads seems to be of an old one."""
    told = [events.task("a"), events.task("b")]
    await view.fold(told)
    await rebuild(view)
    await replay(view, told)
    await swap(view)
    async with view.database.transaction() as session:
        await views.note_relayed(session, False, view.token)
        await views.note_progress(session, [("tasks", view.now, 0)], view.token, view.now)
    assert await lead(view) == []
    assert await known_until(view) is not None
    await lead_before(view, 1)
    assert await known_until(view) is None, "v0.1.0 leads: what it drops is not known"
    assert await lead(view) == list(kinds.sources())
    state = await source(view)
    assert (state.active_epoch, state.next_epoch, state.next_log_epoch, state.next_replayed) == (2, 3, 1, True)
    assert await known_until(view) is None
    assert await lead(view) == [], "the next leader goes on with that"
    assert await known_until(view) is None
    await replay(view, [*told, events.task("dropped")])
    await swap(view)
    assert (await view.cells())[Cell("task", "")] == 3
    assert await known_until(view) is not None
    assert (await source(view)).log_epoch == 1
    await assert_reconciles(view)


async def test_the_release_before_does_not_show_a_rebuild_that_it_finds_under_way(view: View, events: Any) -> None:
    told = [events.task("a"), events.task("b")]
    await view.fold(told)
    await rebuild(view)
    await lead_before(view, 1, V010_SWAP)
    assert (await source(view)).active_epoch == 1
    await lead(view)
    state = await source(view)
    assert (state.next_epoch, state.next_log_epoch, state.next_replayed) == (3, 1, True)
    await replay(view, told)
    await swap(view)
    assert (await view.cells())[Cell("task", "")] == 2
    await assert_reconciles(view)


async def test_a_restored_log_that_the_release_before_showed_during_a_rebuild_is_read_again(
    view: View, events: Any
) -> None:
    """Its rows have the number of those that were replayed: both logs are in them."""
    told = [events.task("a"), events.task("b")]
    await view.fold(told)
    await rebuild(view)
    await replay(view, told)
    await lead_before(view, 2, "UPDATE source_view SET active_epoch = 2 WHERE source = 'tasks'")
    await lead(view)
    assert await known_until(view) is None
    await replay(view, [replace(events.task("only"), epoch=2)])
    await swap(view)
    assert (await view.cells())[Cell("task", "")] == 1
    assert (await source(view)).log_epoch == 2
    await assert_reconciles(view)
