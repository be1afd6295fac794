"""What decisions do to tasks is counted from the decision on: figures add up, and the past stays."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

pytestmark = pytest.mark.asyncio
DEADLINE = datetime(2025, 11, 10, 10, tzinfo=UTC)


def day(number: int) -> datetime:
    """09:00 in Hanoi on a day of November 2025."""
    return datetime(2025, 11, number, 2, tzinfo=UTC)


async def at(view: Any, events: Any, when: datetime, *facts: Any) -> None:
    """Fold what became true at an instant."""
    events.now = view.now = when - timedelta(minutes=1)
    await view.fold([make() for make in facts])


async def figures(site: Any, view: Any, when: datetime, now: datetime) -> tuple[int, ...]:
    """The total, in term, overdue and completed at an instant."""
    site.clock.now = now
    await view.pass_time(now)
    body = (await site.get("/status", **({} if when == now else {"as_of": when.isoformat()}))).json()["tasks"]
    assert body["total"] == body["in_term"] + body["overdue"] + body["completed"] + body["recurring"]
    return tuple(body[name] for name in ("total", "in_term", "overdue", "completed"))


async def test_paused_cancelled_and_reopened_tasks_add_up_now_and_then(site: Any, view: Any, events: Any) -> None:
    names = "paused", "cancelled", "reopened", "other"
    await at(view, events, day(1), *(lambda name=name: events.task(name, deadline=DEADLINE) for name in names))
    done = {"status": "completed", "deadline": DEADLINE, "submitted_at": day(2)}
    await at(view, events, day(2), lambda: events.task("reopened", "completed", **done))
    await at(view, events, day(3), lambda: events.task("paused", "paused", status="paused", deadline=None))
    await at(view, events, day(4), lambda: events.task("cancelled", "cancelled", status="cancelled", deadline=DEADLINE))
    await at(view, events, day(5), lambda: events.task("reopened", "reopened", status="returned", deadline=DEADLINE))
    now = day(28)
    assert await figures(site, view, now, now) == (3, 1, 2, 0), "the paused one crosses no deadline"
    assert (await site.get("/status")).json()["tasks"]["remaining_this_year"] == 2, "a paused task has no deadline"
    assert await figures(site, view, day(2) + timedelta(hours=1), now) == (4, 3, 0, 1)
    assert await figures(site, view, day(4) + timedelta(hours=1), now) == (3, 2, 0, 1)
    assert await figures(site, view, day(6), now) == (3, 3, 0, 0)
    lists = (await site.get("/attention")).json()
    silent = {item["title"] for item in lists["no_report_in_cycle"]["items"]}
    assert silent == {"Nhiệm vụ other", "Nhiệm vụ reopened"}, "a paused task owes no report"

    then = datetime(2025, 12, 20, 10, tzinfo=UTC)
    await at(view, events, now, lambda: events.task("paused", "resumed", status="in_progress", deadline=then))
    later = then + timedelta(days=1)
    assert await figures(site, view, later, later) == (3, 0, 3, 0)


async def test_an_overdue_task_is_paused_as_overdue_and_blamed_on_no_list(site: Any, view: Any, events: Any) -> None:
    await at(view, events, day(1), lambda: events.task("a", deadline=DEADLINE))
    await at(view, events, day(12), lambda: events.task("a", "paused", status="paused", deadline=DEADLINE))
    assert await figures(site, view, day(28), day(28)) == (1, 0, 1, 0)
    assert (await site.get("/attention")).json()["longest_overdue"]["items"] == []
