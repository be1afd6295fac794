"""An inspector follows each figure of results to the values behind it, to their source, a file and row or a request."""

from decimal import Decimal
from typing import Any

import pytest
from tests.integration.tasks.conftest import named
from tests.integration.tasks.value.values import an_indicator, approved, published, targets
from tests.integration.tasks_and_monitoring import Both, both

from sixclear.tasks.organisation.seed import Seed, organisation_id, register

__all__ = ["both"]

pytestmark = pytest.mark.asyncio

STORY = "online-filing"


async def _told(both: Both) -> None:
    """A province with three communes: two in the file of the centre, one that typed its own."""
    service = both.service
    grown = [
        Seed(code, "commune", None, "75", (named(f"Xã {code}", "commune"),)) for code in ("26001", "26002", "26003")
    ]
    await register(service.database, service.log, grown, service.clock())
    await an_indicator(service, supplies=[{"level": "province"}, {"level": "commune"}])
    assert (await targets(service, STORY, "75", targets=[{"period": "2025-12", "value": 200}])).status_code == 200
    lines = [("25999", 40), ("26001", 30)]
    result = await published(
        service,
        STORY,
        *(
            {
                "organisation": body,
                "period": "2025-11",
                "number": number,
                "provenance": {"file": "bao-cao-thang-11.xlsx", "row": row},
            }
            for row, (body, number) in enumerate(lines, start=5)
        ),
    )
    assert result["approved"] == 2, result
    await approved(service, "26002", STORY, "2025-11", number=30, evidence="https://example.org/so-lieu")
    await both.follow()


async def _record(both: Both, address: str) -> Any:
    """What the register says of a record that monitoring names."""
    prefix = both.service.prefix
    assert address.startswith(prefix), address
    return await both.service.get(address.removeprefix(prefix))


async def test_each_figure_of_an_indicator_is_walked_to_its_source(both: Both) -> None:
    await _told(both)
    for query in ({}, {"organisation": "75"}):
        (shown,) = (await both.site.get("/indicators", **query)).json()["items"]
        latest = shown["latest"]
        assert (latest["figure"], latest["rolled_up"]["reported"]) == ("100", 3)
        parts = (await both.site.client.get(latest["made_of"])).json()
        assert sum(Decimal(one["number"]) for one in parts["items"] if one["counted"] == "added") == 100
        sources = {}
        for one in parts["items"]:
            record = await _record(both, one["record"])
            newest = record["statements"][0]
            assert newest["figure"] == one["number"]
            assert record["organisation"]["organisation_id"] == one["organisation_id"]
            provenance = newest["provenance"]
            sources[one["organisation_code"]] = (
                provenance["file"],
                provenance["row"],
                newest["document"] and newest["document"]["number"],
                newest["supplied_by"]["code"],
                newest["approved_by"] and newest["approved_by"]["code"],
            )
        file, document = "bao-cao-thang-11.xlsx", "123/BC-BCĐTW"
        assert sources["25999"][:4] == (file, 5, document, "P57")
        assert sources["26001"][:4] == (file, 6, document, "P57")
        assert sources["26002"] == (None, None, None, "26002", "P57"), "a request of the commune, approved by the owner"
        series = await _record(both, shown["series"])
        (point,) = [one for one in series["points"] if one["period"] == latest["period"]]
        assert point["rolled"]["figure"] == latest["figure"]


async def test_documents_and_money_are_walked_to_their_records(both: Both) -> None:
    service = both.service
    law = {
        "programme": "plan",
        "type": "law",
        "issuer": "P57",
        "subject": "Luật minh họa",
        "number": "1/2025/QH15",
        "issued_on": "2025-11-20",
        "effective_on": "2025-12-01",
    }
    assert (await service.post("P57", "/documents", law)).status_code == 201
    line = {"programme": "plan", "organisation": "75", "year": 2025, "source": "Trung ương"}
    opened = (await service.post("P57", "/budgets", line)).json()
    for stage, amount in (("allocated", 4_000), ("disbursed", 2_890)):
        entry = {"stage": stage, "amount": amount, "dated_on": "2025-11-30", "document": f"{amount}/QĐ"}
        path = f"/budgets/{opened['budget_id']}/amounts"
        assert (await service.post("P57", path, entry)).status_code in (200, 201)
    await both.follow()
    documents = (await both.site.get("/documents", programme="plan")).json()
    listed = (await _record(both, documents["records"]))["items"]
    assert documents["documents"]["issued"] == len(listed) == 1
    assert listed[0]["number"] == law["number"]
    money = (await both.site.get("/budgets", organisation="75")).json()
    lines = (await _record(both, money["records"]))["items"]
    for stage in ("allocated", "disbursed"):
        shown = money["budgets"][stage]
        assert shown["amount"] == sum(one[stage]["amount"] for one in lines if one[stage])
        assert shown["lines"] == sum(1 for one in lines if one[stage])
        assert all(one[stage]["document"] for one in lines)
    assert money["budgets"]["undisbursed"]["share"] == {"numerator": 2890, "denominator": 4000, "percent": 72.25}
    assert str(organisation_id("75")) == lines[0]["organisation"]["organisation_id"]
