"""A national programme becomes own, and another owner's: figures as of an instant are by what it was then."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.integration.monitoring.conftest import NOON, organisation_id
from tests.integration.monitoring.view.test_days import by_days_and_by_histories

from sixclear.monitoring.view.as_then import as_then
from sixclear.monitoring.view.former_tree import body_then
from sixclear.monitoring.view.selection import Selection, reference_of

pytestmark = pytest.mark.asyncio

DAY = timedelta(days=1)
NATIONAL, OWN_OF_01, OWN_OF_02 = NOON + DAY / 2, NOON + 2 * DAY, NOON + 4 * DAY
PLAN = "00000000-0000-0000-0000-00000000000a"


async def told(view: Any, events: Any, site: Any) -> None:
    """`plan` is national, a day later own work of province 01, and two days later of province 02."""
    on_plan = {"programme": "plan", "directive_id": PLAN}
    happened = [
        *(events.organisation(code, level="province") for code in ("01", "02")),
        *(events.organisation(f"0000{code}", parent=code, level="commune") for code in ("01", "02")),
        events.programme("nq57-central"),
        events.programme("plan", owner="01", reach="national"),
        events.task("a", lead="01"),
        events.task("b", lead="0000" + "01", deadline=NOON + 3 * DAY, **on_plan),
        events.task("c", lead="0000" + "02", **on_plan),
        events.task("b", "progress_reported", lead="000001", deadline=NOON + 3 * DAY, **on_plan),
    ]
    events.now = NOON + DAY
    happened += [events.programme("plan", owner="01", reach="own")]
    events.now = NOON + 3 * DAY
    happened += [events.programme("plan", owner="02", reach="own")]
    view.now = site.clock.now = NOON + 5 * DAY
    await view.fold(happened)
    await view.pass_time(view.now)


async def total(site: Any, at: datetime | None = None, **asked: str) -> tuple[int, str]:
    """How many tasks there are, and of which reach."""
    answer = await site.get("/status", **asked, **({} if at is None else {"as_of": at.isoformat()}))
    assert answer.status_code == 200, answer.text
    return answer.json()["tasks"]["total"], answer.json()["filters"]["reach"]


async def test_the_country_had_what_was_national_then(site: Any, view: Any, events: Any) -> None:
    await told(view, events, site)
    assert [await total(site, at) for at in (NATIONAL, OWN_OF_01, OWN_OF_02, None)] == [
        (3, "national"),
        (1, "national"),
        (1, "national"),
        (1, "national"),
    ]
    assert await total(site, NATIONAL, tree="now") == (1, "national"), "by what programmes are now"
    assert await total(site, NATIONAL, reach="own") == (0, "own")
    assert await total(site, OWN_OF_01, reach="own") == (2, "own")
    points = (await site.get("/timeline")).json()
    assert [point["total"] for point in points["points"]] == [3, 1, 1, 1, 1, 1]
    assert points["tree"] == "then"
    assert {point["total"] for point in (await site.get("/timeline", tree="now")).json()["points"]} == {1}
    then = (await site.get("/status", as_of=NATIONAL.isoformat())).json()
    assert (then["filters"]["tree"], then["activity"]["last_report_at"] is None) == ("then", False)
    assert (await site.get("/status")).json()["activity"]["last_report_at"] is None


@pytest.mark.parametrize(
    ("code", "totals"),
    [
        ("01", (2, 2, 1, 1)),  # a, and b below it while it owned the plan, or no one did
        ("000001", (1, 1, 0, 0)),
        ("02", (1, 0, 1, 1)),  # c, below it
        ("000002", (1, 0, 1, 1)),
    ],
)
async def test_own_work_was_counted_at_the_owner_of_then(
    site: Any, view: Any, events: Any, code: str, totals: tuple[int, ...]
) -> None:
    await told(view, events, site)
    instants = (NATIONAL, OWN_OF_01, OWN_OF_02, None)
    found = [(await total(site, at, organisation=code))[0] for at in instants]
    assert found == list(totals)
    points = (await site.get("/timeline", organisation=code)).json()["points"]
    by_day = [point["total"] for point in points]
    assert by_day == [totals[0], totals[1], totals[1], totals[2], totals[2], totals[3]]


async def test_a_programme_is_asked_of_by_the_reach_of_then(site: Any, view: Any, events: Any) -> None:
    await told(view, events, site)
    plan = {"programme": "plan"}
    assert [await total(site, at, **plan) for at in (NATIONAL, OWN_OF_01, None)] == [
        (2, "national"),
        (2, "own"),
        (2, "own"),
    ]
    assert await total(site, NATIONAL, **plan, tree="now") == (2, "own")
    assert await total(site, NATIONAL, **plan, reach="own") == (0, "own")
    assert await total(site, NATIONAL, **plan, organisation="01") == (1, "national")
    assert await total(site, OWN_OF_02, **plan, organisation="01") == (0, "own")
    # A directive of own work alone: what it was then.
    assert [await total(site, at, directive=PLAN) for at in (NATIONAL, OWN_OF_01, None)] == [
        (2, "national"),
        (2, "own"),
        (2, "own"),
    ]
    points = (await site.get("/timeline", directive=PLAN)).json()["points"]
    assert [point["total"] for point in points] == [2] * 6


async def test_provinces_had_what_was_national_then(site: Any, view: Any, events: Any) -> None:
    await told(view, events, site)

    async def items(at: datetime, **asked: str) -> list[int]:
        found = (await site.get("/provinces", as_of=at.isoformat(), **asked)).json()
        return [item["total"] for item in found["items"]]

    assert [await items(at) for at in (NATIONAL, OWN_OF_01)] == [[2, 1], [1, 0]]
    assert [await items(at, reach="own") for at in (NATIONAL, OWN_OF_01, OWN_OF_02)] == [[0, 0], [1, 0], [0, 1]]
    assert await items(NATIONAL, tree="now") == [1, 0]


async def test_the_owner_of_then_stood_above_by_the_tree_of_then(site: Any, view: Any, events: Any) -> None:
    """Province 01 goes into 02, which has its programme from then on."""
    await told(view, events, site)
    events.now = NOON + 4.5 * DAY
    gone = {"codes": [], "merged_into": str(organisation_id("02")), "valid_to": "2025-12-09"}
    await view.fold(
        [
            events.organisation("01", "02", "province", "merged", **gone),
            events.organisation("000001", "02", "commune", "upgraded"),
        ]
    )
    assert (await total(site, OWN_OF_01, organisation="000001"))[0] == 1, "01 stood above it and owned the plan"
    assert (await total(site, OWN_OF_02, organisation="000001"))[0] == 0, "02 did not stand above it yet"
    assert (await total(site, organisation="000001"))[0] == 1
    assert (await total(site, NATIONAL, organisation=str(organisation_id("01"))))[0] == 2
    assert (await total(site, OWN_OF_02, organisation="02"))[0] == 1
    assert (await total(site, organisation="02"))[0] == 3
    found = (await site.get("/provinces", as_of=OWN_OF_01.isoformat(), reach="own")).json()["items"]
    assert [item["total"] for item in found] == [1, 0]


async def test_days_and_histories_say_the_same(site: Any, view: Any, events: Any) -> None:
    await told(view, events, site)
    for at in (NATIONAL, OWN_OF_01, OWN_OF_02, view.now):
        for code in (None, "01", "000001", "02", "000002"):
            body = None if code is None else organisation_id(code)
            for selection in (Selection(body), Selection(body, reach="own"), Selection(body, reach="national")):
                async with view.database.session() as session:
                    then = None if code is None else await body_then(session, reference_of(code), at)
                    chosen = await as_then(session, selection, then, at)
                days, histories = await by_days_and_by_histories(view, at, chosen)
                assert days == histories, (code, at, selection)


async def test_events_in_any_order_tell_the_same(site: Any, view: Any, events: Any) -> None:
    programmes = [events.programme("plan", owner="01", reach="national")]
    happened = [events.organisation("01", level="province"), events.task("a", lead="01", programme="plan")]
    events.now = NOON + DAY
    programmes += [events.programme("plan", owner="01", reach="own")]
    view.now = site.clock.now = NOON + 5 * DAY
    await view.fold([*reversed(programmes), *happened, *programmes], size=1)
    assert [await total(site, at) for at in (NATIONAL, OWN_OF_01)] == [(1, "national"), (0, "national")]
