"""Where two readings, two definitions or two persons meet at one value."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import Service
from tests.integration.tasks.value.values import (
    DOCUMENT,
    an_indicator,
    approved,
    in_bulk,
    points,
    published,
    supplied,
    targets,
)

pytestmark = pytest.mark.asyncio
STORY = "online-filing"


async def _post(service: Service, code: str, path: str, **said: Any) -> Any:
    return await service.post(code, path, said)


async def test_a_thousand_that_may_be_one_is_refused_with_both_readings(service: Service) -> None:
    await an_indicator(service, code="count")
    await an_indicator(service, code="ratio", value_type="ratio", decimals=2)
    await an_indicator(service, code="roads", value_type="amount", decimals=3)
    for indicator, said in (
        ("count", {"number": "1.000"}),
        ("count", {"number": "-2.000"}),
        ("count", {"number": "16.716"}),
        ("ratio", {"numerator": "1.000", "denominator": "2000"}),
        ("ratio", {"numerator": "1000", "denominator": "2.500"}),
    ):
        (item,) = (await in_bulk(service, "25999", {"indicator": indicator, "period": "2025-11"} | said))["items"]
        assert (item["outcome"], item["problem"]["code"]) == ("rejected", "two-readings"), said
    assert "16716 or 16.716" in (await _refusal(service, "count", number="16.716"))["detail"]
    # Where three decimals are meant, and where no reading is of thousands, there is one reading.
    for indicator, number, figure in (("roads", "1.250", "1.25"), ("count", "1.0", "1"), ("count", "0.000", "0")):
        told = await supplied(service, "25999", indicator, "2025-11", number=number, submit=False)
        assert told["number"] == figure
    aimed = await targets(service, "count", "75", targets=[{"period": "2025", "value": "1.000"}])
    assert (aimed.status_code, aimed.json()["errors"][0]["code"]) == (422, "two-readings")


async def _refusal(service: Service, indicator: str, **said: Any) -> Any:
    response = await _post(service, "25999", f"/indicators/{indicator}/values", period="2025-10", **said)
    assert response.status_code == 422, response.text
    return response.json()["errors"][0]


async def test_a_wrong_value_is_withdrawn_also_while_a_correction_is_open(service: Service) -> None:
    await an_indicator(service)
    for period, submit in (("2025-09", False), ("2025-10", True)):
        value = await approved(service, "25999", STORY, period, number=100)
        await supplied(service, "25999", STORY, period, number=90, reason="Đếm trùng", submit=submit)
        gone = await _post(service, "P57", f"/values/{value['value_id']}/withdraw", reason="Sai đơn vị")
        assert (gone.status_code, gone.json()["status"]) == (200, "withdrawn"), gone.text
    found = await points(service, STORY, organisation="25999")
    assert [found[period]["own"] for period in ("2025-09", "2025-10")] == [None, None]
    waiting = await service.post("P57", "/values/review?dry_run=true", {"decision": "approve"})
    assert waiting.json()["found"] == 0, "what would have corrected it went with it"
    assert (await approved(service, "25999", STORY, "2025-10", number=80))["status"] == "approved"
    never = await supplied(service, "25999", STORY, "2025-11", number=1)
    refused = await _post(service, "P57", f"/values/{never['value_id']}/withdraw", reason="Sai")
    assert refused.json()["code"] == "transition-not-allowed", "nothing holds there"


async def test_what_was_rolled_up_by_one_definition_stays_under_another_kind_and_unit(service: Service) -> None:
    await an_indicator(service, supplies=[{"level": "commune"}])
    await published(service, STORY, {"organisation": "25999", "period": "2025-10", "number": 40})
    before = (await points(service, STORY, organisation="75"))["2025-10"]["rolled"]
    assert (before["figure"], before["reported"]) == ("40", 1)
    await an_indicator(service, supplies=[{"level": "commune"}], value_type="share", unit="%", decimals=2)
    assert (await points(service, STORY, organisation="75"))["2025-10"]["rolled"] == before
    await an_indicator(service, supplies=[{"level": "commune"}], value_type="share", unit="%", period_unit="quarter")
    by_month = await service.get(f"/indicators/{STORY}/series", **{"organisation": "25999", "from": "2025-10"})
    assert (by_month["period_unit"], by_month["points"][0]["own"]["figure"]) == ("month", "40")
    never = f"{service.prefix}/indicators/{STORY}/series"
    for narrow in ({"from": "2025-W48"}, {"from": "2025-10", "to": "2025-Q4"}):
        refused = await service.http.get(never, params=narrow)
        assert refused.json()["errors"][0]["code"] == "period-wrong", narrow


async def test_the_same_figure_may_be_said_by_the_new_definition(service: Service) -> None:
    await an_indicator(service)
    value = await approved(service, "25999", STORY, "2025-10", number=100)
    await an_indicator(service, method="Chỉ tính hồ sơ toàn trình")
    entry = {"period": "2025-10", "number": 100, "submit": True}
    again = await service.post("25999", f"/indicators/{STORY}/values", entry)
    assert (again.status_code, again.json()["definition"]) == (200, 1), "a file that comes again rewrites nothing"
    meant = await service.post("25999", f"/indicators/{STORY}/values", entry | {"reason": "Đã tính lại"})
    assert (meant.status_code, meant.json()["status"], meant.json()["definition"]) == (201, "submitted", 2)
    assert (await _post(service, "P57", f"/values/{value['value_id']}/approve")).status_code == 200
    assert (await points(service, STORY, organisation="25999"))["2025-10"]["own"]["definition"] == 2


async def test_figures_of_any_size_are_answered(service: Service) -> None:
    """A ratio of the most to the least, against the smallest target, has more digits than reckoning usually keeps."""
    huge, least = "999999999999999999", "0.000001"
    await an_indicator(service, value_type="ratio", decimals=6, parts_of_whole=False)
    line = {"organisation": "25999", "period": "2025-10", "numerator": huge, "denominator": least}
    assert (await published(service, STORY, line | {"note": "Thử"}))["approved"] == 1
    said = {"targets": [{"period": "2025-10", "value": least}]}
    for body in ("25999", "75"):
        assert (await targets(service, STORY, body, **said)).status_code == 200
        found = (await points(service, STORY, organisation=body))["2025-10"]
        assert found["attainment_capped"] in ("120", None)
    listed = await service.get("/values", indicator=STORY)
    assert listed["items"][0]["figure"] == "99999999999999999900000000"


async def test_what_was_looked_at_is_what_is_approved(service: Service) -> None:
    await an_indicator(service)
    await supplied(service, "75", STORY, "2025-11", number=5)
    entry = {"decision": "approve", "indicator": STORY}
    shown = (await service.post("P57", "/values/review?dry_run=true", entry)).json()
    assert shown["decided"] == 1
    await supplied(service, "25999", STORY, "2025-11", number=6)
    refused = await service.post("P57", "/values/review", entry | {"previewed": shown["previewed"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "review-changed")
    assert (await points(service, STORY, organisation="75")) == {}, "nothing was decided"
    shown = (await service.post("P57", "/values/review?dry_run=true", entry)).json()
    decided = await service.post("P57", "/values/review", entry | {"previewed": shown["previewed"]})
    assert (decided.status_code, decided.json()["decided"]) == (200, 2)


async def test_a_bound_and_a_part_of_the_bodies_are_said_in_each_form(service: Service) -> None:
    half = {"period_unit": "half_year", "supplies": [{"level": "commune"}]}
    await an_indicator(service, unit="=hồ sơ", **half)
    line = {"organisation": "25999", "period": "2025-H2", "number": 40, "bound": "more_than"}
    assert (await published(service, STORY, line))["approved"] == 1
    path = f"/indicators/{STORY}/series"
    assert (await service.get(path, organisation="25999"))["latest"]["bound"] == "more_than"
    own = await _sdmx(service, organisation="25999")
    assert (own["TIME_PERIOD"], own["OBS_VALUE"], own["BOUND"]) == ("2025-S2", "40", "more_than")
    assert own["UNIT_MEASURE"] == "'=hồ sơ", "no program reads it as a formula"
    await published(service, STORY, line | {"bound": None, "reason": "Đã có số chính xác", "approved_by": DOCUMENT})
    country = await _sdmx(service)
    assert (country["REF_AREA"], country["OBS_VALUE"], country["REPORTED"]) == ("VN", "40", "1")
    assert int(country["EXPECTED"]) >= 1
    for unit, key, time_period in (
        ("nine_months", "2025-9M", "2025-01-01/P9M"),
        ("five_years", "2021-2025", "2021-01-01/P5Y"),
        ("week", "2025-W48", "2025-W48"),
        ("year", "2025", "2025"),
    ):
        code = f"by-{unit.replace('_', '-')}"
        await an_indicator(service, code=code, **half | {"period_unit": unit})
        given = {"indicator": code, "organisation": "25999", "period": key, "number": 1, "approved_by": DOCUMENT}
        assert (await in_bulk(service, "P57", given))["approved"] == 1
        assert (await _sdmx(service, code, organisation="25999", to=key))["TIME_PERIOD"] == time_period


async def _sdmx(service: Service, code: str = STORY, **narrow: str) -> dict[str, str]:
    """The first observation of a series."""
    path = f"{service.prefix}/indicators/{code}/series"
    text = (await service.http.get(path, params=narrow | {"format": "sdmx-csv"})).text
    names, first, *_ = text.splitlines()
    return dict(zip(names.split(","), first.split(","), strict=True))
