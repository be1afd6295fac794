"""The owner of an entry is an organisation that exists, named by identifier or by any of its codes."""

import pytest
from sqlalchemy import text
from tests.integration.data_catalog.conftest import MINISTRY, Service, description

from sixclear.common.ids import new_id
from sixclear.common.testing.mirrored import behind

_UNKNOWN = (
    "No organisation has this identifier or code, or had the code before it was merged. Write codes in full, with"
    " leading zeros."
)


@pytest.mark.asyncio
async def test_an_owner_is_named_by_identifier_or_by_any_code(service: Service) -> None:
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE organisation SET codes = ARRAY['G06', 'G14'] WHERE code = 'G06'"))
    for reference in ("G06", "G14", "g06", " G06", "Ｇ０６", str(MINISTRY), str(MINISTRY).upper()):
        entry = await service.done("ministry", "/entries", description(owner_organisation_id=reference))
        assert (entry["owner_organisation_id"], entry["version"]) == (str(MINISTRY), 1), reference
    for owner in ("G06", "G14", "g14", "Ｇ0６ ", str(MINISTRY)):
        assert await service.codes(owner=owner) == ["KHCN-01"]


@pytest.mark.asyncio
async def test_an_unknown_owner_is_refused_with_words_and_leaves_nothing(service: Service) -> None:
    for reference in ("G99", str(new_id())):
        response = await service.post("steward", "/entries", description(owner_organisation_id=reference))
        assert response.status_code == 422, response.text
        problem = response.json()
        assert problem["code"] == "reference-unknown"
        assert problem["errors"] == [
            {
                "pointer": "#/owner_organisation_id",
                "code": "organisation-unknown",
                "detail": _UNKNOWN,
            }
        ]
    assert (await service.counts())["entry"] == 0


@pytest.mark.asyncio
@pytest.mark.parametrize("age", [10.5, None])
async def test_an_owner_that_may_exist_is_asked_for_again_later(service: Service, age: float | None) -> None:
    behind(service, age)
    response = await service.post("steward", "/entries", description(owner_organisation_id="G99"))
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert (await service.counts())["entry"] == 0
    await service.done("ministry", "/entries", description())
    listed = await service.http.get("/api/catalog/v1/entries", params={"owner": "G99"})
    assert listed.status_code == 503
    behind(service, 9.5)
    response = await service.post("steward", "/entries", description(owner_organisation_id="G99"))
    assert response.status_code == 422
    assert (await service.http.get("/api/catalog/v1/entries", params={"owner": "G99"})).json()["errors"] == [
        {
            "parameter": "owner",
            "in": "query",
            "code": "organisation-unknown",
            "detail": _UNKNOWN,
        }
    ]


@pytest.mark.asyncio
async def test_an_entry_shows_its_owner_by_code_and_name(service: Service) -> None:
    entry = await service.done("ministry", "/entries", description())
    owner = {"organisation_id": str(MINISTRY), "code": "G06", "name_vi": "Tên G06", "name_en": None}
    (listed,) = (await service.get("/entries"))["items"]
    assert entry["owner"] == listed["owner"] == owner
    async with service.database.transaction() as session:
        await session.execute(text("DELETE FROM organisation"))
    assert (await service.get(f"/entries/{entry['entry_id']}"))["owner"] is None
