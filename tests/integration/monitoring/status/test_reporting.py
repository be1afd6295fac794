"""Who has reported: what is expected is on time, late, missing or awaited; what is not known is no zero."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.integration.monitoring.conftest import NOON
from tests.integration.monitoring.filings import filing

from sixclear.monitoring.view.reconcile import differences

pytestmark = pytest.mark.asyncio
LATE = NOON + timedelta(days=3)


async def told(site: Any, view: Any, at: datetime, **query: Any) -> dict[str, int] | None:
    """How bodies reported by the status, at an instant that is now; the same is said of it as a past one."""
    site.clock.now = view.now = at
    await view.pass_time(at)
    now = (await site.get("/status", **query)).json()["reporting"]
    then = (await site.get("/status", **query, as_of=at.isoformat())).json()["reporting"]
    assert now == then
    return now and {name: count for name, count in now.items() if count}


async def test_a_filing_is_awaited_then_filed_missing_or_exempted(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.task("t"), *(filing(events, name, late_at=LATE) for name in "abcd")])
    begun = events.now
    assert await told(site, view, begun) == {"expected": 4, "awaited": 4}
    empty = {"facts": {"empty": True}}
    await view.fold([filing(events, "a", state="filed", late_at=LATE, filed_at=LATE, **empty)])
    await view.fold([filing(events, "b", state="exempted", late_at=LATE)])
    assert await told(site, view, LATE) == {"expected": 3, "on_time": 1, "awaited": 2, "empty": 1}
    after = LATE + timedelta(hours=1)
    assert await told(site, view, after) == {"expected": 3, "on_time": 1, "missing": 2, "empty": 1}, "by time alone"
    events.now = after
    await view.fold([filing(events, "c", state="missed", late_at=LATE)])
    await view.fold([filing(events, "d", state="filed", late_at=LATE)])
    last = {"expected": 3, "on_time": 1, "late": 1, "missing": 1, "empty": 1}
    assert await told(site, view, events.now) == last
    await view.fold([filing(events, "c", state="locked", late_at=LATE)])
    assert await told(site, view, events.now) == last, "what is locked is missing"
    past = (await site.get("/status", as_of=begun.isoformat())).json()["reporting"]
    assert (past["expected"], past["awaited"]) == (4, 4)
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []


async def test_it_is_not_known_until_it_is_heard_of(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.organisation("01", level="province"), events.task("a")])
    assert await told(site, view, events.now) is None
    await view.fold([filing(events, "a", late_at=LATE)])
    assert await told(site, view, events.now) == {"expected": 1, "awaited": 1}
    assert await told(site, view, events.now, organisation="01") == {}, "where none is asked for, none is expected"


async def test_it_heeds_the_filters_as_tasks_do_and_late_lists_name_the_body(site: Any, view: Any, events: Any) -> None:
    hanoi = {"lead": "01", "programme": "hanoi", "assigned_by": "province"}
    await view.fold(
        [
            events.organisation("01", level="province"),
            events.organisation("00004", parent="01", level="commune"),
            events.organisation("G06"),
            events.programme("nq57-central"),
            events.programme("hanoi", owner="01", reach="own"),
        ]
    )
    owed: tuple[tuple[str, dict[str, Any]], ...] = (("a", {}), ("b", {"lead": "00004"}), ("c", hanoi))
    await view.fold([filing(events, name, late_at=LATE, **more) for name, more in owed])
    at = LATE + timedelta(days=1)
    for query, missing in (
        ({}, 2),
        ({"organisation": "01"}, 2),
        ({"organisation": "00004"}, 1),
        ({"programme": "hanoi"}, 1),
        ({"assigned_by": "central"}, 2),
        ({"reach": "own"}, 1),
        ({"organisation": "01", "reach": "national"}, 1),
    ):
        assert await told(site, view, at, **query) == {"expected": missing, "missing": missing}, query
    listed = (await site.get("/attention")).json()["not_filed"]["items"]
    assert {one["organisation_name"] for one in listed} == {"Cơ quan G06", "Cơ quan 00004"}
    assert {(one["period"], one["days_late"]) for one in listed} == {("2025-W49", 1)}
    own = (await site.get("/attention", programme="hanoi")).json()["not_filed"]["items"]
    assert [one["organisation_name"] for one in own] == ["Cơ quan 01"]


async def test_a_task_without_movement_is_counted_and_listed_until_it_is_reported_on(
    site: Any, view: Any, events: Any
) -> None:
    async def counted(**query: Any) -> int | None:
        found: int | None = (await site.get("/status", **query)).json()["without_movement"]
        return found

    programme = events.programme("nq57-central")
    await view.fold([events.organisation("G06"), programme, events.task("a", status="in_progress"), events.task("b")])
    site.clock.now = view.now = events.now
    assert await counted() is None, "not known before bodies file"
    still = {"status": "in_progress", "unmoved_at": events.now}
    await view.fold([filing(events, "f"), events.task("a", "stood_still", **still)])
    noted = events.now
    site.clock.now = view.now = noted
    assert (await counted(), await counted(organisation="G06"), await counted(programme="nq57-central")) == (1, 1, 1)
    (listed,) = (await site.get("/attention")).json()["without_movement"]["items"]
    assert (listed["title"], listed["organisation_name"], listed["days_unmoved"]) == ("Nhiệm vụ a", "Cơ quan G06", 0)
    await view.fold([events.task("a", "progress_reported", **still, last_report_at=events.now)])
    site.clock.now = view.now = events.now
    assert (await counted(), await counted(as_of=noted.isoformat())) == (0, 1), "it moves; the past stays"
    assert (await site.get("/attention")).json()["without_movement"]["items"] == []
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []
