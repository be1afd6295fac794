"""A programme says whether its work is national or its owner's own; lists are narrowed by it."""

from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.tasks.conftest import Service, an_assigned_task

CITY = {"slug": "city", "name_vi": "Của mình", "name_en": "Own", "resolution": "57-NQ/TW", "owner": "P57"}


async def _listed(service: Service, **narrow: Any) -> set[str]:
    return {item["programme"] for item in (await service.get("/tasks", **narrow))["items"]}


@pytest.mark.asyncio
async def test_the_reach_is_national_unless_said_and_stays_until_it_is_changed(service: Service) -> None:
    assert (await service.get("/programmes/plan"))["reach"] == "national"
    opened = await service.post("P57", "/programmes", {**CITY, "reach": "own"})
    assert (opened.status_code, opened.json()["reach"]) == (201, "own")
    again = await service.post("P57", "/programmes", {**CITY, "name_en": "Ours"})
    assert (again.json()["reach"], again.json()["version"]) == ("own", 2)
    same = await service.post("P57", "/programmes", {**CITY, "name_en": "Ours"})
    assert same.json()["version"] == 2
    back = await service.post("P57", "/programmes", {**CITY, "name_en": "Ours", "reach": "national"})
    assert (back.json()["reach"], back.json()["version"]) == ("national", 3)
    wrong = await service.post("P57", "/programmes", {**CITY, "reach": "city"})
    assert wrong.status_code == 422


@pytest.mark.asyncio
async def test_lists_are_narrowed_by_reach(service: Service) -> None:
    await service.post("P57", "/programmes", {**CITY, "reach": "own"})
    await an_assigned_task(service, external_id="NV-1")
    await an_assigned_task(service, external_id="NV-2", programme="city")
    assert await _listed(service) == {"plan", "city"}
    assert await _listed(service, reach="own") == {"city"}
    assert await _listed(service, reach="national") == {"plan"}
    assert await _listed(service, reach="national", programme="city") == set()


@pytest.mark.asyncio
async def test_no_province_puts_its_work_into_the_figures_of_the_country(service: Service) -> None:
    province = {**CITY, "owner": "75"}
    refused = await service.post("75", "/programmes", province | {"reach": "national"})
    assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed"), refused.text
    assert refused.json()["errors"][0]["pointer"] == "#/reach"
    opened = await service.post("75", "/programmes", province)
    assert (opened.status_code, opened.json()["reach"]) == (201, "own"), opened.text
    raised = await service.post("75", "/programmes", province | {"reach": "national"})
    assert raised.status_code == 403
    assert (await service.get("/programmes/city"))["reach"] == "own"


@pytest.mark.asyncio
async def test_what_was_national_before_stays_so(service: Service) -> None:
    province = {**CITY, "owner": "75"}
    assert (await service.post("75", "/programmes", province)).status_code == 201
    async with service.database.transaction() as session:  # as the release before let it be
        await session.execute(text("UPDATE programme SET reach = 'national' WHERE slug = 'city'"))
    again = await service.post("75", "/programmes", province | {"name_en": "Ours"})
    assert (again.status_code, again.json()["reach"]) == (200, "national"), again.text
