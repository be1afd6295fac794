"""Changes by day: their sum is what the histories say and what the counters say, whatever comes late or again."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.integration.monitoring.view.test_any_order import empty

from sixclear.common.clock import civil_date, civil_day_end, civil_day_start
from sixclear.common.ids import stable_id
from sixclear.monitoring.kinds.kind import Cell
from sixclear.monitoring.kinds.task import REPORTS, TASK
from sixclear.monitoring.status.service import SHOWN
from sixclear.monitoring.timeline.service import timeline
from sixclear.monitoring.view import past
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.generations import activate_next, begin_recounted
from sixclear.monitoring.view.latest_past import latest_at
from sixclear.monitoring.view.reconcile import differences, reconcile, repair
from sixclear.monitoring.view.selection import Selection

pytestmark = pytest.mark.asyncio

_SELECTIONS = [
    Selection(),
    Selection(programme="hanoi"),
    Selection(assigned_by="province"),
    *(Selection(stable_id("organisation", code)) for code in ("01", "00004", "G06")),
    Selection(stable_id("organisation", "01"), "hanoi", "province"),
]
_LEADS = ("01", "00004", "G06", None)
_STATUSES = ("assigned", "in_progress", "completed", "cancelled", "proposed")
TOTAL = Cell("task", "")


def story(events: Any, steps: list[tuple[int, int, int]]) -> list[Any]:
    """Tasks and submissions over some weeks: deadlines at all hours, facts that are stated days later or earlier."""
    told = [events.organisation("01", level="province"), events.organisation("00004", parent="01", level="commune")]
    begin = events.now
    for what, which, how in steps:
        events.now = begin + timedelta(hours=37 * how - 11 * which)
        end_of_day, soon = civil_day_end(civil_date(events.now)), events.now + timedelta(hours=9 * (how - 2))
        due = (None, end_of_day, soon)[(what + how) % 3]
        task = {
            "lead": _LEADS[(which + how) % len(_LEADS)],
            "programme": ("nq57-central", "hanoi")[which % 2],
            "assigned_by": ("central", "province")[(which // 2) % 2],
            "kind": "recurring" if which == 4 else "one_off",
            "deadline": due,
        }
        if what < 4:
            told.append(events.task(f"t{which}", "updated", status=_STATUSES[how % 5], **task))
        elif what < 7:
            told.append(events.task(f"t{which}", "progress_reported", status="in_progress", **task))
        elif what == 7:
            soon = events.now + timedelta(hours=5 * how)
            clocks = {"due_soon_at": soon, "due_at": soon + timedelta(hours=how % 2)}
            told.append(events.submission(f"s{which}", "updated", organisation=task["lead"], **clocks))
        elif what == 8:
            told.append(events.entry(f"e{which}", lists=("plan-02",)[: how % 2], owner="00004"))
        elif what == 9:
            told.append(events.organisation("00004", parent=("01", None)[how % 2], level="commune"))
        else:
            told.append(events.task(f"t{which}", "withdrawn"))
    return told


async def by_days_and_by_histories(view: Any, at: datetime, selection: Selection) -> tuple[Any, Any]:
    """Cells and latest report at an instant: from the rows by day, and from the histories alone."""
    found = []
    async with view.database.session() as session:
        for change in ("SET LOCAL plan_cache_mode = force_generic_plan", "UPDATE source_view SET rules = 0"):
            await session.execute(text(change))
            cells = await past.cells_at(session, SHOWN, selection, at)
            found.append((cells, await latest_at(session, TASK, REPORTS, selection, at)))
        await session.rollback()
    return found[0], found[1]


_stories = given(
    steps=st.lists(st.tuples(st.integers(0, 10), st.integers(0, 4), st.integers(0, 9)), min_size=4, max_size=30),
    random=st.randoms(use_true_random=False),
    size=st.integers(1, 40),
)


def _some(count: int) -> settings:
    return settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@_some(6)
@_stories
async def test_the_sum_of_days_is_that_of_the_histories_and_of_the_counters(
    view: Any, events: Any, steps: list[tuple[int, int, int]], random: Random, size: int
) -> None:
    await _sums(view, events, steps, random, size)


@pytest.mark.long
@_some(300)
@_stories
async def test_the_sum_of_days_is_that_of_the_histories_in_many_stories(
    view: Any, events: Any, steps: list[tuple[int, int, int]], random: Random, size: int
) -> None:
    await _sums(view, events, steps, random, size)


async def _sums(view: Any, events: Any, steps: list[tuple[int, int, int]], random: Random, size: int) -> None:
    begin = events.now
    events.forget()
    told = story(events, steps)
    events.now = begin
    shuffled = [*told, *random.choices(told, k=len(told) // 2)]
    random.shuffle(shuffled)
    await empty(view)
    await view.fold(shuffled, size=size)
    await view.pass_time(begin + timedelta(days=40))
    await view.fold(told, size=size)
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []
    for at in _instants(told, random):
        for selection in random.sample(_SELECTIONS, 3):
            days, histories = await by_days_and_by_histories(view, at, selection)
            assert days == histories, at
    for selection in _SELECTIONS:
        assert await view.cells(selection) == await view.cells_at(view.now, selection)


def _instants(told: list[Any], random: Random) -> list[datetime]:
    """Ends and beginnings of days, and the microseconds about the events and their deadlines."""
    found = []
    for event in random.sample(told, min(4, len(told))):
        due = event.data.get("current_deadline") or event.data.get("due_at")
        near = datetime.fromisoformat(due) if due and random.random() < 0.7 else event.occurred_at
        found.append(near + timedelta(microseconds=random.randint(-1, 1)))
        day = civil_date(near) + timedelta(days=random.randint(-1, 1))
        found += [civil_day_end(day), civil_day_start(day)]
    return found


async def test_what_arrives_late_changes_two_rows_of_each_cell(view: Any, events: Any) -> None:
    begin = events.now
    for number in range(90):
        events.now = begin + timedelta(days=number)
        await view.fold([events.task(f"t{number}", lead=None)])
    events.now = begin + timedelta(days=1)
    late = events.task("late", lead=None)
    async with view.database.session() as session:
        await session.execute(text("CREATE TEMP TABLE before AS SELECT * FROM day_delta"))
        await session.commit()
        await view.fold([late])
        changed = await session.execute(
            text("SELECT measure, period FROM (SELECT * FROM day_delta EXCEPT SELECT * FROM before) AS x ORDER BY 1, 2")
        )
        rows = [tuple(row) for row in changed]
        await session.execute(text("DROP TABLE before"))
        await session.commit()
    assert rows == [(measure, period) for measure in ("task", "task_bucket", "task_part") for period in ("d", "m")]
    assert (await view.cells_at(civil_day_end(civil_date(events.now))))[TOTAL] == 3


async def test_a_report_moves_no_row_of_a_day(view: Any, events: Any) -> None:
    deadline = events.now + timedelta(days=50)
    await view.fold([events.task("a", deadline=deadline)])
    async with view.database.session() as session:
        before = (await session.execute(text("SELECT xmin, * FROM day_rollup ORDER BY day, slot, period"))).all()
    events.now += timedelta(days=3)
    await view.fold([events.task("a", "progress_reported", status="in_progress", deadline=deadline)])
    async with view.database.session() as session:
        after = (await session.execute(text("SELECT xmin, * FROM day_rollup ORDER BY day, slot, period"))).all()
    assert after == before


async def test_a_planted_error_in_a_day_is_found_refused_and_repaired(view: Any, events: Any) -> None:
    await view.fold([events.task("a", lead="01"), events.task("b", lead="01")])
    at = civil_day_end(civil_date(events.now))
    for table in ("day_delta", "day_rollup"):
        async with view.database.transaction() as session:
            await session.execute(text(f"UPDATE {table} SET amount = amount + 1 WHERE measure = 'task'"))
        found = await reconcile(view.database, lambda: view.now)
        assert {item["check"] for item in found} >= {table}
        async with view.database.session() as session:
            assert not await views.reconciled(session)
        async with view.database.transaction() as session:
            await repair(session, now=view.now)
        assert await reconcile(view.database, lambda: view.now) == []
        assert (await view.cells_at(at))[TOTAL] == 2


async def test_a_view_of_the_release_before_is_filled_by_the_next_generation(view: Any, events: Any) -> None:
    """It has no rows by day: until the swap the past is read from the histories, and is the same before and after."""
    begin = events.now
    told = [events.organisation("01", level="province"), events.organisation("00004", parent="01", level="commune")]
    for number in range(6):
        events.now = begin + timedelta(days=number, hours=number)
        lead, due = ("01", "00004")[number % 2], events.now + timedelta(days=2)
        told.append(events.task(f"t{number}", lead=lead, deadline=due))
        told.append(events.task(f"t{number}", "progress_reported", status="in_progress", lead=lead, deadline=due))
    await view.fold(told)
    await view.pass_time(begin + timedelta(days=9))
    async with view.database.transaction() as session:
        await session.execute(text("TRUNCATE day_delta, day_rollup"))
        await session.execute(text("UPDATE counter SET latest = NULL"))
        await session.execute(text("UPDATE source_view SET rules = rules - 1"))
    before = await _seen(view, begin)
    async with view.database.session() as session:
        assert not (await past.known_since(session, TASK))[1]
        assert await differences(session, lambda: view.now) == []
    async with view.database.transaction() as session:
        await begin_recounted(session, "tasks", token=view.token, now=view.now)
    assert await _seen(view, begin) == before
    async with view.database.session() as session:
        beside = (await views.sources(session))["tasks"].next_epoch
    await view.fold(told, only=beside)
    await view.pass_time(view.now)
    async with view.database.transaction() as session:
        await activate_next(session, "tasks", token=view.token)
    async with view.database.session() as session:
        assert (await past.known_since(session, TASK))[1]
        assert await differences(session, lambda: view.now) == []
    assert await _seen(view, begin) == before


async def _seen(view: Any, begin: datetime) -> list[Any]:
    seen: list[Any] = []
    for selection in _SELECTIONS:
        for number in range(10):
            at = begin + timedelta(days=number)
            for instant in (at, civil_day_end(civil_date(at))):
                seen.append((await view.cells_at(instant, selection), await view.last_report_at(instant, selection)))
        async with view.database.session() as session:
            seen.append(await timeline(session, selection, first=None, last=None, step="day", now=view.now))
    return seen
