"""How open tasks stand to their deadlines and completed ones stood: parts, done, and the rates of what was due."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.monitoring.conftest import NOON, leading, left_by_the_release_before

from sixclear.common.clock import civil_date, civil_day_start
from sixclear.monitoring.kinds import rules_of
from sixclear.monitoring.kinds.task import TASK
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.reconcile import differences, repair

pytestmark = pytest.mark.asyncio

DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
DEADLINE = NOON + 20 * DAY


def before(days: int) -> datetime:
    """The first instant of the civil day that is so many days before that of the deadline."""
    return civil_day_start(civil_date(DEADLINE) - timedelta(days=days))


async def status(site: Any, view: Any, at: datetime, **query: Any) -> Any:
    """The status at an instant that is now: the same is said of it as a past one, and parts add up to their buckets."""
    site.clock.now = at
    await view.pass_time(at)
    now = (await site.get("/status", **query)).json()
    then = (await site.get("/status", **query, as_of=at.isoformat())).json()
    assert (now["tasks"], now["rates_percent"]) == (then["tasks"], then["rates_percent"])
    assert now["denominators"] == then["denominators"]
    tasks = now["tasks"]
    if tasks["in_term_parts"] is not None:
        for bucket in ("in_term", "overdue"):
            assert sum(tasks[f"{bucket}_parts"].values()) == tasks[bucket]
    return now


async def parts(site: Any, view: Any, at: datetime, **query: Any) -> dict[str, int]:
    """The parts that hold something."""
    tasks = (await status(site, view, at, **query))["tasks"]
    found = {f"{bucket} {name}": n for bucket in ("in_term", "overdue") for name, n in tasks[f"{bucket}_parts"].items()}
    return {name: n for name, n in found.items() if n}


async def tell(view: Any, events: Any, at: datetime, name: str, change: str = "assigned", **more: Any) -> None:
    """Fold what became true of a task at an instant."""
    events.now = at - timedelta(minutes=1)
    view.now = max(view.now, at)
    facts = {"deadline": DEADLINE, "original_deadline": DEADLINE, "percent": 0, **more}
    await view.fold([events.task(name, change, **facts)])


async def test_an_open_task_turns_due_soon_at_risk_and_late(site: Any, view: Any, events: Any) -> None:
    await tell(view, events, NOON, "a")
    await tell(view, events, NOON, "nearly done", percent=80)
    await tell(view, events, NOON, "without a deadline", deadline=None)
    assert await parts(site, view, before(7) - TICK) == {"in_term on_track": 3}
    assert await parts(site, view, before(7)) == {"in_term on_track": 1, "in_term due_soon": 2}
    assert await parts(site, view, before(5) - TICK) == {"in_term on_track": 1, "in_term due_soon": 2}
    in_risk = {"in_term on_track": 1, "in_term due_soon": 1, "in_term at_risk": 1}
    assert await parts(site, view, before(5)) == in_risk
    assert await parts(site, view, DEADLINE) == in_risk, "at its deadline it is not late"
    assert await parts(site, view, DEADLINE + TICK) == {"in_term on_track": 1, "overdue late": 2}
    whole_day = (await site.get("/status", as_of=civil_date(before(5)).isoformat())).json()["tasks"]
    assert whole_day["in_term_parts"] == {"on_track": 1, "due_soon": 1, "at_risk": 1, "waiting": 0, "paused": 0}


async def test_a_report_moves_a_task_between_the_parts(site: Any, view: Any, events: Any) -> None:
    await tell(view, events, NOON, "a")
    late = {"expected_on": civil_date(DEADLINE) + timedelta(days=5)}
    await tell(view, events, NOON + DAY, "a", "progress_reported", status="in_progress", **late)
    assert await parts(site, view, NOON + DAY) == {"in_term at_risk": 1}, "five days late is at risk from then on"
    until = (await site.get("/status", as_of=(NOON + DAY - TICK).isoformat())).json()["tasks"]
    assert until["in_term_parts"]["on_track"] == 1, "not before"
    await tell(view, events, NOON + 2 * DAY, "a", "extended", deadline=DEADLINE + DAY, **late)
    assert await parts(site, view, NOON + 2 * DAY) == {"in_term on_track": 1}, "four days are no slip"
    done = {"percent": 90, "deadline": DEADLINE, "status": "in_progress"}
    assert await parts(site, view, before(4) + DAY) == {"in_term at_risk": 1}
    await tell(view, events, before(4) + DAY, "a", "progress_reported", **done)
    assert await parts(site, view, before(4) + DAY) == {"in_term due_soon": 1}


async def test_what_waits_or_is_paused_is_a_part_of_its_bucket(site: Any, view: Any, events: Any) -> None:
    for name in ("waits", "waits late", "paused", "paused late"):
        await tell(view, events, NOON, name)
    await tell(view, events, NOON + DAY, "waits", "submitted", status="submitted", submitted_at=NOON + DAY)
    await tell(view, events, NOON + DAY, "paused", "paused", status="paused", deadline=None)
    found = {"in_term waiting": 1, "in_term paused": 1, "in_term on_track": 2}
    assert await parts(site, view, NOON + DAY) == found
    late = DEADLINE + DAY
    await tell(view, events, late, "waits late", "submitted", status="submitted", submitted_at=late)
    await tell(view, events, late, "paused late", "paused", status="paused")
    # The pause found one in term: it crosses no deadline.
    found = {"in_term paused": 1, "overdue waiting": 2, "overdue paused": 1}
    assert await parts(site, view, late + 30 * DAY) == found
    now = await status(site, view, late + 30 * DAY)
    assert (now["tasks"]["overdue"], now["rates_percent"]["overdue_of_due"]) == (3, 100.0)
    assert now["denominators"]["rates_percent"]["value"] == 2, "what is paused is outside all rates"
    await tell(view, events, late + DAY, "waits", "returned", status="returned", submitted_at=None)
    assert await parts(site, view, late + 30 * DAY) == {**found, "overdue waiting": 1, "overdue late": 1}


async def test_done_is_judged_by_both_deadlines_and_by_when_it_was_handed_in(site: Any, view: Any, events: Any) -> None:
    extended = {"deadline": DEADLINE + 10 * DAY}
    when: dict[str, tuple[datetime, dict[str, Any]]] = {
        "in time": (DEADLINE, {}),
        "late": (DEADLINE + TICK, {}),
        "in time by the extension": (DEADLINE + DAY, extended),
        "late in spite of it": (DEADLINE + 11 * DAY, extended),
        "without a deadline": (DEADLINE, {"deadline": None, "original_deadline": None}),
    }
    for name, (submitted_at, more) in when.items():
        await tell(view, events, DEADLINE + 40 * DAY, name, "completed", **DONE, submitted_at=submitted_at, **more)
    await tell(view, events, NOON, "open and late")
    await tell(view, events, NOON, "periods", kind="recurring", status="in_progress")
    now = await status(site, view, DEADLINE + 41 * DAY)
    assert now["tasks"]["done"] == {"on_time": 2, "late": 2, "on_time_original": 1, "late_original": 3}
    assert now["denominators"]["rates_percent"]["value"] == 5
    assert now["rates_percent"] == {"done_of_due": 80.0, "overdue_of_due": 20.0, "on_time": 40.0}


DONE: dict[str, Any] = {"status": "completed", "percent": 100}


async def test_nothing_was_due_is_no_rate(site: Any, view: Any, events: Any) -> None:
    await tell(view, events, NOON, "a")
    now = await status(site, view, NOON + DAY)
    assert now["denominators"]["rates_percent"]["value"] == 0
    assert now["rates_percent"] == {"done_of_due": None, "overdue_of_due": None, "on_time": None}
    empty = (await site.get("/status", as_of=(NOON - 9 * DAY).isoformat())).json()
    assert empty["tasks"]["in_term_parts"] == {"on_track": 0, "due_soon": 0, "at_risk": 0, "waiting": 0, "paused": 0}


async def test_one_whose_submission_is_not_known_leaves_done_unknown(site: Any, view: Any, events: Any) -> None:
    await tell(view, events, NOON, "a", "completed", **DONE, submitted_at=NOON)
    assert (await status(site, view, NOON + DAY))["tasks"]["done"]["on_time"] == 1
    await tell(view, events, NOON + 2 * DAY, "b", "completed", **DONE)
    now = await status(site, view, NOON + 2 * DAY)
    assert (now["tasks"]["done"], now["rates_percent"]) == (None, None)
    assert now["denominators"]["rates_percent"]["value"] is None
    assert now["tasks"]["overdue_parts"] == {"late": 0, "waiting": 0, "paused": 0}


async def test_while_records_are_counted_again_nothing_is_said_of_it(site: Any, view: Any, events: Any) -> None:
    await tell(view, events, NOON, "a")
    async with view.database.transaction() as session:
        await session.execute(text("UPDATE source_view SET rules = 0 WHERE source = 'tasks'"))
    now = await status(site, view, NOON + DAY)
    assert (now["tasks"]["in_term"], now["tasks"]["in_term_parts"], now["tasks"]["overdue_parts"]) == (1, None, None)
    assert (now["tasks"]["done"], now["rates_percent"]) == (None, None)


async def test_of_rows_of_a_release_before_no_part_is_said(site: Any, view: Any, events: Any) -> None:
    await tell(view, events, NOON, "a")
    async with view.database.transaction() as session:
        for table in ("task_state", "task_history"):
            await session.execute(text(f"UPDATE {table} SET due_soon_at = NULL, at_risk_at = NULL"))
        await left_by_the_release_before(session, TASK)
    newer = await leading(view.database)
    site.clock.now = before(1)
    found = (await site.get("/status")).json()
    assert (found["tasks"]["in_term_parts"], found["tasks"]["overdue_parts"]) == (None, None), "its log is read again"
    async with view.database.transaction() as session:
        await repair(session, now=newer.now)
    found = (await site.get("/status")).json()
    assert (found["tasks"]["in_term"], found["tasks"]["overdue_parts"]) == (1, None), "a repair reads no log"
    async with view.database.transaction() as session:
        await views.note_rules(session, "tasks", rules_of("tasks"))  # as a repair of a former release said
    found = (await site.get("/status")).json()
    assert found["tasks"]["in_term_parts"] is None, "by its rows it would be on track"
    assert (found["tasks"]["in_term"], found["tasks"]["overdue_parts"]["late"]) == (1, 0)
    await tell(newer, events, before(1), "a", "progress_reported", status="in_progress")
    assert await parts(site, newer, before(1)) == {"in_term at_risk": 1}, "what is told now is known"


@pytest.mark.parametrize("measure", ["task_part", "task_done_by_original"])
async def test_a_sum_that_is_not_its_whole_is_refused(site: Any, view: Any, events: Any, measure: str) -> None:
    await tell(view, events, NOON, "a")
    await tell(view, events, NOON, "b", "completed", **DONE, submitted_at=NOON)
    async with view.database.transaction() as session:
        await session.execute(text(f"UPDATE counter SET n = n + 1 WHERE measure = '{measure}'"))
    site.clock.now = view.now
    assert (await site.get("/status")).json()["code"] == "figures-do-not-reconcile"
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) != []


@pytest.mark.parametrize(
    ("query", "late"),
    [({}, 3), ({"organisation": "01"}, 2), ({"programme": "hanoi"}, 1), ({"assigned_by": "province"}, 1)],
)
async def test_parts_heed_the_filters(site: Any, view: Any, events: Any, query: dict[str, str], late: int) -> None:
    await view.fold(
        [
            events.organisation("01", level="province"),
            events.organisation("00004", parent="01", level="commune"),
            events.programme("nq57-central"),
            events.programme("hanoi"),
        ]
    )
    await tell(view, events, NOON, "a")
    await tell(view, events, NOON, "b", lead="00004")
    await tell(view, events, NOON, "c", lead="01", programme="hanoi", assigned_by="province")
    assert await parts(site, view, DEADLINE + TICK, **query) == {"overdue late": late}


async def test_a_day_that_is_named_is_the_civil_one(site: Any, view: Any, events: Any) -> None:
    expected = civil_date(DEADLINE) + timedelta(days=5)
    assert isinstance(expected, date)
    await tell(view, events, NOON, "a", "progress_reported", expected_on=expected, status="in_progress")
    await tell(view, events, NOON, "b", "progress_reported", expected_on=expected - DAY, status="in_progress")
    assert await parts(site, view, NOON) == {"in_term at_risk": 1, "in_term on_track": 1}
