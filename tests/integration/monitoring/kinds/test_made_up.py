"""Two kinds that no other code knows are counted, compared, repaired, rebuilt, withdrawn, and told like all others."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from tests.benchmarks.test_hot_paths import rows_of_a_status
from tests.integration.monitoring.kinds.made_up.plan import PAYMENTS, PLAN
from tests.integration.monitoring.live.test_withdrawn import where_it_stands

from sixclear.common.clock import civil_date
from sixclear.common.ids import stable_id
from sixclear.monitoring.kinds.kind import Cell
from sixclear.monitoring.ledger.service import recent_changes
from sixclear.monitoring.status.service import SHOWN
from sixclear.monitoring.view.cells import cells_now, latest_now
from sixclear.monitoring.view.generations import activate_next, delete_old
from sixclear.monitoring.view.latest_past import latest_at
from sixclear.monitoring.view.reconcile import differences, reconcile, repair
from sixclear.monitoring.view.selection import Selection

pytestmark = pytest.mark.asyncio

PROVINCE = Selection(stable_id("organisation", "01"))
SELECTIONS = (Selection(), PROVINCE, Selection(programme="hanoi"), Selection(programme="x"), Selection(PROVINCE.scope))


def story(events: Any, plans: Any) -> list[Any]:
    """A plan with both clocks and a budget, one without, one that is a draft; steps of the first; payments."""
    due, report_due = events.now + timedelta(hours=5), events.now + timedelta(hours=3)
    first: dict[str, Any] = {"due_at": due, "report_due_at": report_due, "budget": "1000000000.25"}
    return [
        events.organisation("01", level="province"),
        events.organisation("00004", parent="01", level="commune"),
        plans.plan("a", **first),
        plans.plan("b", budget="0.5", lead="01"),
        plans.plan("c", status="draft", budget="7"),
        plans.step("one"),
        plans.step("two"),
        plans.plan("a", "paid", paid="12.75", **first),
        plans.plan("b", "paid", paid="0.25", budget="0.5", lead="01"),
        plans.step("two", "finished", done=True),
    ]


async def assert_reconciles(view: Any) -> None:
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []


async def test_they_are_counted_now_and_at_any_past_instant(view: Any, events: Any, plans: Any, made_up: Any) -> None:
    began = events.now
    view.now = began + timedelta(hours=1)
    await view.fold(story(events, plans))
    day = civil_date(view.now).isoformat()
    counted = {
        Cell("plan", ""): 2,
        Cell("plan_timing", "in_time"): 2,
        Cell("plan_reporting", "reported"): 2,
        Cell("plan_budget", "in_time"): Decimal("1000000000.75"),
        Cell("plan_payment", day): 13,
        Cell("plan_step", "open"): 1,
        Cell("plan_step", "done"): 1,
    }
    assert await made_up.now() == await made_up.now(PROVINCE) == counted
    assert await made_up.now(Selection(assigned_by="central")) == {
        Cell("plan_step", "open"): 1,
        Cell("plan_step", "done"): 1,
    }, "a step has no assigning level, so that narrows no step"
    for hours in (3, 5, 0, 4, 6):  # each clock passes alone, and the clock is set back
        await view.pass_time(began + timedelta(hours=hours, minutes=30))
        for selection in SELECTIONS:
            assert await made_up.now(selection) == await made_up.at(view.now, selection)
        await assert_reconciles(view)
    after = await made_up.now()
    assert (after[Cell("plan_timing", "late")], after[Cell("plan_reporting", "silent")]) == (1, 1)
    assert after[Cell("plan_budget", "late")] == Decimal("1000000000.25")
    async with view.database.session() as session:
        latest = await latest_now(session, PLAN, PAYMENTS, PROVINCE)
        assert latest == await latest_at(session, PLAN, PAYMENTS, PROVINCE, view.now) is not None


async def test_any_order_gives_the_same(view: Any, events: Any, plans: Any, made_up: Any) -> None:
    told = story(events, plans)
    expected = None
    for seed in range(4):
        events_again = [*told, *told[::2]]
        Random(seed).shuffle(events_again)
        async with view.database.transaction() as session:
            await session.execute(
                text(
                    "TRUNCATE counter, day_delta, day_rollup, gap, organisation_state, organisation_history,"
                    " programme_history, last_payment, plan_state, plan_history, step_state, step_history"
                )
            )
        await view.fold(told if seed == 0 else events_again, size=3)
        expected = expected or await made_up.now()
        assert await made_up.now() == await made_up.at(view.now) == expected
        await assert_reconciles(view)


@pytest.mark.parametrize(
    "fault",
    [
        "UPDATE counter SET fraction = fraction + 0.01 WHERE measure = 'plan_budget'",
        "UPDATE counter SET n = n + 1 WHERE measure = 'plan_step'",
        "UPDATE plan_state SET reporting = 'silent'",
        "UPDATE plan_state SET next_boundary = NULL",
        "UPDATE last_payment SET at = at + interval '1 day'",
        "DELETE FROM step_state",
    ],
)
async def test_a_planted_error_is_found_and_repaired(
    view: Any, events: Any, plans: Any, made_up: Any, fault: str
) -> None:
    view.now = events.now + timedelta(hours=1)
    await view.fold(story(events, plans))
    right = await made_up.now()
    async with view.database.transaction() as session:
        await session.execute(text(fault))
    assert await reconcile(view.database, lambda: view.now)
    async with view.database.transaction() as session:
        await repair(session, now=view.now)
    assert await reconcile(view.database, lambda: view.now) == []
    assert await made_up.now() == right


async def test_a_restored_source_brings_both_back(view: Any, events: Any, plans: Any, made_up: Any) -> None:
    told = story(events, plans)
    await view.fold(told)
    before = await made_up.now()
    restored = [replace(one, epoch=2) for one in told[:-2]]
    assert not await view.fold(restored)
    assert await made_up.now() == before
    async with view.database.transaction() as session:
        await activate_next(session, "tasks", token=view.token)
    assert (await made_up.now())[Cell("plan_step", "open")] == 2
    assert await made_up.now() == await made_up.at(view.now)
    await assert_reconciles(view)
    removed = 1
    while removed:
        async with view.database.transaction() as session:
            removed = await delete_old(session, "tasks", token=view.token)
    async with view.database.session() as session:
        for table in ("plan_state", "plan_history", "step_state", "step_history", "last_payment"):
            assert set(await session.scalars(text(f"SELECT epoch FROM {table}"))) == {2}


async def test_a_child_leaves_with_its_parent(view: Any, events: Any, plans: Any, made_up: Any) -> None:
    """The producer withdraws both in one transaction, in whatever order their topics bring it."""
    told = story(events, plans)
    await view.fold(told)
    gone = [plans.step("one", "withdrawn"), plans.step("two", "withdrawn"), plans.plan("a", "withdrawn")]
    for one in gone:
        await view.fold([one])
        await assert_reconciles(view)
    view.now = told[-1].occurred_at
    for cells in (await made_up.now(), await made_up.at(view.now)):
        assert cells[Cell("plan", "")] == 1
        assert not [cell for cell in cells if cell.measure == "plan_step"]
        assert cells[Cell("plan_payment", civil_date(view.now).isoformat())] == Decimal("0.25")
    for name in ("Kế hoạch a", "Bước one", "Bước two"):
        assert await where_it_stands(view.database, name) == []
    async with view.database.session() as session:
        changes = await recent_changes(session, limit=50)
    assert {one.title for one in changes if one.entity_type in {"plan", "step"}} == {"Kế hoạch b", "Kế hoạch c"}
    await view.fold(told)
    assert (await made_up.now())[Cell("plan", "")] == 1, "what comes again after it was withdrawn stays away"


async def test_their_changes_are_told(view: Any, events: Any, plans: Any, made_up: Any) -> None:
    await view.fold(story(events, plans))
    async with view.database.session() as session:
        changes = await recent_changes(session, limit=50)
    told = [(one.entity_type, one.change, one.title) for one in changes]
    assert told[:3] == [
        ("step", "finished", "Bước two"),
        ("plan", "paid", "Kế hoạch b"),
        ("plan", "paid", "Kế hoạch a"),
    ]


async def test_a_status_reads_no_more_rows_for_them(
    view: Any, events: Any, plans: Any, made_up: Any, database: Any
) -> None:
    async def status(session: Any) -> None:
        # The plan of a large table: so small a one is otherwise read as a whole.
        for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
            await session.execute(text(f"SET LOCAL enable_{way} = off"))
        await cells_now(session, SHOWN, Selection(), civil_date(view.now))

    await view.fold([*(events.task(f"t{n}") for n in range(20)), *(events.entry(f"e{n}") for n in range(20))])
    before = await rows_of_a_status(database, status)
    many = [plans.plan(f"p{n}", budget="1", lead=None) for n in range(300)]
    await view.fold([*many, *(plans.step(f"s{n}") for n in range(300))])
    assert await rows_of_a_status(database, status) <= before
