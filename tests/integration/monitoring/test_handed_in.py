"""A body that handed in its result is not blamed while another one keeps it waiting."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from sixclear.common.ids import stable_id

pytestmark = pytest.mark.asyncio


def day(number: int) -> datetime:
    """09:00 in Hanoi on a day of November 2025."""
    return datetime(2025, 11, number, 2, tzinfo=UTC)


DEADLINE = datetime(2025, 11, 10, 10, tzinfo=UTC)
TITLE = "Nhiệm vụ a"


async def at(view: Any, events: Any, when: datetime, *facts: Any) -> None:
    """Fold what became true at an instant."""
    events.now = view.now = when - timedelta(minutes=1)
    await view.fold([make() for make in facts])


async def titles(site: Any, view: Any, when: datetime) -> dict[str, list[str]]:
    """What each list of attention holds at an instant."""
    site.clock.now = when
    await view.pass_time(when)
    body = (await site.get("/attention")).json()
    return {name: [item["title"] for item in body[name]["items"]] for name in body if name not in {"as_of", "reach"}}


async def handed_in(view: Any, events: Any, on: datetime, **more: Any) -> None:
    await at(view, events, day(1), lambda: events.programme("nq57-central", owner="BCD"))
    for code in ("TW", "G06", "BCD"):
        await at(view, events, day(1), lambda code=code: events.organisation(code))
    await at(view, events, day(2), lambda: events.task("a", deadline=DEADLINE, **more))
    facts = {"status": "submitted", "deadline": DEADLINE, "submitted_at": on, **more}
    await at(view, events, on, lambda: events.task("a", "submitted", **facts))


async def test_what_was_handed_in_in_time_blames_nobody_who_waits(site: Any, view: Any, events: Any) -> None:
    await handed_in(view, events, day(5))
    lists = await titles(site, view, day(28))
    assert lists["longest_overdue"] == []
    assert lists["no_report_in_cycle"] == []
    assert lists["awaiting_confirmation"] == [TITLE]
    (item,) = (await site.get("/attention")).json()["awaiting_confirmation"]["items"]
    assert item["awaiting_since"] == "2025-11-05T02:00:00Z"
    assert item["confirming_organisation_name"] == "Cơ quan TW"
    assert item["confirming_organisation_id"] == str(stable_id("organisation", "TW"))
    assert item["organisation_name"] == "Cơ quan G06"
    assert (item["days_waiting"], item["handed_in_on_time"]) == (23, True)
    tasks = (await site.get("/status")).json()["tasks"]
    assert (tasks["overdue"], tasks["awaiting_confirmation"], tasks["overdue_handed_in_on_time"]) == (1, 1, 1)


async def test_what_was_handed_in_late_waits_too_and_says_so(site: Any, view: Any, events: Any) -> None:
    await handed_in(view, events, day(15))
    assert (await titles(site, view, day(14)))["awaiting_confirmation"] == [TITLE]
    lists = await titles(site, view, day(28))
    assert (lists["longest_overdue"], lists["awaiting_confirmation"]) == ([], [TITLE])
    (item,) = (await site.get("/attention")).json()["awaiting_confirmation"]["items"]
    assert item["handed_in_on_time"] is False
    tasks = (await site.get("/status")).json()["tasks"]
    assert (tasks["overdue"], tasks["awaiting_confirmation"], tasks["overdue_handed_in_on_time"]) == (1, 1, 0)


async def test_the_owner_of_the_programme_confirms_what_the_assigning_body_does_itself(
    site: Any, view: Any, events: Any
) -> None:
    await handed_in(view, events, day(5), coordinating=["TW"])
    site.clock.now = day(6)
    (item,) = (await site.get("/attention")).json()["awaiting_confirmation"]["items"]
    assert item["confirming_organisation_name"] == "Cơ quan BCD"


async def test_a_task_that_was_returned_is_its_bodys_again(site: Any, view: Any, events: Any) -> None:
    await handed_in(view, events, day(5))
    await at(view, events, day(12), lambda: events.task("a", "returned", status="returned", deadline=DEADLINE))
    lists = await titles(site, view, day(28))
    assert (lists["longest_overdue"], lists["no_report_in_cycle"]) == ([TITLE], [TITLE])
    assert lists["awaiting_confirmation"] == []


async def test_a_task_returned_twice_says_that_it_waits_again(site: Any, view: Any, events: Any) -> None:
    await handed_in(view, events, day(5))
    for number in (6, 8):
        await at(view, events, day(number), lambda: events.task("a", "returned", status="returned", deadline=DEADLINE))
    (item,) = (await site.get("/attention")).json()["returned_twice"]["items"]
    assert (item["awaiting_since"], item["confirming_organisation_name"]) == (None, None)
    again = {"status": "submitted", "deadline": DEADLINE, "submitted_at": day(9)}
    await at(view, events, day(9), lambda: events.task("a", "submitted", **again))
    (item,) = (await site.get("/attention")).json()["returned_twice"]["items"]
    assert (item["awaiting_since"], item["confirming_organisation_name"]) == ("2025-11-09T02:00:00Z", "Cơ quan TW")


@pytest.mark.parametrize(
    ("again", "on_time", "late"),
    [(day(10), 1, 0), (DEADLINE, 1, 0), (DEADLINE + timedelta(microseconds=1), 0, 1), (day(15), 0, 1)],
)
async def test_the_accepted_submission_alone_says_whether_it_was_in_time(
    site: Any, view: Any, events: Any, again: datetime, on_time: int, late: int
) -> None:
    await handed_in(view, events, day(5))
    await at(view, events, day(7), lambda: events.task("a", "returned", status="returned", deadline=DEADLINE))
    facts = {"deadline": DEADLINE, "submitted_at": again}
    await at(view, events, again, lambda: events.task("a", "submitted", status="submitted", **facts))
    await at(view, events, day(27), lambda: events.task("a", "completed", status="completed", **facts))
    site.clock.now = day(28)
    await view.pass_time(day(28))

    async def figures(**query: str) -> tuple[Any, ...]:
        tasks = (await site.get("/status", **query)).json()["tasks"]
        return tuple(tasks[name] for name in ("completed_on_time", "completed_late", "awaiting_confirmation"))

    assert await figures() == (on_time, late, 0)
    assert await figures(programme="nq57-central") == (on_time, late, 0)
    assert await figures(as_of="2025-11-06") == (0, 0, 1)
    assert await figures(as_of="2025-11-08") == (0, 0, 0)
    assert await figures(as_of="2025-11-20") == (0, 0, 1)
    assert await figures(as_of="2025-11-27") == (on_time, late, 0)
    then = (await site.get("/status", as_of="2025-11-20")).json()["tasks"]
    assert (then["overdue"], then["overdue_handed_in_on_time"]) == (1, on_time)


async def test_rows_of_the_rules_before_say_that_it_is_not_known(site: Any, view: Any, events: Any) -> None:
    await handed_in(view, events, day(5))
    async with view.database.transaction() as session:
        for table in ("task_state", "task_history"):
            await session.execute(text(f"UPDATE {table} SET submitted_at = NULL, confirming_organisation_id = NULL"))
        await session.execute(text("UPDATE programme_state SET owner_organisation_id = NULL"))
        await session.execute(text("UPDATE source_view SET rules = 1 WHERE source = 'tasks'"))
    site.clock.now = day(28)
    (item,) = (await site.get("/attention")).json()["awaiting_confirmation"]["items"]
    assert (item["awaiting_since"], item["handed_in_on_time"]) == ("2025-11-05T02:00:00Z", None)
    assert item["confirming_organisation_name"] is None
    then = (await site.get("/status", as_of="2025-11-20")).json()["tasks"]
    assert (then["total"], then["awaiting_confirmation"], then["completed_late"]) == (1, None, None)
