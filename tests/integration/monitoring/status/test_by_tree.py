"""Lines and provinces by the tree of then and by that of now: each figure is that of the status as of its instant."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.integration.monitoring.status.test_former_tree import (
    AFTER,
    BEFORE,
    FORMER,
    NOW,
    body,
    buckets,
    story,
)

from sixclear.monitoring.kinds.task import BUCKETS

pytestmark = pytest.mark.asyncio

DAY = timedelta(days=1)
PERIOD = {"from": "2026-05-15", "to": "2026-07-20"}
PLAN = str(body("a plan"))


@pytest_asyncio.fixture
async def told(view: Any, events: Any, site: Any) -> Any:
    """The site after that story, on 1 October."""
    found = story(events)
    view.now = site.clock.now = NOW
    await view.fold(found)
    await view.pass_time(NOW)
    return site


async def line(site: Any, **asked: str) -> Any:
    answer = await site.get("/timeline", **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("tree", [{}, {"tree": "then"}, {"tree": "now"}])
@pytest.mark.parametrize("organisation", ["57", "204", "01", FORMER, "57-T"])
async def test_each_point_of_a_line_is_the_status_of_its_instant(
    told: Any, organisation: str, tree: dict[str, str]
) -> None:
    found = await line(told, organisation=organisation, **PERIOD, **tree)
    assert found["tree"] == tree.get("tree", "then")
    assert len(found["points"]) == 67
    by_date = {point["date"]: point for point in found["points"]}
    for date in ("2026-05-15", "2026-06-14", "2026-06-15", BEFORE, "2026-07-01", AFTER, PERIOD["to"]):
        point = by_date[date]
        expected = await buckets(told, organisation, as_of=point["as_of"], **tree)
        assert (point["total"], *(point[name] for name in BUCKETS[:3])) == expected, date


async def test_a_line_by_histories_is_the_same(told: Any, view: Any) -> None:
    """While records are counted again after an upgrade."""
    by_days = {code: await line(told, organisation=code, **PERIOD) for code in ("57", "204")}
    async with view.database.transaction() as session:
        await session.execute(text("UPDATE source_view SET rules = 0 WHERE source = 'tasks'"))
    for code, expected in by_days.items():
        found = await line(told, organisation=code, **PERIOD)
        assert (found["points"], found["tree"]) == (expected["points"], "then")


async def test_a_line_since_the_merger_is_by_the_tree_of_now(told: Any) -> None:
    since = await line(told, organisation="57", **{"from": "2026-07-02"})
    assert since["tree"] == "now"
    assert since["points"] == (await line(told, organisation="204", **{"from": "2026-07-02"}))["points"]
    assert since["points"][-1]["total"] == 6
    assert (await line(told, **PERIOD))["tree"] == "now", "the country has one tree"


async def test_a_line_knows_the_code_of_the_end_of_its_period(told: Any, view: Any, events: Any) -> None:
    """One that no body has any more."""
    async with view.database.transaction() as session:
        await session.execute(text("UPDATE organisation_state SET codes = array_remove(codes, '57')"))
    assert (await told.get("/timeline", organisation="57", **PERIOD)).status_code == 422
    before = {"from": "2026-06-01", "to": BEFORE}
    assert (await line(told, organisation="57", **before))["points"][-1]["total"] == 4


MERGED = datetime(2026, 7, 1, 3, tzinfo=UTC)


async def merged_provinces(view: Any, events: Any, site: Any) -> None:
    """Province 02 goes into 01 on 1 July; both had tasks of a plan, and one of no plan."""
    events.now = datetime(2026, 1, 5, tzinfo=UTC)
    happened = [events.organisation(code, level="province") for code in ("01", "02", "03")]
    happened += [events.organisation("00004", "02", "commune"), events.programme("nq57-central")]
    happened += [events.programme("own", "02", "own")]
    due = datetime(2026, 6, 15, tzinfo=UTC)
    of_plan = {"directive_id": PLAN, "work_group": "data"}
    happened += [events.task("a", lead="01", deadline=due, **of_plan), events.task("b", lead="00004", **of_plan)]
    happened += [events.task("c", lead="02"), events.task("o", lead="02", programme="own", assigned_by="province")]
    happened += [events.task("d", lead="03", assigned_by="province")]
    events.now = MERGED - timedelta(minutes=1)
    successor = str(body("01"))
    gone = {"codes": [], "merged_into": successor, "successor_id": successor, "valid_to": "2026-07-01"}
    happened.append(events.organisation("02", "01", "province", "merged", **gone))
    events.now = MERGED + DAY
    happened.append(events.task("c", "transferred", lead="01"))
    view.now = site.clock.now = NOW
    await view.fold(happened)
    await view.pass_time(NOW)


async def province_items(site: Any, **asked: str) -> dict[str, tuple[int, ...]]:
    answer = await site.get("/provinces", **asked)
    assert answer.status_code == 200, answer.text
    found = {item["organisation_id"]: item for item in answer.json()["items"]}
    if "as_of" in asked or {"directive", "group"} & asked.keys():
        for identifier, item in found.items():
            status = await site.get("/status", organisation=identifier, **{"reach": "national", **asked})
            tasks = status.json()["tasks"]
            assert {name: item[name] for name in ("total", *BUCKETS)} == {
                name: tasks[name] for name in ("total", *BUCKETS)
            }, (item, asked)
    return {item["code"]: (item["total"], item["overdue"]) for item in found.values()}


async def test_provinces_are_those_of_the_instant(site: Any, view: Any, events: Any) -> None:
    await merged_provinces(view, events, site)
    assert await province_items(site) == {"01": (3, 1), "03": (1, 0)}
    before = {"as_of": BEFORE}
    assert await province_items(site, **before) == {"01": (1, 1), "02": (2, 0), "03": (1, 0)}
    assert await province_items(site, **before, tree="now") == {"01": (3, 1), "03": (1, 0)}
    assert await province_items(site, as_of="2026-07-01T09:59:00+07:00") == await province_items(site, **before)
    assert await province_items(site, as_of="2026-07-01T10:00:01+07:00") == {"01": (3, 1), "03": (1, 0)}
    for asked, tree in ((before, "then"), ({**before, "tree": "now"}, "now"), ({"as_of": AFTER}, "now"), ({}, "now")):
        assert (await site.get("/provinces", **asked)).json()["tree"] == tree


async def test_provinces_and_lists_are_narrowed_as_the_status_is(site: Any, view: Any, events: Any) -> None:
    await merged_provinces(view, events, site)
    assert await province_items(site, directive=PLAN) == {"01": (2, 1), "03": (0, 0)}
    assert await province_items(site, group="data", as_of=BEFORE) == {"01": (1, 1), "02": (1, 0), "03": (0, 0)}
    assert await province_items(site, assigned_by="province", as_of=BEFORE) == {
        "01": (0, 0),
        "02": (0, 0),
        "03": (1, 0),
    }
    assert await province_items(site, assigned_by="province") == {"01": (0, 0), "03": (1, 0)}
    assert await province_items(site, reach="own", as_of=BEFORE) == {"01": (0, 0), "02": (1, 0), "03": (0, 0)}
    for path in ("/provinces", "/attention"):
        unknown = await site.get(path, group="unheard-of")
        assert (unknown.status_code, unknown.json()["code"]) == (422, "reference-unknown")
    lists = (await site.get("/attention", directive=PLAN)).json()
    assert [item["title"] for item in lists["longest_overdue"]["items"]] == ["Nhiệm vụ a"]
    assert {item["title"] for item in lists["no_report_in_cycle"]["items"]} == {"Nhiệm vụ a", "Nhiệm vụ b"}
    everything = (await site.get("/attention")).json()
    assert {item["title"][-1] for item in everything["no_report_in_cycle"]["items"]} == set("abcd")
    assert (await site.get("/attention", group="data")).json()["longest_overdue"] == lists["longest_overdue"]
