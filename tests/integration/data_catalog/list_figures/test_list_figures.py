"""Programme lists and what is counted in them."""

import pytest
from tests.integration.data_catalog.conftest import Service, some_entries

from sixclear.common.ids import stable_id


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
