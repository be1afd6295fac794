"""Sealed initiatives: in the country's total from the close of the day on, and nowhere else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.monitoring.conftest import left_by_the_release_before

from sixclear.common.clock import civil_date, civil_day_end
from sixclear.monitoring.kinds.submission import SUBMISSION
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.reconcile import differences, take_over

pytestmark = pytest.mark.asyncio

SECOND = timedelta(seconds=1)
PLACES: tuple[dict[str, str], ...] = (
    {},
    {"organisation": "01"},
    {"programme": "hanoi"},
    {"organisation": "01", "programme": "hanoi"},
)


async def the_country(view: Any, events: Any) -> None:
    await view.fold(
        [
            events.programme("hanoi"),
            events.organisation("01", level="province"),
            events.submission("open", programme="hanoi", organisation="01", due_at=events.now + timedelta(days=9)),
        ]
    )


def sealed(events: Any, change: str, **facts: Any) -> Any:
    due = {"due_soon_at": datetime(2025, 12, 4, 9, tzinfo=UTC), "due_at": datetime(2025, 12, 4, 10, tzinfo=UTC)}
    return events.submission("secret", change, visibility="sealed", **(due | facts))


async def feedback(site: Any, place: dict[str, str], at: datetime | None = None) -> dict[str, Any]:
    as_of = {"as_of": at.isoformat()} if at is not None else {}
    answer = await site.get("/status", **place, **as_of)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["denominators"]["feedback"]["value"] == body["feedback"]["received"]
    return dict(body["feedback"])


async def test_no_two_instants_of_a_day_tell_when_and_where(view: Any, events: Any, site: Any) -> None:
    await the_country(view, events)
    told = []
    for change, facts in (
        ("received", {"programme": None}),
        ("triaged", {"programme": "hanoi", "status": "triaged"}),
        ("assigned", {"programme": "hanoi", "organisation": "01", "status": "assigned"}),
    ):
        events.now += timedelta(minutes=30)
        event = sealed(events, change, **facts)
        told.append(event.occurred_at)
        await view.fold([event])
    await view.pass_time(view.now)
    close = civil_day_end(civil_date(told[0]))
    clocks = [datetime(2025, 12, 4, hour, tzinfo=UTC) for hour in (9, 10)]
    for place in PLACES:
        before = await feedback(site, place, told[0] - SECOND)
        assert before["received"] == 1
        for instant in [*told, *clocks]:
            for at in (instant - SECOND, instant, instant + SECOND):
                assert await feedback(site, place, at) == before, (place, at)
        assert await feedback(site, place, close - SECOND) == before
        counted = await feedback(site, place, close)
        if place:
            assert (counted["received"], counted["sealed"]) == (1, None)
        else:
            assert (counted["received"], counted["sealed"], counted["overdue"]) == (2, 1, 1)
        assert await feedback(site, place, close + SECOND) == counted == await feedback(site, place)
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []


async def test_the_figures_of_now_do_not_tell_that_one_came(view: Any, events: Any, site: Any) -> None:
    """No number grows, no frame is sent: neither the day's figures nor how many events there were."""
    await the_country(view, events)
    site.clock.now = events.now + timedelta(minutes=1)
    before = (await site.get("/status")).json()
    async with view.database.session() as session:
        sequence = await views.view_sequence(session)
    assert not await view.fold([sealed(events, "received", programme="hanoi", organisation="01")])
    after = (await site.get("/status")).json()
    for moving in ("as_of", "staleness_seconds"):
        del before[moving], after[moving]
    assert after == before
    async with view.database.session() as session:
        assert await views.view_sequence(session) == sequence
    assert [item["change"] for item in (await site.get("/changes")).json()["items"]] == ["received"]
    site.clock.now = civil_day_end(civil_date(events.now)) + SECOND
    assert (await feedback(site, {}))["sealed"] == 1


async def test_one_that_is_stated_for_an_earlier_day_waits_for_the_close_of_this_one(
    view: Any, events: Any, site: Any
) -> None:
    await the_country(view, events)
    late = sealed(events, "received")
    now = late.occurred_at + timedelta(days=2)
    await view.fold([replace(late, recorded_at=now)])
    site.clock.now = now + SECOND
    day = late.occurred_at + timedelta(days=1)
    assert (await feedback(site, {}, day))["sealed"] == 0
    assert (await feedback(site, {}))["sealed"] == 0
    site.clock.now = civil_day_end(civil_date(now)) + SECOND
    assert (await feedback(site, {}, day))["sealed"] == 1


async def test_one_that_is_opened_is_counted_once(view: Any, events: Any, site: Any) -> None:
    await the_country(view, events)
    await view.fold([sealed(events, "received")])
    events.now = civil_day_end(civil_date(events.now)) + timedelta(hours=1)
    await view.fold([events.submission("secret", "opened", programme="hanoi", organisation="01")])
    site.clock.now = events.now + timedelta(minutes=1)
    for at in (None, events.now + SECOND):
        country = await feedback(site, {}, at)
        assert (country["received"], country["sealed"]) == (2, 0)
        assert (await feedback(site, {"organisation": "01"}, at))["received"] == 2
    at_close = await feedback(site, {}, events.now - timedelta(minutes=2))
    assert (at_close["received"], at_close["sealed"]) == (2, 1)


async def test_counters_of_the_release_before_are_counted_again(view: Any, events: Any, site: Any) -> None:
    """Until then its figures stand as they were: no sealed one is counted twice."""
    await the_country(view, events)
    await view.fold([sealed(events, "received", programme="hanoi", organisation="01")])
    async with view.database.transaction() as session:
        await session.execute(text("UPDATE submission_state SET bucket = 'in_time', next_boundary = due_at"))
        await left_by_the_release_before(session, SUBMISSION)
    assert (await feedback(site, {}))["received"] == 2
    assert (await feedback(site, {"organisation": "01"}))["received"] == 2
    async with view.database.transaction() as session:
        assert "feedback" in await take_over(session, token=view.token, now=view.now)
    assert (await feedback(site, {}))["received"] == 2
    assert (await feedback(site, {"organisation": "01"}))["received"] == 1
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []
