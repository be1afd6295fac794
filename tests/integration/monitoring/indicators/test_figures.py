"""How indicators stand: the newest figure against its target, who reported, and what was so at a past instant."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.monitoring.conftest import NOON, organisation_id
from tests.integration.monitoring.indicators.told import indicator, targets, value

from sixclear.monitoring.errors import InvalidEvent
from sixclear.monitoring.view.reconcile import differences

pytestmark = pytest.mark.asyncio


async def figures(site: Any, **query: Any) -> dict[str, dict[str, Any]]:
    """The figures of a page, by the codes of indicators."""
    answer = await site.get("/indicators", **query)
    assert answer.status_code == 200, answer.text
    return {one["code"]: one for one in answer.json()["items"]}


def a_province(events: Any) -> list[Any]:
    """A city with three communes, and one that is a province of its own."""
    below = [events.organisation(code, parent="01", level="commune") for code in ("00004", "00008", "00025")]
    city, other = events.organisation("01", level="province"), events.organisation("75", level="province")
    return [events.programme("nq57-central"), city, other, *below]


async def test_a_share_is_held_against_the_way_to_its_target(site: Any, view: Any, events: Any) -> None:
    share: dict[str, Any] = {"value_type": "share", "unit": "%", "decimals": 2}
    aim = targets("01", ("2025-12", "99"), baseline=("2025-06", "23.45"))
    await view.fold(
        [
            *a_province(events),
            indicator(events, "online", levels=["province"], **share),
            indicator(events, "online", "targeted", levels=["province"], targets=aim, **share),
            value(events, "online", "01", "2025-09", level="province", number="61.02", value_type="share"),
            value(events, "online", "75", "2025-09", level="province", number="50", value_type="share"),
        ]
    )
    (one,) = (await figures(site, organisation="01")).values()
    latest = one["latest"]
    assert (latest["figure"], latest["origin"], latest["period"]) == ("61.02", "own", "2025-09")
    assert (latest["path"], latest["gap"], latest["behind"]) == ("61.23", "-0.21", True), "92 of 184 days"
    assert (one["next_target"]["value"], one["last_over"], one["not_reported"]) == ("99", "2025-11", True)
    assert one["series"].endswith(f"/indicators/online/series?organisation={organisation_id('01')}")
    country = (await figures(site))["online"]["latest"]
    assert (country["figure"], country["origin"]) == (None, None), "shares add up to nothing"
    assert (country["rolled_up"]["reported"], country["rolled_up"]["expected"]) == (2, 2)


async def test_bodies_add_up_and_each_counts_once(site: Any, view: Any, events: Any) -> None:
    everywhere = ["province", "commune"]
    await view.fold([*a_province(events), indicator(events, "cases", levels=everywhere)])
    await view.fold(
        [
            value(events, "cases", "01", "2025-11", level="province", number=100),
            value(events, "cases", "00004", "2025-11", number=40),
            value(events, "cases", "00008", "2025-11", number=50, bound="more_than"),
            value(events, "cases", "75", "2025-11", level="province", number=7),
            value(events, "cases", "00025", "2025-11", "submitted"),
        ]
    )
    city = (await figures(site, organisation="01"))["cases"]["latest"]
    assert (city["figure"], city["own"], city["difference"]) == ("100", "100", "60")
    assert {name: city["rolled_up"][name] for name in ("figure", "reported", "expected", "bounds")} == {
        "figure": "40",
        "reported": 2,
        "expected": 3,
        "bounds": 1,
    }
    country = (await figures(site))["cases"]["latest"]
    assert (country["figure"], country["origin"], country["gap"]) == ("47", "rolled_up", None)
    assert (country["rolled_up"]["reported"], country["rolled_up"]["expected"]) == (3, 4), "the city is its communes"
    assert (await figures(site, organisation="00025"))["cases"]["latest"] is None, "what waits has no number"
    told = (await site.get("/status")).json()["indicators"]
    assert (told["defined"], told["values"], told["bounds"], told["waiting"]) == (1, 4, 1, 1)
    assert (told["values_by_level"]["province"], told["values_by_level"]["commune"]) == (2, 2)
    of_city = (await site.get("/status", organisation="01")).json()["indicators"]
    assert (of_city["defined"], of_city["values"]) == (None, 3)


async def test_a_correction_was_true_all_along(site: Any, view: Any, events: Any) -> None:
    await view.fold([*a_province(events), indicator(events, "cases", levels=["commune"])])
    first = value(events, "cases", "00004", "2025-11", number=40)
    await view.fold([first])
    since, between = first.occurred_at, first.occurred_at + timedelta(hours=1)
    events.now = NOON + timedelta(days=3)
    waits = value(events, "cases", "00004", "2025-11", "submitted", number=40, true_from=since)
    await view.fold([waits, value(events, "cases", "00004", "2025-11", "corrected", number=45, true_from=since)])
    view.now = site.clock.now = NOON + timedelta(days=5)
    for query in ({}, {"as_of": between.isoformat()}, {"as_of": "2025-12-04"}, {"as_of": "2025-12-05"}):
        assert (await figures(site, **query))["cases"]["latest"]["figure"] == "45", query
    too_early = {"as_of": (since - timedelta(seconds=1)).isoformat()}
    assert (await figures(site, **too_early))["cases"]["latest"] is None
    await view.fold([value(events, "cases", "00004", "2025-11", "withdrawn")])
    for query in ({}, {"as_of": between.isoformat()}):
        assert (await figures(site, **query))["cases"]["latest"] is None, "it never was one"
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []


async def test_a_ratio_is_of_summed_parts_and_of_one_definition(site: Any, view: Any, events: Any) -> None:
    ratio: dict[str, Any] = {"value_type": "ratio", "unit": "%", "decimals": 2}
    await view.fold([*a_province(events), indicator(events, "services", levels=["commune"], **ratio)])
    said = {"00004": (1000, 1089), "00008": (1014, 1088)}
    await view.fold(
        value(events, "services", body, "2025-11", numerator=part, denominator=all_, value_type="ratio")
        for body, (part, all_) in said.items()
    )
    found = (await figures(site, organisation="01"))["services"]["latest"]
    assert (found["figure"], found["rolled_up"]["numerator"], found["rolled_up"]["denominator"]) == (
        "92.51",
        "2014",
        "2177",
    )
    await view.fold(
        [
            indicator(events, "services", "redefined", levels=["commune"], definition=2, **ratio),
            value(
                events,
                "services",
                "00025",
                "2025-11",
                numerator=1,
                denominator=2,
                definition=2,
                value_type="ratio",
            ),
        ]
    )
    found = (await figures(site, organisation="01"))["services"]["latest"]
    assert (found["figure"], found["rolled_up"]["reported"], found["rolled_up"]["other_definition"]) == ("50", 1, 2)


async def test_a_roll_up_meets_its_target_only_where_each_body_reported(site: Any, view: Any, events: Any) -> None:
    down: dict[str, Any] = {"direction": "down", "unit": "thôn"}
    aim = targets("01", ("2025-11", "0"), baseline=("2025-01", "308"))
    await view.fold(
        [
            *a_province(events),
            indicator(events, "no-signal", levels=["commune"], **down),
            indicator(events, "no-signal", "targeted", levels=["commune"], targets=aim, **down),
            value(events, "no-signal", "00004", "2025-11", number=100),
            value(events, "no-signal", "00008", "2025-11", number=54),
        ]
    )
    found = (await figures(site, organisation="01"))["no-signal"]["latest"]
    assert (found["figure"], found["gap"], found["met"], found["attainment"]) == ("154", None, None, None)
    await view.fold([value(events, "no-signal", "00025", "2025-11", number=0)])
    found = (await figures(site, organisation="01"))["no-signal"]["latest"]
    assert (found["gap"], found["behind"], found["met"], found["attainment"]) == ("154", True, False, "50")


async def test_the_list_is_paged_and_narrowed(site: Any, view: Any, events: Any) -> None:
    await view.fold(
        [
            *a_province(events),
            events.programme("hanoi", owner="01", reach="own"),
            indicator(events, "a", levels=["commune"]),
            indicator(events, "b", levels=["province"], kind="operational"),
            indicator(events, "c", bodies=["75"]),
            indicator(events, "d", levels=["commune"], programme="hanoi"),
            value(events, "c", "75", "2025-11", level="province", number=18, value_type="rank"),
        ]
    )
    first = (await site.get("/indicators", limit=2)).json()
    rest = (await site.get("/indicators", limit=2, cursor=first["next"])).json()
    assert [one["code"] for one in (*first["items"], *rest["items"])] == ["a", "b", "c"]
    assert rest["next"] is None
    assert (await site.get("/indicators", limit=3, kind="operational", cursor=first["next"])).status_code == 400
    for query, codes in (
        ({"kind": "operational"}, {"b"}),
        ({"level": "province"}, {"b", "c"}),
        ({"organisation": "00004"}, {"a", "d"}),
        ({"organisation": "75"}, {"b", "c"}),
        ({"programme": "hanoi"}, {"d"}),
        ({"reach": "own"}, {"d"}),
    ):
        assert (await figures(site, **query)).keys() == codes, query
    alone = (await figures(site))["c"]
    assert (alone["organisation_id"], alone["latest"]["figure"]) == (str(organisation_id("75")), "18")
    assert Decimal(alone["latest"]["own"]) == 18


async def test_the_newest_figure_is_found_however_far_it_lies(site: Any, view: Any, events: Any) -> None:
    """Only bounds are told for years, and what was a number before them."""
    months = [f"{year}-{month:02d}" for year in (2022, 2023, 2024) for month in range(1, 13)]
    await view.fold([*a_province(events), indicator(events, "cases", levels=["commune"])])
    await view.fold([value(events, "cases", "00004", "2021-05", number=40)])
    await view.fold([value(events, "cases", "00004", month, number=9, bound="more_than") for month in months])
    country = (await figures(site))["cases"]
    assert (country["latest"]["period"], country["latest"]["figure"]) == ("2021-05", "40")
    assert country["not_reported"]
    own = (await figures(site, organisation="00004"))["cases"]["latest"]
    assert (own["period"], own["figure"], own["bound"]) == ("2024-12", "9", "more_than")
    await view.fold([value(events, "cases", "00004", "2021-05", "withdrawn")])
    nothing = (await figures(site))["cases"]["latest"]
    assert (nothing["period"], nothing["figure"], nothing["rolled_up"]["bounds"]) == ("2024-12", None, 1)


async def test_a_series_has_each_period_from_the_first_value_to_the_last_target(
    site: Any, view: Any, events: Any
) -> None:
    aim = targets("01", ("2026-01", "80"))
    await view.fold(
        [
            *a_province(events),
            indicator(events, "cases", levels=["province", "commune"]),
            indicator(events, "cases", "targeted", levels=["province", "commune"], targets=aim),
            value(events, "cases", "01", "2025-09", level="province", number=100),
            value(events, "cases", "00004", "2025-09", number=40),
            value(events, "cases", "00004", "2025-11", number=44),
        ]
    )
    told = (await site.get("/indicators/cases/series", organisation="01")).json()
    assert told["organisation_id"] == str(organisation_id("01"))
    assert [(one["period"], one["state"], one["figure"], one["difference"]) for one in told["points"]] == [
        ("2025-09", "reported", "100", "60"),
        ("2025-10", "not_reported", None, None),
        ("2025-11", "reported", "44", None),
        ("2025-12", "open", None, None),
        ("2026-01", "open", None, None),
    ]
    assert told["points"][-1]["target"]["value"] == "80"
    country = (await site.get("/indicators/cases/series", **{"from": "2025-09", "to": "2025-09"})).json()
    assert [one["figure"] for one in country["points"]] == ["40"]
    nothing = await site.get("/indicators/cases/series", organisation="75")
    assert nothing.json()["points"] == []


async def test_a_figure_leads_to_each_value_in_it(site: Any, view: Any, events: Any) -> None:
    everywhere = ["province", "commune"]
    below = [events.organisation("01.1", parent="00025", level="department")]
    bodies = ["01.1"]
    await view.fold([*a_province(events), *below, indicator(events, "cases", levels=everywhere, bodies=bodies)])
    await view.fold(
        [
            value(events, "cases", "01", "2025-11", level="province", number=100),
            value(events, "cases", "00004", "2025-11", number=40),
            value(events, "cases", "00008", "2025-11", number=50, bound="more_than"),
            value(events, "cases", "00025", "2025-11", number=8),
            value(events, "cases", "01.1", "2025-11", level="department", number=3),
            value(events, "cases", "75", "2025-11", level="province", number=7),
        ]
    )
    counted = {}
    for scope in ("01", None):
        latest = (await figures(site, **({"organisation": scope} if scope else {})))["cases"]["latest"]
        parts = (await site.client.get(latest["made_of"])).json()
        assert parts["figure"]["figure"] == latest["figure"]
        added = [Decimal(one["number"]) for one in parts["items"] if one["counted"] == "added"]
        assert sum(added) == Decimal(latest["rolled_up"]["figure"])
        counted[scope] = {one["organisation_code"]: one["counted"] for one in parts["items"]}
        assert all(one["record"].startswith("/api/tasks/v1/values/") for one in parts["items"])
    below_it = {"00004": "added", "00008": "bound", "00025": "not_added", "01.1": "added"}
    assert counted["01"] == {"01": "own", **below_it}
    assert counted[None] == {"01": "not_added", "75": "added", **below_it}
    asked = {"period": "2025-11", "limit": 2}
    first = (await site.get("/indicators/cases/values", **asked)).json()
    pages = [first]
    while pages[-1]["next"]:
        pages.append((await site.get("/indicators/cases/values", **asked, cursor=pages[-1]["next"])).json())
    assert [len(page["items"]) for page in pages] == [2, 2, 2]
    foreign = await site.get("/indicators/cases/values", period="2025-10", limit=2, cursor=first["next"])
    assert (foreign.status_code, foreign.json()["type"].rpartition("/")[2]) == (400, "invalid-cursor")
    for query, status in (({}, 422), ({"period": "2025"}, 422), ({"period": "2025-11", "organisation": "?"}, 422)):
        assert (await site.get("/indicators/cases/values", **query)).status_code == status
    assert (await site.get("/indicators/none/values", period="2025-11")).status_code == 404


async def test_a_figure_of_the_past_leads_to_what_held_then(site: Any, view: Any, events: Any) -> None:
    await view.fold([*a_province(events), indicator(events, "cases", levels=["commune"])])
    await view.fold([value(events, "cases", "00004", "2025-11", number=40)])
    then = events.now
    events.now = NOON + timedelta(days=3)
    await view.fold([value(events, "cases", "00008", "2025-11", number=5)])
    view.now = site.clock.now = NOON + timedelta(days=5)
    for query, figure in (({}, "45"), ({"as_of": then.isoformat()}, "40")):
        latest = (await figures(site, **query))["cases"]["latest"]
        parts = (await site.client.get(latest["made_of"])).json()
        assert latest["figure"] == parts["figure"]["figure"] == figure
        assert sum(Decimal(one["number"]) for one in parts["items"]) == Decimal(figure)


async def test_periods_of_an_earlier_unit_are_still_told(site: Any, view: Any, events: Any) -> None:
    """It was counted each month, and is each quarter since."""
    await view.fold([*a_province(events), indicator(events, "cases", levels=["commune"])])
    await view.fold([value(events, "cases", "00004", "2025-09", number=40)])
    quarterly: dict[str, Any] = {"period_unit": "quarter", "definition": 2}
    await view.fold([indicator(events, "cases", "redefined", levels=["commune"], **quarterly)])
    shown = (await figures(site))["cases"]
    assert (shown["latest"]["period"], shown["latest"]["figure"], shown["period_unit"]) == ("2025-09", "40", "quarter")
    parts = (await site.client.get(shown["latest"]["made_of"])).json()
    assert [(one["number"], one["definition"]) for one in parts["items"]] == [("40", 1)]
    for asked, periods in (
        ({"from": "2025-09", "to": "2025-09"}, ["2025-09"]),
        ({"to": "2025-09"}, ["2025-09"]),
        ({}, ["2025-Q3", "2025-Q4"]),
    ):
        series = (await site.get("/indicators/cases/series", **asked)).json()
        assert [one["period"] for one in series["points"]] == periods
        assert [one["figure"] for one in series["points"]] == (["40"] if asked else [None, None])
    mixed = await site.get("/indicators/cases/series", **{"from": "2025-09", "to": "2025-Q4"})
    assert mixed.status_code == 422
    assert mixed.json()["errors"][0]["parameter"] == "to"


async def test_a_series_that_cannot_be_told_is_refused(site: Any, view: Any, events: Any) -> None:
    await view.fold([*a_province(events), indicator(events, "cases", levels=["commune"])])
    for query, code in (
        ({"from": "2025-13"}, "period-unknown"),
        ({"to": "2025-Q1"}, "period-wrong"),
        ({"from": "1950-01"}, "too-many-periods"),
    ):
        refused = await site.get("/indicators/cases/series", **query)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)
        assert refused.json()["errors"][0]["parameter"] in query
    assert (await site.get("/indicators/cases/series", organisation="unknown")).status_code == 422
    assert (await site.get("/indicators/none/series")).status_code == 404
    empty = await site.get("/indicators/cases/series", **{"from": "2025-10", "to": "2025-09"})
    assert empty.json()["points"] == []


@pytest.mark.parametrize(
    "said",
    [
        {"number": "NaN"},
        {"number": "Infinity"},
        {"numerator": 5},
        {"denominator": 5},
        {"number": 5, "definition": None},
        {"number": None},
        {"number": "1,5"},
        {"number": 5, "level": "village"},
    ],
)
async def test_a_value_that_no_sum_may_hold_is_set_aside(
    site: Any, view: Any, events: Any, said: dict[str, Any]
) -> None:
    """It goes to the dead letters, and what comes after it is counted."""
    await view.fold([*a_province(events), indicator(events, "cases", levels=["commune"])])
    wrong = value(events, "cases", "00004", "2025-11", number=1)
    wrong.data.update({"number": None} | said)
    with pytest.raises(InvalidEvent):
        await view.fold([wrong])
    await view.fold([value(events, "cases", "00008", "2025-11", number=7)])
    assert (await figures(site))["cases"]["latest"]["figure"] == "7"
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []


async def test_it_is_not_known_while_the_log_is_read_again(site: Any, view: Any, events: Any) -> None:
    await view.fold(a_province(events))
    async with view.database.transaction() as session:
        await session.execute(text("UPDATE source_view SET rules = 1 WHERE source = 'tasks'"))
    assert (await site.get("/indicators")).status_code == 503
    assert (await site.get("/indicators", limit=101)).status_code == 422
