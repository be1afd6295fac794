"""Two committees of Hanoi are merged in the middle of a year: figures of both by the tree of then and by that of now.

Committee 57 (with its team below) goes into committee 204 on 1 July 2026 at 10:00. What each had, by hand:

    task   body           given   what becomes of it
    a1     57             2 Feb   completed on 20 May; it stays with 57
    a2     57, then 204   3 Feb   due on 15 June, never done
    a3     57, then 204   4 Feb   reported on 10 June, due on 30 September, never done
    t1     team below 57  5 Feb   due on 31 October
    b1     204            6 Feb   completed on 10 April
    b2     204            7 Feb   reported on 20 June, due on 31 August, completed on 10 September
    h1     Hanoi          8 Feb   due on 30 November
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from tests.integration.monitoring.view.test_days import by_days_and_by_histories

from sixclear.common.ids import stable_id
from sixclear.monitoring.status.service import HEARD_OF, Standing, status, status_beside
from sixclear.monitoring.streams.freshness import freshness
from sixclear.monitoring.view.former_tree import body_then
from sixclear.monitoring.view.heard import heard_since
from sixclear.monitoring.view.selection import Selection, reference_of

pytestmark = pytest.mark.asyncio

# Total, completed, in term, overdue.
Buckets = tuple[int, int, int, int]
NOW = datetime(2026, 10, 1, 5, tzinfo=UTC)
MERGED_AT = datetime(2026, 7, 1, 3, tzinfo=UTC)
BEFORE, AFTER = "2026-06-30", "2026-07-15"


def body(code: str) -> UUID:
    return stable_id("organisation", code)


FORMER, SUCCESSOR = str(body("57")), str(body("204"))
OF_57_BEFORE: Buckets = (4, 1, 2, 1)  # a1 | a3 and t1 | a2
OF_204_BEFORE: Buckets = (2, 1, 1, 0)  # b1 | b2
BOTH_BEFORE: Buckets = (6, 2, 3, 1)  # (4, 1, 2, 1) + (2, 1, 1, 0)
OF_57_AFTER: Buckets = (2, 1, 1, 0)  # a1, which stays | t1 of the team, which still stands below it
HANOI_BEFORE: Buckets = (7, 2, 4, 1)  # both, and h1


def story(events: Any) -> list[Any]:
    """What the log tells until 1 October."""

    def on(month: int, day: int, hour: int = 3) -> None:
        events.now = datetime(2026, month, day, hour, tzinfo=UTC)

    def due(month: int, day: int) -> datetime:
        return datetime(2026, month, day, 10, tzinfo=UTC)

    on(1, 5)
    found = [
        events.organisation("01", level="province"),
        events.organisation("57", parent="01", level="department"),
        events.organisation("204", parent="01", level="department"),
        events.organisation("57-T", parent="57", level="department"),
    ]
    tasks = {
        "a1": {"lead": "57", "deadline": due(6, 30)},
        "a2": {"lead": "57", "deadline": due(6, 15)},
        "a3": {"lead": "57", "deadline": due(9, 30)},
        "t1": {"lead": "57-T", "deadline": due(10, 31)},
        "b1": {"lead": "204", "deadline": due(6, 30)},
        "b2": {"lead": "204", "deadline": due(8, 31)},
        "h1": {"lead": "01", "deadline": due(11, 30)},
    }
    for day, (name, facts) in enumerate(tasks.items(), start=2):
        on(2, day)
        found.append(events.task(name, **facts))
    for month, day, name, change in (
        (4, 10, "b1", "completed"),
        (5, 20, "a1", "completed"),
        (6, 10, "a3", "progress_reported"),
        (6, 20, "b2", "progress_reported"),
    ):
        on(month, day)
        done = "completed" if change == "completed" else "in_progress"
        found.append(events.task(name, change, status=done, **tasks[name]))
    events.now = MERGED_AT.replace(hour=2, minute=59)  # an event is a minute later
    codes = ["204", "H204", "57", "H57"]
    merged = {"codes": [], "merged_into": SUCCESSOR, "successor_id": SUCCESSOR, "valid_to": "2026-07-01"}
    moment = events.now
    found.append(events.organisation("204", "01", "department", "codes_added", codes=codes))
    events.now = moment
    found.append(events.organisation("57", "204", "department", "merged", **merged))
    for name in ("a2", "a3"):
        events.now = moment
        found.append(events.task(name, "transferred", status="in_progress", **tasks[name] | {"lead": "204"}))
    on(9, 10)
    found.append(events.task("b2", "completed", status="completed", **tasks["b2"]))
    return found


@pytest_asyncio.fixture
async def told(view: Any, events: Any, site: Any) -> AsyncIterator[Any]:
    """The site after the story, on 1 October."""
    found = story(events)
    view.now = NOW
    site.clock.pass_by(seconds=(NOW - site.clock()).total_seconds())
    await view.fold(found)
    await view.pass_time(NOW)
    yield site


async def buckets(site: Any, organisation: str, **asked: str) -> Buckets:
    """Total, completed, in term and overdue."""
    answer = await site.get("/status", organisation=organisation, **asked)
    assert answer.status_code == 200, answer.text
    tasks = answer.json()["tasks"]
    assert tasks["recurring"] == 0
    return tasks["total"], tasks["completed"], tasks["in_term"], tasks["overdue"]


async def test_by_the_tree_of_then_each_has_what_it_had(told: Any) -> None:
    assert await buckets(told, "57", as_of=BEFORE) == OF_57_BEFORE
    assert await buckets(told, FORMER, as_of=BEFORE) == OF_57_BEFORE
    assert await buckets(told, "204", as_of=BEFORE) == OF_204_BEFORE
    assert await buckets(told, "01", as_of=BEFORE) == HANOI_BEFORE


async def test_by_the_tree_of_now_the_successor_has_both(told: Any) -> None:
    by_now = {"as_of": BEFORE, "tree": "now"}
    assert await buckets(told, "204", **by_now) == BOTH_BEFORE
    assert await buckets(told, "57", **by_now) == BOTH_BEFORE, "the code means the successor"
    assert await buckets(told, FORMER, **by_now) == OF_57_BEFORE, "its past stays its own"
    assert await buckets(told, "01", **by_now) == HANOI_BEFORE


async def test_since_the_merger_both_trees_say_the_same(told: Any) -> None:
    for tree in ("then", "now"):
        asked = {"as_of": AFTER, "tree": tree}
        # a1, t1 and b1, b2 with a2 and a3, which came over: as before, in one place.
        assert await buckets(told, "204", **asked) == BOTH_BEFORE
        assert await buckets(told, "57", **asked) == BOTH_BEFORE
        assert await buckets(told, FORMER, **asked) == OF_57_AFTER


async def test_the_figures_of_now_are_by_the_tree_of_now(told: Any) -> None:
    # a1, b1, b2 | t1 | a2, a3
    assert await buckets(told, "204") == (6, 3, 1, 2)
    assert await buckets(told, "57") == (6, 3, 1, 2)
    assert await buckets(told, FORMER) == OF_57_AFTER
    # and h1, in term
    assert await buckets(told, "01") == (7, 3, 2, 2)


async def test_the_tree_changes_at_the_instant_of_the_merger(told: Any) -> None:
    just_before = "2026-07-01T09:59:59+07:00"
    assert await buckets(told, "57", as_of=just_before) == OF_57_BEFORE
    assert await buckets(told, "204", as_of=just_before) == OF_204_BEFORE
    assert await buckets(told, "204", as_of="2026-07-01T10:00:00+07:00") == BOTH_BEFORE


async def test_the_answer_says_by_which_tree_and_of_which_body(told: Any) -> None:
    def about(answer: Any) -> tuple[str, str, str]:
        found = answer.json()
        last = found["activity"]["last_report_at"][:10]
        return found["filters"]["organisation_id"], found["filters"]["tree"], last

    assert about(await told.get("/status", organisation="57", as_of=BEFORE)) == (FORMER, "then", "2026-06-10")
    assert about(await told.get("/status", organisation="204", as_of=BEFORE)) == (SUCCESSOR, "then", "2026-06-20")
    by_now = await told.get("/status", organisation="57", as_of=BEFORE, tree="now")
    assert about(by_now) == (SUCCESSOR, "now", "2026-06-20")
    assert about(await told.get("/status", organisation="57", as_of=AFTER)) == (SUCCESSOR, "now", "2026-06-20")


async def test_a_body_in_which_none_came_or_went_is_asked_of_the_counters(told: Any, view: Any) -> None:
    at = datetime(2026, 6, 30, 16, 59, 59, 999999, UTC)
    for code, same in (("01", True), ("57-T", True), ("57", True), ("204", False)):
        async with view.database.session() as session:
            then = await body_then(session, reference_of(code), at)
        assert then is not None
        assert then.is_of_now is same, code
    found = (await told.get("/status", organisation="01", as_of=BEFORE)).json()
    assert found["activity"]["last_report_at"][:10] == "2026-06-20"
    assert found["filters"]["tree"] == "then"


async def test_every_way_of_reading_the_past_says_the_same(told: Any, view: Any) -> None:
    for at in (datetime(2026, 6, 30, 16, 59, 59, 999999, UTC), datetime(2026, 6, 20, 4, tzinfo=UTC)):
        for code in ("57", "204", "01"):
            async with view.database.session() as session:
                then = await body_then(session, reference_of(code), at)
                assert then is not None
                selection = Selection(then.organisation_id, then=then)
                one = await status(session, selection, at=at, now=NOW)
                fresh = await freshness(session, NOW)
                standing = Standing(fresh, {}, {}, await heard_since(session, HEARD_OF), 1)
                beside = await status_beside(
                    session, Selection(), reference_of(code), by_then=True, standing=standing, at=at, now=NOW
                )
                assert (one.tasks, one.activity) == (beside.tasks, beside.activity), (code, at)
            days, histories = await by_days_and_by_histories(view, at, selection)
            assert days == histories, (code, at)


async def test_any_order_tells_the_same(view: Any, events: Any, site: Any) -> None:
    found = story(events)
    view.now = NOW
    site.clock.pass_by(seconds=(NOW - site.clock()).total_seconds())
    await view.fold([*reversed(found), *found], size=3)
    await view.pass_time(NOW)
    assert await buckets(site, "57", as_of=BEFORE) == OF_57_BEFORE
    assert await buckets(site, "204", as_of=BEFORE) == OF_204_BEFORE
    assert await buckets(site, "57", as_of=BEFORE, tree="now") == BOTH_BEFORE


async def test_without_a_later_move_nothing_is_asked_of_the_tree(told: Any, view: Any) -> None:
    async with view.database.session() as session:
        assert await body_then(session, reference_of("204"), NOW) is None
