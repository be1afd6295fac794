"""A programme has four groups of work in ten parts: what is asked of a group is asked of its parts, too."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.monitoring.conftest import NOON

from sixclear.monitoring.kinds.task import BUCKETS

pytestmark = pytest.mark.asyncio

DAY = timedelta(days=1)
GROUPS = {
    "institutions": ["laws", "procedures", "standards"],
    "infrastructure": ["networks", "data-centres"],
    "data": ["databases", "sharing", "quality"],
    "people": ["training", "pay"],
}


def tasks_of(events: Any, code: str, number: int, **facts: Any) -> list[Any]:
    """`number` tasks in a group or a part; the first is due on the second day."""
    return [
        events.task(f"{code} {n}", lead="01", deadline=NOON + (2 if n == 0 else 30) * DAY, work_group=code, **facts)
        for n in range(number)
    ]


async def told(view: Any, events: Any) -> None:
    """Each part has one task more than the one before; two are in the group itself."""
    happened = [events.organisation("01", level="province"), events.programme("nq57-central", groups=GROUPS)]
    happened += [events.programme("other", groups={"laws": ["institutions-of-other"], "data": []})]
    for parts in GROUPS.values():
        for number, part in enumerate(parts, start=1):
            happened += tasks_of(events, part, number)
    happened += tasks_of(events, "institutions", 2)
    happened += tasks_of(events, "institutions-of-other", 1, programme="other")
    # In that programme the code is a group of its own, and no part of institutions.
    happened += [events.task("elsewhere", programme="other", lead="01", work_group="procedures")]
    await view.fold(happened)
    events.now = NOON + DAY
    moved = [events.task("training 0", "regrouped", lead="01", deadline=NOON + 2 * DAY, work_group="pay")]
    events.now += timedelta(hours=1)
    moved += [events.task("laws 0", "progress_reported", lead="01", deadline=NOON + 2 * DAY, work_group="laws")]
    view.now = NOON + 4 * DAY
    await view.fold(moved)
    await view.pass_time(view.now)


async def figures(site: Any, group: str, **asked: str) -> dict[str, Any]:
    answer = await site.get("/status", group=group, **asked)
    assert answer.status_code == 200, answer.text
    tasks = answer.json()["tasks"]
    return {name: tasks[name] for name in ("total", *BUCKETS)} | dict(tasks["in_term_parts"])


@pytest.mark.parametrize("as_of", [None, "2025-12-04", "2025-12-05T13:00:00+07:00", "2025-12-07"])
async def test_a_group_is_the_sum_of_its_parts(site: Any, view: Any, events: Any, as_of: str | None) -> None:
    await told(view, events)
    site.clock.now = view.now
    asked = {"programme": "nq57-central"} | ({} if as_of is None else {"as_of": as_of})
    for group, parts in GROUPS.items():
        of_parts = [await figures(site, part, **asked) for part in parts]
        # What is in the group itself, and in no part.
        own = {"institutions": 2}.get(group, 0)
        whole = await figures(site, group, **asked)
        assert whole["total"] == own + sum(one["total"] for one in of_parts) > 0, group
        if not own:
            assert whole == {name: sum(one[name] for one in of_parts) for name in whole}, group


async def test_a_part_is_meant_in_its_programme_only(site: Any, view: Any, events: Any) -> None:
    await told(view, events)
    site.clock.now = view.now
    assert (await figures(site, "institutions"))["total"] == 1 + 2 + 3 + 2
    assert (await figures(site, "procedures"))["total"] == 2 + 1, "a code of two programmes"
    assert (await figures(site, "laws"))["total"] == 1 + 1, "a part of one, and a group of another with its part"
    assert (await figures(site, "laws", programme="nq57-central"))["total"] == 1


async def test_lists_lines_and_provinces_are_of_the_parts_too(site: Any, view: Any, events: Any) -> None:
    await told(view, events)
    site.clock.now = view.now
    late = (await site.get("/attention", group="institutions")).json()["longest_overdue"]["items"]
    assert sorted(item["title"] for item in late) == [
        f"Nhiệm vụ {code} 0" for code in ("institutions", "laws", "procedures", "standards")
    ]
    people = (await site.get("/attention", group="people")).json()["longest_overdue"]["items"]
    assert sorted(item["title"] for item in people) == ["Nhiệm vụ pay 0", "Nhiệm vụ training 0"], "each once"
    points = (await site.get("/timeline", group="institutions")).json()["points"]
    assert [(point["total"], point["overdue"]) for point in points] == [(8, 0), (8, 0), (8, 4), (8, 4), (8, 4)]
    (city,) = (await site.get("/provinces", group="institutions")).json()["items"]
    assert (city["total"], city["overdue"]) == (8, 4)
    status = (await site.get("/status", group="institutions")).json()
    assert status["activity"]["last_report_at"] == events.now.strftime("%FT%TZ")


async def test_a_part_that_comes_to_another_group_was_in_the_former_one(site: Any, view: Any, events: Any) -> None:
    await told(view, events)
    events.now = NOON + 3 * DAY
    moved = GROUPS | {"people": ["training"], "data": [*GROUPS["data"], "pay"]}
    await view.fold([events.programme("nq57-central", groups=moved)])
    site.clock.now = view.now
    before = {"as_of": (NOON + 2 * DAY).isoformat()}
    assert (await figures(site, "people"))["total"] == 0
    assert (await figures(site, "people", **before))["total"] == 3
    assert (await figures(site, "people", **before, tree="now"))["total"] == 0
    assert (await figures(site, "data"))["total"] == 9
    assert (await figures(site, "data", **before))["total"] == 6
    points = (await site.get("/timeline", group="data")).json()["points"]
    assert [point["total"] for point in points] == [6, 6, 6, 9, 9]
    by_now = (await site.get("/timeline", group="data", tree="now")).json()["points"]
    assert [point["total"] for point in by_now] == [8, 9, 9, 9, 9], "a task of training came to pay on the second day"


async def test_a_group_without_a_task_yet_has_none(site: Any, view: Any, events: Any) -> None:
    await view.fold([events.programme("nq57-central", groups=GROUPS)])
    assert (await figures(site, "people"))["total"] == 0
    assert (await figures(site, "pay"))["total"] == 0
    assert (await site.get("/status", group="unheard-of")).status_code == 422
