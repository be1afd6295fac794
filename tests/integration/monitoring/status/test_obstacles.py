"""What holds work back: by kind, level and age; an age is moved by time alone, and the sums are the open ones."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.integration.monitoring.conftest import NOON
from tests.integration.monitoring.obstacles import obstacle

from sixclear.common.clock import civil_date
from sixclear.monitoring.view.reconcile import differences

pytestmark = pytest.mark.asyncio
TODAY = civil_date(NOON)


async def told(site: Any, view: Any, at: datetime, **query: Any) -> dict[str, Any] | None:
    """The obstacles of the status at an instant that is now, without zeros; the same is said of it as a past one."""
    site.clock.now = view.now = at
    await view.pass_time(at)
    now = (await site.get("/status", **query)).json()["obstacles"]
    assert now == (await site.get("/status", **query, as_of=at.isoformat())).json()["obstacles"]
    return now and {
        name: {key: count for key, count in value.items() if count} if isinstance(value, dict) else value
        for name, value in now.items()
    }


async def test_an_obstacle_climbs_grows_old_and_is_settled(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.task("t"), obstacle(events, "a"), obstacle(events, "b", counts_as="coordination")])
    begun = events.now
    first = {
        "open": 2,
        "settled": 0,
        "by_kind": {"resources": 1, "coordination": 1},
        "by_level": {"commune": 2},
        "by_age": {"up_to_7_days": 2},
    }
    assert await told(site, view, begun) == first
    events.now = NOON + timedelta(days=10)
    await view.fold([obstacle(events, "a", "escalated", level="province", since=TODAY)])
    assert await told(site, view, events.now) == first | {
        "by_level": {"commune": 1, "province": 1},
        "by_age": {"up_to_30_days": 2},
    }
    later = NOON + timedelta(days=89)
    assert (await told(site, view, later) or {})["by_age"] == {"up_to_90_days": 2}, "the ninetieth day"
    later += timedelta(days=1)
    assert (await told(site, view, later) or {})["by_age"] == {"over_90_days": 2}, "by time alone"
    events.now = later
    await view.fold([obstacle(events, "b", "settled", since=TODAY), obstacle(events, "c", since=TODAY)])
    await view.fold([obstacle(events, "c", "withdrawn")])
    last = await told(site, view, events.now) or {}
    assert (last["open"], last["settled"], last["by_kind"], last["by_age"]) == (
        1,
        1,
        {"resources": 1},
        {"over_90_days": 1},
    )
    past = (await site.get("/status", as_of=begun.isoformat())).json()["obstacles"]
    assert (past["open"], past["by_age"]["up_to_7_days"]) == (2, 2)
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []


async def test_it_is_not_known_until_it_is_heard_of(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.task("a")])
    assert await told(site, view, events.now) is None


async def test_it_heeds_the_filters_and_lists_what_waits_longest(site: Any, view: Any, events: Any) -> None:
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
    held: tuple[tuple[str, dict[str, Any]], ...] = (("a", {}), ("b", {"lead": "00004"}), ("c", hanoi))
    since = [TODAY - timedelta(days=days) for days in (3, 40, 9)]
    await view.fold([obstacle(events, name, since=day, **more) for (name, more), day in zip(held, since, strict=True)])
    for query, count in (
        ({}, 2),
        ({"organisation": "01"}, 2),
        ({"organisation": "00004"}, 1),
        ({"programme": "hanoi"}, 1),
        ({"assigned_by": "central"}, 2),
        ({"reach": "own"}, 1),
    ):
        assert (await told(site, view, events.now, **query) or {})["open"] == count, query
    listed = (await site.get("/attention")).json()["obstacles"]["items"]
    assert [(one["organisation_name"], one["days_open"]) for one in listed] == [
        ("Cơ quan 00004", 40),
        ("Cơ quan G06", 3),
    ]
    await view.fold([obstacle(events, "b", "settled", lead="00004", since=since[1])])
    own = (await site.get("/attention", programme="hanoi")).json()["obstacles"]["items"]
    assert [(one["since"], one["level"]) for one in own] == [(since[2].isoformat(), "commune")]
    assert len((await site.get("/attention")).json()["obstacles"]["items"]) == 1
