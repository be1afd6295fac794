"""Programme lists and what is counted in them."""

from collections import Counter
from datetime import date
from itertools import product

import pytest
from tests.integration.data_catalog.conftest import PLAN_02, Service, description, some_entries

from sixclear.common.ids import stable_id
from sixclear.data_catalog.entry.risk import computed_risk


@pytest.mark.asyncio
async def test_programme_lists_are_counted_from_the_entries(service: Service) -> None:
    await some_entries(service)
    lists = {row["slug"]: row for row in (await service.get("/lists"))["items"]}
    assert {slug: [edition["edition"] for edition in row["editions"]] for slug, row in lists.items()} == {
        "plan-02": ["2026", "2025"],
        "resolution-71": ["2025"],
    }
    assert lists["plan-02"]["editions"][1]["total"] == 2
    [edition] = lists["resolution-71"]["editions"]
    assert edition["legal_basis"] == "Nghị quyết 71/NQ-CP"
    assert (edition["total"], edition["at_risk"], edition["demonstration"]) == (2, 1, 1)
    assert {stage for stage, count in edition["stages"].items() if count} == {"not_deployed", "deploying_foundation"}
    await service.done(
        "other-ministry", f"/entries/{stable_id('entry', 'D')}/stage", {"deployment_stage": "formed_centralised"}
    )
    moved = {row["slug"]: row for row in (await service.get("/lists"))["items"]}["resolution-71"]["editions"][0]
    assert (moved["stages"]["formed_centralised"], moved["stages"]["not_deployed"], moved["total"]) == (1, 0, 2)


@pytest.mark.asyncio
async def test_a_list_says_who_calls_its_risk_high_and_counts_as_the_rule_decides(service: Service) -> None:
    stages = ("not_deployed", "deploying_digitised_only", "deploying_foundation", "rebuild", "retire")
    dues = (None, "2025-11-01", "2026-02-01", "2026-02-02", "2026-12-31")
    expected: Counter[str] = Counter()
    for number, (stage, due, risk) in enumerate(product(stages, dues, ("none", "high"))):
        entry = description(code=f"R-{number}", deployment_due=due, lists=PLAN_02)
        path = f"/entries/{(await service.done('steward', '/entries', entry))['entry_id']}/stage"
        if stage == "rebuild":
            await service.done("ministry", path, {"deployment_stage": "formed_centralised"})
        await service.done("ministry", path, {"deployment_stage": stage, "risk": risk, "reason": "x"})
        computed = computed_risk(date.fromisoformat(due) if due else None, stage, service.clock())
        declared = risk == "high" and stage != "retire"
        expected.update(declared=declared, computed=computed == "high", not_known=computed is None)
        expected.update(either=declared or computed == "high")
    [plan] = [row for row in (await service.get("/lists"))["items"] if row["slug"] == "plan-02"]
    assert plan["risks"] == {**expected, "rule": "R19", "rule_version": 1}
    assert plan["risks"] == plan["editions"][1]["risks"]
    assert plan["at_risk"] == plan["risks"]["declared"]
