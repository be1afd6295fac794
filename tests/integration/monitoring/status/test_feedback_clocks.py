"""Submissions by the sender's clock and the body's: each received one is in one figure, at every instant."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from tests.integration.monitoring.conftest import leading, left_by_the_release_before

from sixclear.monitoring.kinds.submission import SUBMISSION
from sixclear.monitoring.view.reconcile import differences

pytestmark = pytest.mark.asyncio

DAY = timedelta(days=1)
CLOCKS = ("in_time", "due_soon", "overdue", "answered", "closed_without_answer")
BODIES = ("01", "00004", "G06")


async def the_country(view: Any, events: Any) -> None:
    await view.fold(
        [
            events.programme("nq57-central"),
            events.organisation("01", level="province"),
            events.organisation("00004", parent="01", level="commune"),
            events.organisation("G06"),
        ]
    )


async def figures(site: Any, view: Any, at: datetime, **query: Any) -> dict[str, Any]:
    """The figures at an instant that is now; the same is said of it as a past one."""
    site.clock.now = view.now = at
    await view.pass_time(at)
    now = await site.get("/status", **query)
    assert now.status_code == 200, now.text
    found: dict[str, Any] = now.json()["feedback"]
    assert found["received"] == sum(found[name] for name in CLOCKS)
    assert found == (await site.get("/status", **query, as_of=at.isoformat())).json()["feedback"]
    return found


def shown(found: dict[str, Any]) -> dict[str, int]:
    """What is not zero."""
    parts = {name: found[name] for name in ("received", *CLOCKS, "overdue_by_body")} | found["of_which"]
    return {name: n for name, n in parts.items() if n}


async def test_a_transfer_starts_the_bodys_clock_and_never_the_senders(site: Any, view: Any, events: Any) -> None:
    await the_country(view, events)
    begun = events.now
    due = {"due_soon_at": begun + 8 * DAY, "due_at": begun + 10 * DAY}
    await view.fold([events.submission("s", "assigned", status="assigned", organisation="G06", **due)])
    assert shown(await figures(site, view, events.now)) == {"received": 1, "in_time": 1}
    events.now = begun + 9 * DAY
    taken = {"status": "assigned", "organisation": "00004", "body_due_at": begun + 24 * DAY}
    await view.fold([events.submission("s", "transferred", **taken, **due)])
    assert shown(await figures(site, view, events.now)) == {"received": 1, "due_soon": 1}
    late = begun + 10 * DAY + timedelta(microseconds=1)
    assert shown(await figures(site, view, late)) == {"received": 1, "overdue": 1}, "the new body is in time"
    assert shown(await figures(site, view, late, organisation="01")) == {"received": 1, "overdue": 1}
    assert shown(await figures(site, view, late, organisation="G06")) == {}
    late = begun + 24 * DAY + timedelta(microseconds=1)
    found = await figures(site, view, late, organisation="00004")
    assert shown(found) == {"received": 1, "overdue": 1, "overdue_by_body": 1}
    events.now = late + DAY
    await view.fold([events.submission("s", "answered", **taken | {"status": "answered"}, **due)])
    assert shown(await figures(site, view, events.now)) == {"received": 1, "answered": 1}
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []


async def test_one_that_its_sender_took_back_is_closed_without_an_answer(site: Any, view: Any, events: Any) -> None:
    await the_country(view, events)
    begun = events.now
    due = {"due_at": begun + 3 * DAY, "paused_since": begun}
    await view.fold([events.submission("s", **due), events.submission("t", **due)])
    both = events.now
    assert shown(await figures(site, view, both)) == {"received": 2, "in_time": 2, "paused": 2}
    events.now = begun + DAY
    await view.fold([events.submission("s", "taken_back", status="withdrawn", **due)])
    one_left = {"received": 2, "in_time": 1, "closed_without_answer": 1, "paused": 1}
    assert shown(await figures(site, view, events.now)) == one_left
    past = (await site.get("/status", as_of=both.isoformat())).json()["feedback"]
    assert (past["received"], past["in_time"], past["closed_without_answer"]) == (2, 2, 0)


async def test_sealed_ones_are_in_these_figures_of_the_country_from_the_next_day_on(
    site: Any, view: Any, events: Any
) -> None:
    await the_country(view, events)
    begun = events.now
    hidden = {"visibility": "sealed", "organisation": "G06", "due_at": begun + DAY, "appeal_level": 1}
    await view.fold([events.submission("open"), events.submission("secret", "appealed", status="assigned", **hidden)])
    assert shown(await figures(site, view, events.now)) == {"received": 1, "in_time": 1}
    later = begun + 3 * DAY
    parts = {"received": 2, "in_time": 1, "overdue": 1, "overdue_by_body": 1, "appealed": 1}
    assert shown(await figures(site, view, later)) == parts
    assert shown(await figures(site, view, later, organisation="G06")) == {}


async def test_parts_are_not_known_until_the_log_is_read_again(site: Any, view: Any, events: Any) -> None:
    """The release before stored no clock of a body: until then there is no figure, not a zero."""
    await the_country(view, events)
    await view.fold([events.submission("s", paused_since=events.now, due_at=events.now + DAY)])
    async with view.database.transaction() as session:
        await left_by_the_release_before(session, SUBMISSION)
    await leading(view.database)
    found = (await site.get("/status")).json()["feedback"]
    assert (found["received"], found["in_time"]) == (1, 1)
    assert found["overdue_by_body"] is found["of_which"] is None


Told = tuple[datetime, str, dict[str, Any]]


def made_up(dice: Random, begun: datetime) -> Iterable[Told]:
    """What happens to a handful of submissions within days; each step says all of one."""
    cases: dict[str, dict[str, Any]] = {}
    for step in range(60):
        at, name = begun + timedelta(hours=3 * step), f"s{dice.randrange(12)}"
        case = cases.setdefault(name, {"status": "received", "due_at": at + dice.randrange(1, 9) * DAY})
        case["due_soon_at"] = case["due_at"] - DAY
        change = dice.choice(CHANGES)
        open_one = case["status"] not in {"answered", "withdrawn"}
        if change == "reopened" and case["status"] == "answered":
            case |= {"status": "assigned", "reopened_at": at, "due_at": at + 4 * DAY}
        elif change == "appealed" and case["status"] == "answered":
            case |= {"status": "assigned", "appeal_level": 1}
        elif not open_one:
            continue
        elif change == "transferred":
            case |= {"status": "assigned", "organisation": dice.choice(BODIES), "body_due_at": at + 2 * DAY}
        elif change == "clock_paused":
            case |= {"paused_since": at, "due_at": case["due_at"] + DAY}
        elif change == "clock_resumed":
            case |= {"paused_since": None}
        elif change in {"answered", "taken_back"}:
            case |= {"status": {"taken_back": "withdrawn"}.get(change, change)}
        yield at, change, {"name": name, **case}


CHANGES = ("transferred", "clock_paused", "clock_resumed", "answered", "taken_back", "reopened", "appealed", "assigned")


def by_hand(told: list[Told], at: datetime, bodies: set[str] | None) -> dict[str, int]:
    """The figures at an instant, counted from what was told until then."""
    cases = {facts["name"]: facts for when, _, facts in told if when <= at}
    counted: Counter[str] = Counter()
    for case in cases.values():
        if bodies is not None and case.get("organisation") not in bodies:
            continue
        counted["received"] += 1
        closed = {"answered": "answered", "withdrawn": "closed_without_answer"}.get(case["status"])
        clock = "overdue" if at > case["due_at"] else "due_soon" if at > case["due_soon_at"] else "in_time"
        counted[closed or clock] += 1
        owed_until = case["body_due_at"] if "body_due_at" in case else case["due_at"]
        counted["overdue_by_body"] += closed is None and at > owed_until
        counted["paused"] += closed is None and case.get("paused_since") is not None
        counted["reopened"] += "reopened_at" in case
        counted["appealed"] += "appeal_level" in case
    return dict(+counted)


@pytest.mark.parametrize("seed", [3, 8])
async def test_figures_are_what_a_count_by_hand_says(site: Any, view: Any, events: Any, seed: int) -> None:
    await the_country(view, events)
    dice = Random(seed)
    told = list(made_up(dice, events.now))
    events_of = []
    for at, change, facts in told:
        events.now = at - timedelta(minutes=1)  # an event occurs a minute later
        events_of.append(events.submission(facts["name"], change, **{k: v for k, v in facts.items() if k != "name"}))
    dice.shuffle(events_of)
    await view.fold(events_of, size=7)
    last = told[-1][0]
    site.clock.now = view.now = last
    await view.pass_time(last)
    scopes: list[tuple[dict[str, str], set[str] | None]] = [
        ({}, None),
        ({"organisation": "01"}, {"01", "00004"}),
        ({"organisation": "G06"}, {"G06"}),
    ]
    for query, bodies in scopes:
        assert shown((await site.get("/status", **query)).json()["feedback"]) == by_hand(told, last, bodies)
        for at in (dice.choice(told)[0] + timedelta(minutes=dice.randrange(180)) for _ in range(6)):
            past = (await site.get("/status", **query, as_of=at.isoformat())).json()["feedback"]
            assert past["received"] == sum(past[name] for name in CLOCKS)
            assert shown(past) == by_hand(told, at, bodies), (query, at)
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []
