"""Code lists: approved in versions by another person, some with a last day."""

import pytest
from tests.integration.data_catalog.conftest import SEXES, Service, an_approved_code_list
from tests.integration.data_catalog.entry.test_hidden_history import statements

PATH = "/code-lists/gioi-tinh"


@pytest.mark.asyncio
async def test_a_code_list_is_public_after_its_approval_and_a_version_never_changes(service: Service) -> None:
    drafted = await service.done("ministry", "/code-lists", SEXES)
    assert (await service.http.get(f"{service.prefix}{PATH}")).status_code == 404
    await service.done("steward", f"{PATH}/approve", {"version": drafted["version"]})
    assert [item["code"] for item in (await service.get(PATH))["items"]] == ["1", "2"]
    first = (await service.http.get(f"{service.prefix}{PATH}/versions/1")).content
    await an_approved_code_list(service, items=[*SEXES["items"], {"code": "3", "name_vi": "Chưa xác định"}])
    assert [item["code"] for item in (await service.get(PATH))["items"]] == ["1", "2", "3"]
    kept = await service.http.get(f"{service.prefix}{PATH}/versions/1")
    assert (kept.content, kept.headers["cache-control"]) == (first, "public, max-age=86400, immutable")
    [listed] = (await service.get("/code-lists"))["items"]
    assert (listed["code"], listed["number"], listed["expired"]) == ("gioi-tinh", 2, False)


@pytest.mark.asyncio
async def test_a_code_list_expires_after_its_last_day_and_its_tag_says_so(service: Service) -> None:
    await an_approved_code_list(service, valid_until="2025-12-04")
    before = await service.http.get(f"{service.prefix}{PATH}")
    assert before.json()["expired"] is False
    service.clock.pass_by(hours=15)
    after = await service.http.get(f"{service.prefix}{PATH}", headers={"If-None-Match": before.headers["etag"]})
    assert (after.status_code, after.json()["expired"]) == (200, True)


@pytest.mark.asyncio
async def test_a_list_of_code_lists_leaves_their_values_in_the_database(service: Service) -> None:
    await an_approved_code_list(service, valid_until="2025-12-03")
    with statements(service) as asked:
        [listed] = (await service.get("/code-lists"))["items"]
    told = (listed["name_vi"], listed["name_en"], listed["valid_until"], listed["expired"])
    assert told == ("Giới tính", "Sex", "2025-12-03", True)
    [listing] = [one for one in asked if "FROM code_list" in one]
    assert "code_list.content," not in listing
    assert "code_list.content AS" not in listing


@pytest.mark.asyncio
async def test_a_withdrawn_code_list_leaves_the_list(service: Service) -> None:
    await an_approved_code_list(service)
    await service.done("steward", f"{PATH}/withdraw", {"reason": "Danh mục cũ"})
    assert (await service.http.get(f"{service.prefix}{PATH}")).status_code == 404
    assert (await service.get("/code-lists"))["items"] == []
    assert (await service.http.get(f"{service.prefix}{PATH}/versions/1")).status_code == 200


@pytest.mark.asyncio
async def test_who_wrote_a_code_list_does_not_approve_it(service: Service) -> None:
    drafted = await service.done("steward", "/code-lists", SEXES)
    refused = await service.post("steward", f"{PATH}/approve", {"version": drafted["version"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "approval-by-author")
    refused = await service.post("ministry", "/code-lists", SEXES | {"name_vi": "Khác"})
    assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")


@pytest.mark.asyncio
async def test_a_code_list_says_each_code_once(service: Service) -> None:
    refused = await service.post("ministry", "/code-lists", SEXES | {"items": [SEXES["items"][0]] * 2})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")
    assert set((await service.counts()).values()) == {0}
