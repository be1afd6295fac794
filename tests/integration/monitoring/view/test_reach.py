"""Own work of a body is in its figures and in those below it, and nowhere above or beside, now and at any instant."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.integration.monitoring.view.test_days import by_days_and_by_histories

from sixclear.common.clock import civil_date, civil_day_end
from sixclear.common.ids import stable_id
from sixclear.monitoring.attention.service import attention
from sixclear.monitoring.kinds.kind import Cell
from sixclear.monitoring.live.stream import payload
from sixclear.monitoring.status.service import provinces, status
from sixclear.monitoring.timeline.service import timeline
from sixclear.monitoring.view.dimensions import Reach
from sixclear.monitoring.view.selection import Selection

pytestmark = pytest.mark.asyncio


def body(code: str) -> UUID:
    return stable_id("organisation", code)


# The owner is Hanoi, except of what a ward does of its own. A task of each, and what its figures hold.
HELD = {
    Selection(): {"country", "hanoi"},
    Selection(reach="national"): {"country", "hanoi"},
    Selection(reach="own"): {"own", "own below", "ward"},
    Selection(body("01")): {"hanoi", "own", "own below"},
    Selection(body("01"), reach="national"): {"hanoi"},
    Selection(body("01"), reach="own"): {"own", "own below"},
    Selection(body("00004")): {"own below", "ward"},
    Selection(body("00004"), reach="national"): set(),
    Selection(body("G06")): {"country"},
    Selection(body("G06"), reach="own"): set(),
    Selection(programme="hanoi-57", reach="own"): {"own", "own below"},
    Selection(programme="hanoi-57"): {"own", "own below"},
    Selection(programme="hanoi-57", reach="national"): set(),
    Selection(body("G06"), programme="hanoi-57", reach="own"): set(),
    Selection(programme="nq57-central", reach="national"): {"country", "hanoi"},
    Selection(assigned_by="province"): set(),
    Selection(body("01"), assigned_by="province"): {"own", "own below"},
}


async def _fold(view: Any, events: Any) -> dict[str, datetime]:
    """The tasks of `HELD`, each overdue from noon of its own day on; when each was reported on."""
    begin = events.now
    tree = [
        events.organisation("01", level="province"),
        events.organisation("00004", parent="01", level="commune"),
        events.organisation("G06"),
        events.programme("nq57-central"),
        events.programme("hanoi-57", owner="01", reach="own"),
        events.programme("ward-57", owner="00004", reach="own"),
    ]
    own = {"programme": "hanoi-57", "assigned_by": "province"}
    tasks = {
        "country": {"lead": "G06"},
        "hanoi": {"lead": "01"},
        "own": {"lead": "01", **own},
        "own below": {"lead": "00004", **own},
        "ward": {"lead": "00004", "programme": "ward-57", "assigned_by": "commune"},
    }
    told, reported = tree, {}
    for day, (name, facts) in enumerate(tasks.items()):
        events.now = begin + timedelta(days=day)
        facts = {**facts, "deadline": events.now + timedelta(hours=5)}
        told += [events.task(name, **facts)]
        told += [events.task(name, "progress_reported", status="in_progress", **facts)]
        reported[name] = events.now
    await view.fold(told)
    await view.pass_time(events.now + timedelta(days=1))
    return reported


async def test_own_work_is_counted_at_its_owner_and_below(view: Any, events: Any) -> None:
    reported = await _fold(view, events)
    async with view.database.session() as session:
        for selection, names in HELD.items():
            answer = await status(session, selection, at=None, now=view.now)
            assert (answer.tasks.total, answer.tasks.overdue) == (len(names), len(names)), selection
            assert answer.activity.last_report_at == max((reported[name] for name in names), default=None), selection
            past = await status(session, selection, at=view.now, now=view.now)
            assert (past.tasks, past.activity, past.filters) == (answer.tasks, answer.activity, answer.filters)


async def test_any_instant_says_the_same_by_days_and_by_histories(view: Any, events: Any) -> None:
    reported = await _fold(view, events)
    for selection, names in HELD.items():
        for at in (*reported.values(), *(civil_day_end(civil_date(at)) for at in reported.values())):
            days, histories = await by_days_and_by_histories(view, at, selection)
            assert days == histories, (selection, at)
            known = {name for name in names if reported[name] <= at}
            assert days[0].get(Cell("task", ""), 0) == len(known), (selection, at)
            assert days[1] == max((reported[name] for name in known), default=None), (selection, at)
        async with view.database.session() as session:
            points = (await timeline(session, selection, first=None, last=None, step="day", now=view.now)).points
        assert points[-1].overdue == len(names), selection


async def test_lists_provinces_and_the_stream_hold_what_the_figures_hold(view: Any, events: Any) -> None:
    await _fold(view, events)
    async with view.database.session() as session:
        reaches: tuple[Reach | None, ...] = (None, "national", "own")
        for reach in reaches:
            names = HELD[Selection(reach=reach)]
            found = await attention(session, Selection(reach=reach), now=view.now)
            assert {item.title for item in found.longest_overdue.items} == {f"Nhiệm vụ {name}" for name in names}
            assert found.reach == (reach or "national")
            (city,) = (await provinces(session, Selection(reach=reach), at=None, now=view.now)).items
            (then,) = (await provinces(session, Selection(reach=reach), at=view.now, now=view.now)).items
            assert city.overdue == then.overdue == (2 if reach == "own" else 1)
        _, frame = await payload(session, after=0, now=view.now)
    assert frame.status.tasks.total == 2
    assert frame.status.filters.reach == "national"
    assert {slug: part.tasks.total for slug, part in frame.programmes.items()} == {
        "nq57-central": 2,
        "hanoi-57": 2,
        "ward-57": 1,
    }


async def test_a_programme_that_becomes_own_leaves_the_country_in_the_same_fold(view: Any, events: Any) -> None:
    await view.fold([events.organisation("01", level="province"), events.programme("hanoi-57", owner="01")])
    await view.fold([events.task("a", lead="01", programme="hanoi-57")])
    assert (await view.cells())[Cell("task", "")] == 1
    assert await view.fold([events.programme("hanoi-57", owner="01", reach="own")])
    assert await view.cells() == {}
    assert (await view.cells(Selection(body("01"))))[Cell("task", "")] == 1
