"""Time and rebuilds: deadlines pass, days follow each other, a restored source takes its place."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from sixclear.common.clock import civil_date, civil_day_end
from sixclear.common.ids import new_id, stable_id
from sixclear.common.testing.clock import MovingClock
from sixclear.monitoring.kinds.kind import Cell
from sixclear.monitoring.timeline.service import timeline
from sixclear.monitoring.view import entities
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.generations import activate_next, caught_up, delete_old
from sixclear.monitoring.view.reconcile import differences, reconcile, repair
from sixclear.monitoring.view.selection import Selection

pytestmark = pytest.mark.asyncio

OVERDUE, IN_TERM = Cell("task_bucket", "overdue:2025"), Cell("task_bucket", "in_term:2025")


async def test_a_deadline_that_passes_moves_the_task_without_an_event(view: Any, events: Any) -> None:
    deadline = events.now + timedelta(hours=1)
    view.now = events.now
    await view.fold([events.task(f"t{n}", deadline=deadline) for n in range(3)])
    assert await view.pass_time(deadline) == 0
    assert (await view.cells())[IN_TERM] == 3
    async with view.database.session() as session:
        assert await entities.next_boundary(session) == deadline
        before = await views.view_sequence(session)
    assert await view.pass_time(deadline + timedelta(microseconds=1), limit=2) == 3
    late = Cell("task_part", "overdue:late")
    assert await view.cells() == {Cell("task", ""): 3, OVERDUE: 3, late: 3} == await view.cells_at(view.now)
    assert (await view.cells_at(deadline))[IN_TERM] == 3
    async with view.database.session() as session:
        assert await entities.next_boundary(session) is None
        assert await views.view_sequence(session) == before + 2
        assert await differences(session, lambda: view.now) == []


async def test_a_submission_passes_both_of_its_clocks(view: Any, events: Any) -> None:
    soon, due = events.now + timedelta(days=1), events.now + timedelta(days=2)
    view.now = events.now
    await view.fold([events.submission("s", due_soon_at=soon, due_at=due)])
    for at, clock in ((soon, "in_time"), (soon + timedelta(seconds=1), "due_soon"), (due + timedelta(1), "overdue")):
        await view.pass_time(at)
        assert (await view.cells())[Cell("feedback_clock", clock)] == 1
        assert await view.cells() == await view.cells_at(at)


async def test_an_event_that_comes_after_the_timer_is_late_moves_nothing_twice(view: Any, events: Any) -> None:
    deadline = events.now + timedelta(hours=1)
    view.now = events.now
    await view.fold([events.task("a", deadline=deadline)])
    view.now = deadline + timedelta(hours=1)
    await view.fold([events.task("a", "completed", status="completed", deadline=deadline)])
    await view.pass_time(view.now)
    judged = {Cell("task_handed_in", "completed:unknown"): 1, Cell("task_done_by_original", "unknown"): 1}
    assert await view.cells() == {Cell("task", ""): 1, Cell("task_bucket", "completed"): 1, **judged}


async def test_each_point_of_the_timeline_is_the_state_of_that_day(view: Any, events: Any) -> None:
    begin = events.now
    stream = [events.organisation("01"), events.organisation("00004", parent="01")]
    for day in range(12):
        events.now = begin + timedelta(days=day)
        lead = ("01", "00004", "G06")[day % 3]
        end = events.now + timedelta(days=2, hours=day)
        stream.append(events.task(f"t{day}", lead=lead, deadline=end, kind="recurring" if day == 5 else "one_off"))
        if day % 2:
            stream.append(events.task(f"t{day - 1}", "completed", status="completed", lead=lead, deadline=end))
        if day == 9:
            stream.append(events.task("t6", "cancelled", status="cancelled", lead=lead))
    await view.fold(stream)
    await view.pass_time(begin + timedelta(days=14))
    for selection in (Selection(), Selection(stable_id("organisation", "01")), Selection(programme="hanoi")):
        async with view.database.session() as session:
            answer = await timeline(session, selection, first=None, last=None, step="day", now=view.now)
        assert [point.date for point in answer.points] == [civil_date(begin) + timedelta(days=n) for n in range(15)]
        for point in answer.points:
            at = min(civil_day_end(point.date), view.now)
            assert point.as_of == at
            cells = await view.cells_at(at, selection)
            assert point.total == cells.get(Cell("task", ""), 0)
            assert point.overdue == cells.get(OVERDUE, 0)
            assert point.completed == cells.get(Cell("task_bucket", "completed"), 0)
    async with view.database.session() as session:
        weekly = await timeline(session, Selection(), first=None, last=None, step="week", now=view.now)
    assert [(weekly.points[-1].date - point.date).days for point in weekly.points] == [14, 7, 0]


async def test_a_restored_source_is_rebuilt_beside_and_then_shown(view: Any, events: Any) -> None:
    old = [events.organisation("01"), events.task("a", lead="01"), events.task("b", lead="01")]
    other = [events.submission("s", organisation="01")]
    await view.fold([*old, *other])
    events.forget()
    events.epoch, events.now = 2, old[-1].occurred_at
    restored = [events.organisation("01", parent="02"), events.task("a", "completed", status="completed", lead="01")]
    assert not await view.fold(restored)
    assert (await view.cells())[Cell("task", "")] == 2, "readers still see the epoch before"
    async with view.database.session() as session:
        state = (await views.sources(session))["tasks"]
    assert state.next_epoch == 2
    assert not caught_up(state, view.now)
    assert caught_up(state, view.now + timedelta(seconds=5))

    async with view.database.transaction() as session:
        await activate_next(session, "tasks", token=view.token)
    assert (await view.cells())[Cell("task_bucket", "completed")] == 1
    assert (await view.cells())[Cell("task", "")] == 1
    above = await view.cells(Selection(stable_id("organisation", "02")))
    assert above[Cell("feedback", "")] == 1, "other sources are counted under the new organisations"
    assert not await view.fold(old), "the epoch before is no longer folded"
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []

    removed = 1
    while removed:
        async with view.database.transaction() as session:
            removed = await delete_old(session, "tasks", token=view.token, limit=3)
    async with view.database.session() as session:
        left = await session.scalars(text("SELECT epoch FROM task_history UNION SELECT epoch FROM organisation_state"))
        assert set(left) == {2}


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE counter SET n = n + 1 WHERE measure = 'task_bucket' AND programme = ''",
        "DELETE FROM counter WHERE measure = 'report'",
        "UPDATE task_state SET status = 'completed'",
        "UPDATE task_state SET bucket = 'recurring'",
        "UPDATE submission_state SET next_boundary = NULL",
        "DELETE FROM entry_state",
        "UPDATE last_report SET at = at + interval '1 day'",
        "UPDATE last_report SET at = at + interval '300 day' WHERE programme = ''",
        "DELETE FROM last_report WHERE scope <> '00000000-0000-0000-0000-000000000000'",
        "INSERT INTO counter SELECT source, epoch, scope, programme, assigned_by, 'task', 'x', 5 FROM counter LIMIT 1",
    ],
)
async def test_a_planted_error_is_found_refused_and_repaired(view: Any, events: Any, fault: str) -> None:
    later = events.now + timedelta(days=90)
    await view.fold(
        [
            events.organisation("01"),
            events.task("a", "progress_reported", lead="01", deadline=later),
            events.submission("s", due_soon_at=later, due_at=later),
            events.entry("e"),
        ]
    )
    right = await view.cells()
    assert await reconcile(view.database, lambda: view.now) == []
    async with view.database.transaction() as session:
        await session.execute(text(fault))
    assert await reconcile(view.database, lambda: view.now)
    async with view.database.session() as session:
        assert not await views.reconciled(session)
    async with view.database.transaction() as session:
        await repair(session, now=view.now)
    assert await view.cells() == right
    assert await reconcile(view.database, lambda: view.now) == []
    async with view.database.session() as session:
        assert await views.reconciled(session)


async def test_what_a_clock_that_ran_ahead_crossed_is_moved_back_and_is_no_difference(view: Any, events: Any) -> None:
    now, ahead = events.now + timedelta(hours=1), events.now + timedelta(days=3)
    soon, due = events.now + timedelta(days=1), events.now + timedelta(days=2)
    view.now = now
    await view.fold(
        [
            *(events.task(f"t{n}", deadline=due) for n in range(3)),
            events.task("past", deadline=events.now),
            events.submission("s", due_soon_at=soon, due_at=due),
            events.submission("soon", due_soon_at=soon, due_at=ahead + timedelta(days=1)),
        ]
    )
    await view.pass_time(now)
    before = await view.cells()
    assert await view.pass_time(ahead) == 5, "three tasks and a submission, and each submission's first clock"
    assert await view.cells() == await view.cells_at(ahead) != before
    async with view.database.session() as session:
        sequence = await views.view_sequence(session)
        assert await entities.some_ahead(session, now)
        assert not await entities.some_ahead(session, ahead)
    assert await reconcile(view.database, lambda: now) == [], "the timer has not looked yet"
    assert await view.pass_time(now, limit=2) == 5
    assert await view.cells() == await view.cells_at(now) == before
    async with view.database.session() as session:
        assert await views.view_sequence(session) > sequence, "readers hear of it"
        assert await entities.next_boundary(session) == soon
        assert not await entities.some_ahead(session, now)
    assert await reconcile(view.database, lambda: now) == []
    await view.pass_time(ahead)
    assert await view.cells() == await view.cells_at(ahead)


@given(
    times=st.lists(st.integers(0, 60), min_size=1, max_size=6),
    deadlines=st.lists(st.integers(0, 60), min_size=1, max_size=6),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
async def test_wherever_the_clock_goes_the_counters_are_those_of_its_time(
    view: Any, events: Any, times: list[int], deadlines: list[int]
) -> None:
    story = new_id().hex
    start = events.now
    view.now = start
    await view.fold(
        [
            *(events.task(f"{story} {n}", deadline=start + timedelta(hours=d)) for n, d in enumerate(deadlines)),
            *(
                events.submission(
                    f"{story} {n}", due_soon_at=start + timedelta(hours=d), due_at=start + timedelta(hours=2 * d)
                )
                for n, d in enumerate(deadlines)
            ),
        ]
    )
    for hours in times:
        at = start + timedelta(hours=hours, minutes=30)
        await view.pass_time(at)
        assert await reconcile(view.database, MovingClock(at)) == []
        cells = await view.cells()
        overdue = sum(n for (measure, slot), n in cells.items() if (measure, slot[:7]) == ("task_bucket", "overdue"))
        assert overdue == await _overdue_by_rule(view, at)


async def _overdue_by_rule(view: Any, at: Any) -> int:
    async with view.database.session() as session:
        found = await session.scalar(text("SELECT count(*) FROM task_state WHERE deadline < :at"), {"at": at})
        return int(found)
