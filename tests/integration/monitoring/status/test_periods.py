"""Periods of recurring tasks: counted once they are due, by how they were reported; what is not known is no zero."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.monitoring.conftest import NOON

from sixclear.common.clock import civil_date
from sixclear.monitoring.view.reconcile import differences

pytestmark = pytest.mark.asyncio

DUE = NOON + timedelta(days=3)
TICK = timedelta(microseconds=1)


async def periods(site: Any, view: Any, at: datetime, **query: Any) -> Any:
    """What the status says, at an instant that is now; the same is said of it as a past one."""
    site.clock.now = at
    await view.pass_time(at)
    now = (await site.get("/status", **query)).json()
    then = (await site.get("/status", **query, as_of=at.isoformat())).json()
    assert now["periods"] == then["periods"]
    due = now["periods"] and now["periods"]["due"]
    assert now["denominators"]["periods"] == {"name": "periods.due", "value": due}
    return now["periods"] and tuple(now["periods"][name] for name in ("due", "on_time", "late", "missing"))


async def tell(view: Any, events: Any, at: datetime, *facts: tuple[str, str, dict[str, Any]]) -> None:
    """Fold what became true of periods at an instant."""
    for name, change, more in facts:
        events.now = at - timedelta(minutes=1)
        view.now = max(view.now, at)
        await view.fold([events.period(name, change, **{"due_at": DUE, **more})])


def reported(at: datetime, **more: Any) -> dict[str, Any]:
    return {"status": "reported", "reported_at": at, **more}


async def test_a_period_counts_from_its_due_instant_on_by_what_was_reported(site: Any, view: Any, events: Any) -> None:
    early, late = DUE - timedelta(days=1), DUE + timedelta(days=1)
    await tell(view, events, NOON, *((name, "opened", {}) for name in ("early", "late", "never")))
    assert await periods(site, view, early - TICK) == (0, 0, 0, 0)
    await tell(view, events, early, ("early", "reported", reported(early)))
    assert await periods(site, view, DUE) == (0, 0, 0, 0), "at its due instant it is not due yet"
    assert await periods(site, view, DUE + TICK) == (3, 1, 0, 2)
    await tell(view, events, late, ("late", "reported", reported(late)))
    await tell(view, events, late, ("never", "missed", {"status": "missed"}))
    assert await periods(site, view, late) == (3, 1, 1, 1)
    whole_day = (await site.get("/status", as_of=civil_date(DUE).isoformat())).json()["periods"]
    assert whole_day == {"due": 3, "on_time": 1, "late": 0, "missing": 2}, "what came later is not of that day"


async def test_a_report_that_was_sent_back_does_not_count(site: Any, view: Any, events: Any) -> None:
    await tell(view, events, NOON, ("a", "opened", {}))
    await tell(view, events, DUE - timedelta(hours=2), ("a", "reported", reported(DUE - timedelta(hours=2))))
    assert await periods(site, view, DUE + TICK) == (1, 1, 0, 0)
    await tell(view, events, DUE + timedelta(hours=1), ("a", "returned", {"status": "returned"}))
    assert await periods(site, view, DUE + timedelta(hours=1)) == (1, 0, 0, 1)
    again = DUE + timedelta(hours=2)
    await tell(view, events, again, ("a", "reported", reported(again)))
    await tell(view, events, again + timedelta(hours=1), ("a", "confirmed", reported(again, status="confirmed")))
    assert await periods(site, view, again + timedelta(hours=1)) == (1, 0, 1, 0)


async def test_a_period_whose_task_was_over_before_it_was_due_is_never_due(site: Any, view: Any, events: Any) -> None:
    over = {"status": "locked", "locks_at": DUE - timedelta(hours=1)}
    await tell(view, events, NOON, ("over", "opened", {}), ("told", "opened", {}), ("missed", "opened", {}))
    await tell(view, events, DUE - timedelta(hours=1), ("over", "locked", over))
    await tell(view, events, DUE - timedelta(hours=1), ("told", "locked", reported(NOON + timedelta(days=1), **over)))
    await tell(view, events, DUE + timedelta(days=5), ("missed", "locked", {"status": "locked"}))
    assert await periods(site, view, DUE + timedelta(days=6)) == (2, 1, 0, 1)


async def test_a_due_day_that_moves_takes_the_period_along(site: Any, view: Any, events: Any) -> None:
    await tell(view, events, NOON, ("a", "opened", {}))
    assert await periods(site, view, DUE + TICK) == (1, 0, 0, 1)
    moved = DUE + timedelta(hours=1)
    await tell(view, events, moved, ("a", "moved", {"due_at": DUE + timedelta(days=2)}))
    assert await periods(site, view, moved) == (0, 0, 0, 0)
    assert await periods(site, view, DUE + timedelta(days=2) + TICK) == (1, 0, 0, 1)
    past = (await site.get("/status", as_of=(DUE + TICK).isoformat())).json()["periods"]
    assert past["missing"] == 1, "the past knows the due day of then"


async def test_what_was_never_heard_of_is_not_known_and_no_zero(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.organisation("01", level="province"), events.task("a", kind="recurring")])
    assert await periods(site, view, view.now) is None
    assert await periods(site, view, view.now, organisation="01") is None
    await tell(view, events, view.now + timedelta(hours=1), ("a", "opened", {"due_at": DUE + timedelta(days=9)}))
    heard = view.now
    assert await periods(site, view, heard) == (0, 0, 0, 0)
    assert await periods(site, view, heard, organisation="01") == (0, 0, 0, 0), "where there is none, none is missing"
    before = (await site.get("/status", as_of=(heard - timedelta(minutes=5)).isoformat())).json()
    assert before["periods"] is None
    assert before["tasks"]["recurring"] == 1


async def test_while_records_are_counted_again_periods_are_not_known(site: Any, view: Any, events: Any) -> None:
    await tell(view, events, NOON, ("a", "opened", {}))
    async with view.database.transaction() as session:
        await session.execute(text("UPDATE source_view SET rules = 0 WHERE source = 'tasks'"))
    assert await periods(site, view, DUE + TICK) is None


@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ({}, 3),
        ({"organisation": "01"}, 2),
        ({"organisation": "00004"}, 1),
        ({"organisation": "G06"}, 1),
        ({"programme": "nq57-central"}, 2),
        ({"programme": "hanoi"}, 1),
        ({"assigned_by": "province"}, 1),
        ({"organisation": "01", "programme": "hanoi", "assigned_by": "province"}, 1),
        ({"organisation": "01", "reach": "national"}, 1),
        ({"organisation": "01", "reach": "own"}, 1),
        ({"reach": "own"}, 1),
    ],
)
async def test_periods_heed_the_filters_as_tasks_do(
    site: Any, view: Any, events: Any, query: dict[str, str], missing: int
) -> None:
    hanoi = {"programme": "hanoi", "assigned_by": "province"}
    own = bool({"reach"} & query.keys())
    await view.fold(
        [
            events.organisation("01", level="province"),
            events.organisation("00004", parent="01", level="commune"),
            events.organisation("G06"),
            events.programme("nq57-central"),
            events.programme("hanoi", owner="01", reach="own" if own else "national"),
            events.period("a", due_at=DUE),
            events.period("b", due_at=DUE, lead="00004"),
            events.period("c", due_at=DUE, lead="01", **hanoi),
        ]
    )
    assert await periods(site, view, DUE + TICK, **query) == (missing, 0, 0, missing)
    if own:
        assert await periods(site, view, DUE + TICK) == (2, 0, 0, 2), "the country contains no own work"


async def test_a_withdrawn_period_leaves_the_past_too_and_no_period_is_among_the_changes(
    site: Any, view: Any, events: Any
) -> None:
    await tell(view, events, NOON, ("a", "opened", {}), ("b", "opened", {"demonstration": True}))
    assert await periods(site, view, DUE + TICK) == (2, 0, 0, 2)
    assert (await site.get("/status")).json()["demonstration_included"] is True
    assert (await site.get("/changes")).json()["items"] == []
    await tell(view, events, DUE + timedelta(hours=1), ("b", "withdrawn", {}))
    past = (await site.get("/status", as_of=(DUE + TICK).isoformat())).json()
    assert (past["periods"]["due"], past["demonstration_included"]) == (1, False)
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []
