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


