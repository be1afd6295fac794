"""What waits for an answer of the bodies that do tasks; what is not known is no zero."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.integration.monitoring.conftest import NOON

from sixclear.monitoring.view.reconcile import differences

pytestmark = pytest.mark.asyncio


async def told(site: Any, view: Any, at: datetime, **query: Any) -> dict[str, int] | None:
    """Urges of the status, at an instant that is now; the same is said of it as a past one."""
    site.clock.now = view.now = at
    now = (await site.get("/status", **query)).json()["urges"]
    then = (await site.get("/status", **query, as_of=at.isoformat())).json()["urges"]
    assert now == then
    return now and {name: count for name, count in now.items() if count}


async def test_what_is_said_waits_until_it_is_answered_or_its_task_ends(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.task("t"), *(events.urge(name) for name in "abc")])
    said = events.now
    assert await told(site, view, said) == {"unanswered": 3}
    await view.fold([events.urge("a", "answered", state="answered"), events.urge("b", "lapsed", state="lapsed")])
    await view.fold([events.urge("r", "reminded", state="told"), events.urge("s", "skipped", state="skipped")])
    assert await told(site, view, events.now) == {"unanswered": 1, "answered": 1, "lapsed": 1, "rungs": 1}
    then = (await site.get("/status", as_of=said.isoformat())).json()["urges"]
    assert then["unanswered"] == 3
    await view.fold([events.urge("c", "withdrawn")])
    past = (await site.get("/status", as_of=said.isoformat())).json()["urges"]
    assert past["unanswered"] == 2, "what became restricted leaves the past, too"
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []


async def test_it_is_not_known_until_it_is_heard_of(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.organisation("01", level="province"), events.task("a")])
    assert await told(site, view, events.now) is None
    await view.fold([events.urge("a")])
    assert await told(site, view, events.now) == {"unanswered": 1}
    assert await told(site, view, events.now, organisation="01") == {}, "where there is none, none waits"


@pytest.mark.parametrize(
    ("query", "waiting"),
    [
        ({}, 2),
        ({"organisation": "01"}, 2),
        ({"organisation": "00004"}, 1),
        ({"programme": "hanoi"}, 1),
        ({"assigned_by": "central"}, 2),
        ({"reach": "own"}, 1),
        ({"organisation": "01", "reach": "national"}, 1),
    ],
)
async def test_it_heeds_the_filters_as_tasks_do(
    site: Any, view: Any, events: Any, query: dict[str, str], waiting: int
) -> None:
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
    await view.fold([events.urge("a"), events.urge("b", lead="00004"), events.urge("c", **hanoi)])
    assert await told(site, view, NOON + timedelta(days=1), **query) == {"unanswered": waiting}
