"""Money by stage: sums say of how many lines they are, and differences are over the lines that have both stages."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.integration.monitoring.budgets import Amount, budget
from tests.integration.monitoring.conftest import NOON

from sixclear.common.clock import civil_date
from sixclear.monitoring.view.reconcile import differences, repair

pytestmark = pytest.mark.asyncio
TODAY = civil_date(NOON)
JUNE, AUTUMN = date(2025, 6, 27), date(2025, 11, 20)


async def told(site: Any, view: Any, **query: Any) -> dict[str, Any] | None:
    """The money of the status; the question of its own says the same."""
    site.clock.now = view.now
    await view.pass_time(view.now)
    found: dict[str, Any] | None = (await site.get("/status", **query)).json()["budgets"]
    assert (await site.get("/budgets", **query)).json()["budgets"] == found
    if "as_of" not in query:
        assert (await site.get("/budgets", **query, as_of=view.now.isoformat())).json()["budgets"] == found
    return found


def stage(amount: int | None, lines: int) -> dict[str, int | None]:
    return {"amount": amount, "lines": lines}


async def consistent(view: Any) -> None:
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []


async def test_money_of_the_report_comes_out_by_stage(site: Any, view: Any, events: Any) -> None:
    """Requested by ministries and localities, approved in all; the line that was not approved is in no difference."""
    ministries: tuple[Amount, ...] = (
        ("requested", 14_797_456_000_000, JUNE),
        ("approved", 13_659_992_000_000, AUTUMN),
    )
    localities: Amount = ("requested", 1_918_618_000_000, JUNE)
    await view.fold([budget(events, "ministries", *ministries), budget(events, "localities", localities, year=2026)])
    view.now = events.now
    found = await told(site, view) or {}
    assert (found["lines"], found["requested"]) == (2, stage(16_716_074_000_000, 2))
    assert (found["approved"], found["allocated"]) == (stage(13_659_992_000_000, 1), stage(None, 0))
    assert found["not_approved"] == {
        "difference": 14_797_456_000_000 - 13_659_992_000_000,
        "lines": 1,
        "share": {"numerator": 13_659_992_000_000, "denominator": 14_797_456_000_000, "percent": 92.31},
    }
    assert found["undisbursed"] == {"difference": None, "lines": 0, "share": None}
    before = await told(site, view, as_of="2025-11-19") or {}
    assert (before["requested"], before["approved"]) == (stage(16_716_074_000_000, 2), stage(None, 0))
    assert (await told(site, view, as_of="2025-06-26") or {})["requested"] == stage(None, 0)
    by_year = (await site.get("/budgets")).json()["by_year"]
    assert {year: one["requested"]["amount"] for year, one in by_year.items()} == {
        "2025": 14_797_456_000_000,
        "2026": 1_918_618_000_000,
    }
    await consistent(view)


async def test_the_newest_entry_of_a_day_holds_and_nothing_is_an_amount(site: Any, view: Any, events: Any) -> None:
    """Disbursed grows month by month; what is 0 is known, and what is corrected was never so."""
    await view.fold([budget(events, "a", ("allocated", 100, JUNE), ("disbursed", 0, JUNE))])
    view.now = events.now
    found = await told(site, view) or {}
    assert (found["disbursed"], found["undisbursed"]["difference"]) == (stage(0, 1), 100)
    assert found["undisbursed"]["share"] == {"numerator": 0, "denominator": 100, "percent": 0.0}
    grown: tuple[Amount, ...] = (("allocated", 100, JUNE), ("disbursed", 0, JUNE), ("disbursed", 60, AUTUMN))
    await view.fold([budget(events, "a", *grown, ("disbursed", 40, date(2025, 9, 1)))])
    for day, disbursed in (("2025-08-31", 0), ("2025-09-01", 40), ("2025-11-20", 60)):
        assert (await told(site, view, as_of=day) or {})["disbursed"] == stage(disbursed, 1), day
    await view.fold([budget(events, "a", *grown, ("disbursed", 45, date(2025, 9, 1)), change="amount_corrected")])
    assert (await told(site, view, as_of="2025-09-01") or {})["disbursed"] == stage(45, 1)
    # A document of tomorrow, by a clock that is ahead.
    await view.fold([budget(events, "a", *grown, ("disbursed", 70, TODAY + timedelta(days=1)))])
    assert (await told(site, view) or {})["disbursed"] == stage(60, 1)
    view.now = NOON + timedelta(days=1)
    assert (await told(site, view) or {})["disbursed"] == stage(70, 1), "by time alone"
    await consistent(view)
    view.now = NOON
    assert (await told(site, view) or {})["disbursed"] == stage(60, 1), "and back, when the clock is set back"
    await consistent(view)
    await view.fold([budget(events, "a", change="withdrawn")])
    assert (await told(site, view) or {})["lines"] == 0
    assert (await told(site, view, as_of="2025-09-01") or {})["lines"] == 0, "it leaves past figures, too"
    await consistent(view)


async def test_sums_are_exact_however_large(site: Any, view: Any, events: Any) -> None:
    """A thousand lines of the largest amount are more than a counter of eight bytes holds."""
    most = 2**53 - 1
    await view.fold([budget(events, f"b{n}", ("requested", most, JUNE)) for n in range(1_100)])
    view.now = events.now
    assert (await told(site, view) or {})["requested"] == stage(1_100 * most, 1_100)
    await consistent(view)
    async with view.database.transaction() as session:
        await repair(session, now=view.now)
    assert (await told(site, view) or {})["requested"] == stage(1_100 * most, 1_100)


async def test_it_heeds_the_filters(site: Any, view: Any, events: Any) -> None:
    hanoi = {"lead": "01", "programme": "hanoi", "assigned_by": "province"}
    await view.fold(
        [
            events.organisation("01", level="province"),
            events.organisation("00004", parent="01", level="commune"),
            events.organisation("G06"),
            events.programme("nq57-central"),
            events.programme("hanoi", owner="01", reach="own"),
            budget(events, "a", ("requested", 1, JUNE)),
            budget(events, "b", ("requested", 10, JUNE), lead="00004"),
            budget(events, "c", ("requested", 100, JUNE), **hanoi),
        ]
    )
    view.now = events.now
    for query, amount in (
        ({}, 11),
        ({"organisation": "01"}, 110),
        ({"organisation": "00004"}, 10),
        ({"programme": "hanoi"}, 100),
        ({"assigned_by": "central"}, 11),
        ({"reach": "own"}, 100),
    ):
        assert ((await told(site, view, **query)) or {})["requested"]["amount"] == amount, query
    assert (await site.get("/budgets", programme="hanoi", as_of="2025-12-03")).json()["records"] == (
        "/api/tasks/v1/budgets?programme=hanoi&as_of=2025-12-03"
    )


async def test_it_is_not_known_until_it_is_heard_of(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.task("a")])
    view.now = events.now
    assert await told(site, view) is None
    assert (await site.get("/budgets")).json()["by_year"] == {}
