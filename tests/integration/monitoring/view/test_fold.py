"""Events into the view on a real PostgreSQL."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import text

from sixclear.common.bus import dead_letters
from sixclear.common.bus.protocol import Message
from sixclear.common.ids import stable_id
from sixclear.common.runtime.target import StreamState
from sixclear.monitoring.errors import InvalidEvent, LeadershipLost
from sixclear.monitoring.kinds.kind import Cell
from sixclear.monitoring.streams.freshness import freshness
from sixclear.monitoring.streams.repository import list_reports, store_reports
from sixclear.monitoring.view import gaps
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.reconcile import differences
from sixclear.monitoring.view.selection import Selection

pytestmark = pytest.mark.asyncio


async def assert_reconciles(view: Any) -> None:
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []


async def test_a_task_is_counted_at_every_level_above_its_lead(view: Any, events: Any) -> None:
    later = events.now + timedelta(days=30)
    await view.fold(
        [
            events.organisation("01", level="province"),
            events.organisation("00004", parent="01", level="commune"),
            events.task("a", lead="00004", assigned_by="province", programme="hanoi", deadline=later),
        ]
    )
    expected = {Cell("task", ""): 1, Cell("task_bucket", "in_term:2026"): 1, Cell("task_part", "in_term:on_track"): 1}
    for code in ("01", "00004"):
        for programme in (None, "hanoi"):
            for level in (None, "province"):
                selection = Selection(stable_id("organisation", code), programme, level)
                assert await view.cells(selection) == expected
    assert await view.cells(Selection(assigned_by="central")) == {}
    assert await view.cells(Selection(programme="nq57-central")) == {}
    await assert_reconciles(view)


async def test_an_event_that_comes_again_changes_nothing(view: Any, events: Any) -> None:
    stream = [events.task("a"), events.task("a", "progress_reported", status="in_progress")]
    view.now = events.now
    assert await view.fold(stream)
    before = await view.cells()
    assert not await view.fold(stream)
    assert await view.cells() == before
    assert before[Cell("report", "2025-12-04")] == 1
    async with view.database.session() as session:
        assert await views.view_sequence(session) == 1


async def test_an_older_version_never_replaces_a_newer_one(view: Any, events: Any) -> None:
    assigned, completed = events.task("a"), events.task("a", "completed", status="completed")
    await view.fold([completed])
    await view.fold([assigned])
    judged = {Cell("task_handed_in", "completed:unknown"): 1, Cell("task_done_by_original", "unknown"): 1}
    assert await view.cells() == {Cell("task", ""): 1, Cell("task_bucket", "completed"): 1, **judged}
    before_completion = await view.cells_at(completed.occurred_at - timedelta(seconds=1))
    part = {Cell("task_part", "in_term:on_track"): 1}
    assert before_completion == {Cell("task", ""): 1, Cell("task_bucket", "in_term:"): 1, **part}
    await assert_reconciles(view)


async def test_a_draft_is_not_counted(view: Any, events: Any) -> None:
    await view.fold([events.task("a", "proposed", status="proposed"), events.task("b", "proposed", status="draft")])
    assert await view.cells() == {}


async def test_an_organisation_may_come_after_its_tasks_and_its_parent_later_still(view: Any, events: Any) -> None:
    province = events.organisation("01", level="province")
    commune = events.organisation("00004", parent="01", level="commune")
    await view.fold([events.task("a", lead="00004"), events.task("a", "progress_reported", lead="00004")])
    selection = Selection(stable_id("organisation", "01"))
    assert await view.cells(selection) == {}
    await view.fold([events.submission("s", organisation="00004"), events.entry("e", owner="00004")])
    await view.fold([commune])
    await view.fold([province])
    cells = await view.cells(selection)
    assert cells[Cell("task", "")] == cells[Cell("feedback", "")] == cells[Cell("database", "plan-02")] == 1
    assert await view.last_report(selection) is not None
    await assert_reconciles(view)


async def test_a_changed_parent_moves_what_is_counted(view: Any, events: Any) -> None:
    await view.fold([events.organisation("01"), events.organisation("02"), events.organisation("00004", parent="01")])
    await view.fold([events.task("a", "progress_reported", lead="00004")])
    await view.fold([events.organisation("00004", parent="02")])
    assert await view.cells(Selection(stable_id("organisation", "01"))) == {}
    assert (await view.cells(Selection(stable_id("organisation", "02"))))[Cell("task", "")] == 1
    assert await view.last_report(Selection(stable_id("organisation", "01"))) is None
    await assert_reconciles(view)


async def test_a_withdrawn_task_leaves_every_view_past_figures_included(view: Any, events: Any) -> None:
    assigned = events.task("a")
    reported = events.task("a", "progress_reported")
    withdrawn = events.task("a", "withdrawn")
    other = events.task("b", "progress_reported")
    for stream in ([assigned, reported, other, withdrawn], [withdrawn, reported, assigned, other]):
        await view.fold(stream, size=1)
        assert (await view.cells())[Cell("task", "")] == 1
        assert await view.cells_at(reported.occurred_at) == {}
        assert await view.last_report() == other.occurred_at
        await assert_reconciles(view)
        async with view.database.session() as session:
            titles = await session.scalars(text("SELECT title FROM task_history UNION SELECT title FROM task_state"))
            assert set(titles) == {None, "Nhiệm vụ b"}


async def test_a_withdrawn_entry_leaves_every_view_past_figures_included_and_comes_back(view: Any, events: Any) -> None:
    registered, other = events.entry("a", stage="formed_centralised", risk="high"), events.entry("b")
    moved = events.entry("a", "deployment_stage_changed", stage="rebuild", risk="high")
    withdrawn = events.entry("a", "withdrawn")
    withdrawn.data.clear()
    withdrawn.data.update(change="withdrawn", entry_id=str(withdrawn.entity_id))
    only_other = {Cell("database", "plan-02"): 1, Cell("database_stage", "plan-02/not_deployed"): 1}
    for stream in ([registered, moved, other, withdrawn], [withdrawn, moved, registered, other]):
        await view.fold(stream, size=1)
        assert await view.cells() == await view.cells_at(moved.occurred_at) == only_other
        await assert_reconciles(view)
        async with view.database.session() as session:
            titles = await session.scalars(text("SELECT title FROM entry_history UNION SELECT title FROM entry_state"))
            assert set(titles) == {None, "CSDL b"}
    await view.fold([events.entry("a", "updated", stage="rebuild", risk="high")])
    assert (await view.cells())[Cell("database", "plan-02")] == 2
    assert (await view.cells())[Cell("database_at_risk", "plan-02")] == 1
    assert await view.cells_at(moved.occurred_at) == only_other, "the past stays without it"
    await assert_reconciles(view)


async def test_a_withdrawn_task_leaves_the_dead_letters(view: Any, events: Any) -> None:
    bad, other, withdrawn = events.task("a"), events.task("b"), events.task("a", "withdrawn")

    async def kept() -> list[tuple[str, bool]]:
        async with view.database.session() as session:
            read = "SELECT convert_from(record_key, 'UTF8'), record_value IS NOT NULL FROM dead_letter ORDER BY 1"
            return [(key, told) for key, told in await session.execute(text(read))]

    async with view.database.transaction() as session:
        for offset, envelope in enumerate((bad, other)):
            message = Message("events", offset, "topic", envelope)
            await dead_letters.store(session, "monitoring", message, "it did not fit", view.now)
    assert [told for _, told in await kept()] == [True, True]
    await view.fold([withdrawn])
    assert dict(await kept()) == {str(bad.entity_id): False, str(other.entity_id): True}


async def test_a_lost_event_is_counted_until_it_comes(view: Any, events: Any) -> None:
    first, second, third = events.task("a"), events.task("a", "progress_reported"), events.task("a", "completed")
    await view.fold([first])
    await view.fold([third])
    async with view.database.session() as session:
        assert await gaps.open_gaps(session) == {"tasks": 1, "feedback": 0, "data-catalog": 0}
    await view.fold([second])
    async with view.database.session() as session:
        assert set((await gaps.open_gaps(session)).values()) == {0}


async def test_what_is_lost_counts_as_age(view: Any, events: Any) -> None:
    """A view that has folded all that came is not as young as it looks while something did not come."""
    first, second, third = events.task("a"), events.task("a", "progress_reported"), events.task("a", "completed")
    later = view.now + timedelta(seconds=60)

    async def ages(later: datetime = later) -> tuple[float | None, float | None]:
        async with view.database.transaction() as session:
            await session.execute(text("UPDATE source_view SET current_until = :later"), {"later": later})
            await session.execute(text("UPDATE task_state SET next_boundary = NULL"))
            fresh = await freshness(session, later)
        return fresh.staleness_seconds, fresh.behind_seconds

    await view.fold([first])
    await view.fold([third])
    assert await ages() == (60.0, 0.0)
    set_back = view.now - timedelta(hours=1)
    assert await ages(set_back) == (None, 0.0), "since when something is lost is not known by a clock that ran ahead"
    await view.fold([second])
    assert await ages() == (0.0, 0.0)


async def test_the_word_of_a_clock_that_ran_ahead_makes_nothing_fresh(view: Any) -> None:
    now, ahead = view.now, view.now + timedelta(days=1)

    async def note(until: Any, at: Any) -> None:
        async with view.database.transaction() as session:
            await session.execute(text("UPDATE source_view SET relayed = false"))
            progress = [(source, until, 0) for source in ("tasks", "feedback", "data-catalog")]
            await views.note_progress(session, progress, view.token, at)

    async def known() -> tuple[float | None, set[Any]]:
        async with view.database.session() as session:
            fresh = await freshness(session, now)
        return fresh.staleness_seconds, {source.current_until for source in fresh.sources.values()}

    await note(ahead, ahead)
    assert await known() == (None, {None}), "set back: up to when it is complete is not known"
    await note(now - timedelta(seconds=2), now)
    assert await known() == (2.0, {now - timedelta(seconds=2)})
    await note(None, now)
    assert await known() == (2.0, {now - timedelta(seconds=2)}), "a lag that is not known leaves it where it was"


async def test_what_a_relay_keeps_back_counts_as_age_and_of_a_silent_one_nothing_is_known(view: Any) -> None:
    later = view.now + timedelta(seconds=60)
    relays = [
        StreamState(service=source, name=f"{source} relay", kind="relay", running=True, lag_messages=0, lag_seconds=0.0)
        for source in ("tasks", "feedback", "data-catalog")
    ]

    async def heard(*streams: StreamState, at: datetime = later) -> None:
        async with view.database.transaction() as session:
            await store_reports(session, streams, at)

    async def age(now: datetime = later) -> tuple[float | None, frozenset[str]]:
        async with view.database.transaction() as session:
            await session.execute(text("UPDATE source_view SET current_until = :now"), {"now": now})
            fresh = await freshness(session, now)
        assert fresh.behind_seconds == 0.0
        for source, state in fresh.sources.items():
            assert (state.current_until is None) is (source in fresh.silent)
        return fresh.staleness_seconds, fresh.silent

    assert await age() == (0.0, frozenset()), "a log that is read here has no relay"
    async with view.database.transaction() as session:
        await views.note_relayed(session, True, view.token - 1)
    assert await age() == (0.0, frozenset()), "only the leader knows"
    async with view.database.transaction() as session:
        await views.note_relayed(session, True, view.token)
    assert await age() == (None, frozenset({"tasks", "feedback", "data-catalog"}))
    await heard(*relays[:2])
    assert await age() == (None, frozenset({"data-catalog"}))
    await heard(relays[2])
    assert await age() == (0.0, frozenset())
    await heard(replace(relays[0], lag_messages=2, lag_seconds=40.0))
    assert await age() == (40.0, frozenset())
    unknown = replace(relays[0], lag_messages=None, lag_seconds=None)
    await heard(unknown)
    assert await age() == (40.0, frozenset()), "another process of the service knows"
    await heard(unknown, *relays[1:], at=later + timedelta(seconds=20))
    assert await age(later + timedelta(seconds=20)) == (None, frozenset({"tasks"}))
    assert await age(later + timedelta(seconds=60)) == (None, frozenset({"tasks", "feedback", "data-catalog"}))


async def test_more_names_than_fit_are_not_taken(view: Any) -> None:
    relay = StreamState(service="tasks", name="relay", kind="relay", running=True, lag_messages=0, lag_seconds=0.0)
    async with view.database.transaction() as session:
        await store_reports(session, [relay], view.now)
        await store_reports(session, [replace(relay, name=str(number)) for number in range(300)], view.now)
        assert len(await list_reports(session)) == 1


async def test_a_lost_organisation_event_is_counted_until_it_comes(view: Any, events: Any) -> None:
    first, second, third = (events.organisation("01") for _ in range(3))
    await view.fold([first])
    await view.fold([third])
    async with view.database.session() as session:
        assert (await gaps.open_gaps(session))["tasks"] == 1
    await view.fold([second])
    async with view.database.session() as session:
        assert (await gaps.open_gaps(session))["tasks"] == 0


async def test_a_former_leader_is_refused(view: Any, events: Any) -> None:
    async with view.database.transaction() as session:
        await views.take_leadership(session, "successor", view.now)
    with pytest.raises(LeadershipLost):
        await view.fold([events.task("a")])
    assert await view.cells() == {}


async def test_an_event_without_what_the_view_reads_is_refused(view: Any, events: Any) -> None:
    good, bad = events.task("a"), events.task("b")
    del bad.data["status"]
    with pytest.raises(InvalidEvent, match="status"):
        await view.fold([good, bad])
    assert await view.cells() == {}


async def test_unknown_fields_are_passed_over(view: Any, events: Any) -> None:
    event = events.task("a")
    event.data["a_field_of_next_year"] = {"x": 1}
    await view.fold([event])
    assert (await view.cells())[Cell("task", "")] == 1


async def test_databases_are_counted_per_list_stage_and_owner(view: Any, events: Any) -> None:
    await view.fold(
        [
            events.entry("a", lists=["plan-02", "resolution-71"], stage="formed_centralised"),
            events.entry("b", lists=["resolution-71"], stage="not_deployed", risk="high", registration="submitted"),
            events.entry("c", lists=["resolution-71"], registration="returned"),
            events.entry("d", lists=["resolution-71"], owner="G07", registration="submitted"),
            events.entry("e", lists=["resolution-71"], kind="information_system", registration="submitted"),
            events.entry("f", lists=["third-list"], stage="retire", risk="high", registration="submitted"),
            events.entry("g", lists=["third-list"], stage="rebuild", risk="high"),
        ]
    )
    cells = await view.cells()
    assert cells[Cell("database", "plan-02")] == 1
    assert cells[Cell("database", "resolution-71")] == 5
    assert cells[Cell("database_at_risk", "resolution-71")] == 1
    assert cells[Cell("database_not_approved", str(stable_id("organisation", "G06")))] == 2
    assert cells[Cell("database", "third-list")] == 2
    assert cells[Cell("database_stage", "third-list/retire")] == 1
    assert cells[Cell("database_stage", "third-list/rebuild")] == 1
    assert cells[Cell("database_at_risk", "third-list")] == 1
    assert await view.cells_at(view.now) == cells
    await assert_reconciles(view)


async def test_times_that_run_backwards_give_the_same_intervals_in_any_order(view: Any, events: Any) -> None:
    stream = [events.task("a"), events.task("a", status="completed"), events.task("a", status="in_progress")]
    late, early = stream[0].occurred_at + timedelta(hours=2), stream[0].occurred_at - timedelta(hours=2)
    stream[0], stream[1] = replace(stream[0], occurred_at=late), replace(stream[1], occurred_at=early)
    stream[2] = replace(stream[2], occurred_at=late + timedelta(hours=1))
    instants = [early, late, late + timedelta(minutes=1), late + timedelta(hours=1)]
    seen = []
    for order in permutations(stream):
        async with view.database.transaction() as session:
            await session.execute(
                text("TRUNCATE task_history, task_state, counter, day_delta, day_rollup, gap, last_report")
            )
        await view.fold(order, size=1)
        seen.append([await view.cells_at(at) for at in instants])
    completed, open_ = Cell("task_bucket", "completed"), Cell("task_bucket", "in_term:")
    assert [cells.get(completed, 0) for cells in seen[0]] == [0, 1, 1, 0]
    assert [cells.get(open_, 0) for cells in seen[0]] == [0, 0, 0, 1]
    assert all(each == seen[0] for each in seen)
