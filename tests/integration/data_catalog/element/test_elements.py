"""The dictionary: drafted by a ministry, approved by another person, read by everyone, never changed afterwards."""

import pytest
from tests.integration.data_catalog.conftest import (
    IDENTITY_LAW,
    MINISTRY,
    SEXES,
    Service,
    an_approved_code_list,
    an_approved_element,
    element,
)

PERSON_ID = "/elements/so-dinh-danh-ca-nhan"


async def answers(service: Service, path: str, client: str | None = None) -> int:
    headers = service.headers(client) if client else {}
    return (await service.http.get(f"{service.prefix}{path}", headers=headers)).status_code


@pytest.mark.asyncio
async def test_a_draft_is_public_only_after_another_person_approved_it(service: Service) -> None:
    drafted = await service.done("ministry", "/elements", element())
    assert (drafted["status"], drafted["draft_number"], drafted["approved_number"]) == ("draft", 1, None)
    assert await answers(service, PERSON_ID) == 404
    assert (await service.get("/elements"))["items"] == []
    assert await service.events() == []
    approved = await service.done("steward", f"{PERSON_ID}/approve", {"version": drafted["version"]})
    assert (approved["status"], approved["draft"], approved["approved_number"]) == ("approved", None, 1)
    [listed] = (await service.get("/elements"))["items"]
    assert (listed["code"], listed["number"], listed["personal"]) == ("so-dinh-danh-ca-nhan", 1, True)
    assert [event.change for event in await service.events()] == ["approved"]
    again = await service.post("steward", f"{PERSON_ID}/approve", {"version": drafted["version"]})
    assert (again.status_code, again.json()["code"]) == (409, "transition-not-allowed")


@pytest.mark.asyncio
async def test_who_wrote_a_draft_does_not_approve_it_nor_does_a_body_without_the_scope(service: Service) -> None:
    drafted = await service.done("steward", "/elements", element(owner_organisation_id=str(MINISTRY)))
    step = {"version": drafted["version"]}
    refused = await service.post("steward", f"{PERSON_ID}/approve", step)
    assert (refused.status_code, refused.json()["code"]) == (403, "approval-by-author")
    refused = await service.post("ministry", f"{PERSON_ID}/approve", step)
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient-scope")
    assert await answers(service, PERSON_ID) == 404
    await service.done("reviewing-ministry", f"{PERSON_ID}/approve", step)


@pytest.mark.asyncio
async def test_what_is_approved_is_what_was_read(service: Service) -> None:
    drafted = await service.done("ministry", "/elements", element())
    again = await service.done("ministry", "/elements", element(name_vi="Mã định danh"))
    assert (again["draft_number"], again["draft"]["name_vi"]) == (1, "Mã định danh")
    refused = await service.post("steward", f"{PERSON_ID}/approve", {"version": drafted["version"]})
    assert (refused.status_code, refused.json()["code"]) == (412, "stale-version")
    await service.done("steward", f"{PERSON_ID}/approve", {"version": again["version"]})
    assert (await service.get(PERSON_ID))["businessName"] == "Mã định danh"


@pytest.mark.asyncio
async def test_a_version_stays_as_it_was_approved(service: Service) -> None:
    await an_approved_element(service)
    first = await service.http.get(f"{service.prefix}{PERSON_ID}/versions/1")
    assert first.headers["cache-control"] == "public, max-age=86400, immutable"
    drafted = await service.done("ministry", "/elements", element(definition="Mã số của công dân."))
    assert (await service.get(PERSON_ID))["description"] == element()["definition"], "a draft is not public"
    await service.done("steward", f"{PERSON_ID}/approve", {"version": drafted["version"]})
    assert (await service.get(PERSON_ID))["description"] == "Mã số của công dân."
    assert (await service.http.get(f"{service.prefix}{PERSON_ID}/versions/1")).content == first.content
    assert await answers(service, f"{PERSON_ID}/versions/3") == 404
    told = (await service.get(f"{PERSON_ID}/versions"))["items"]
    assert [(one["number"], one["status"]) for one in told] == [(2, "approved"), (1, "superseded")]
    [newest] = (await service.get(f"{PERSON_ID}/versions", limit=1))["items"]
    assert newest["approved_by"]["code"] == "P57"


@pytest.mark.asyncio
async def test_what_is_withdrawn_leaves_the_dictionary_and_its_versions_can_be_looked_up(service: Service) -> None:
    await an_approved_element(service)
    await service.done("steward", f"{PERSON_ID}/withdraw", {"reason": "Luật mới"})
    assert await answers(service, PERSON_ID) == 404
    assert (await service.get("/elements"))["items"] == []
    assert await answers(service, f"{PERSON_ID}/versions/1") == 200
    refused = await service.post("steward", f"{PERSON_ID}/withdraw", {"reason": "Luật mới"})
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
    drafted = await service.done("ministry", "/elements", element())
    assert drafted["draft_number"] == 2
    await service.done("steward", f"{PERSON_ID}/approve", {"version": drafted["version"]})
    assert [event.change for event in await service.events()] == ["approved", "withdrawn", "approved"]


@pytest.mark.asyncio
async def test_the_same_description_again_changes_nothing(service: Service) -> None:
    await an_approved_code_list(service)
    described = element(code="gioi-tinh", min_length=1, max_length=1, pattern=None, code_list="gioi-tinh")
    await an_approved_element(service, **described)
    before = await service.counts()
    again = await service.post("ministry", "/elements", described)
    assert (again.status_code, again.json()["draft"]) == (200, None)
    assert {**before, "event": 1} == await service.counts() | {"event": 1}


@pytest.mark.asyncio
async def test_another_body_neither_writes_nor_reads_an_element_that_is_not_its_own(service: Service) -> None:
    await service.done("ministry", "/elements", element())
    refused = await service.post("other-ministry", "/elements", element(name_vi="Khác"))
    assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")
    assert await answers(service, f"/own{PERSON_ID}", "other-ministry") == 404
    assert await answers(service, f"/own{PERSON_ID}", "steward") == 200
    listed = await service.http.get(f"{service.prefix}/own/elements?drafts=true", headers=service.headers("ministry"))
    assert [one["code"] for one in listed.json()["items"]] == ["so-dinh-danh-ca-nhan"]
    listed = await service.http.get(f"{service.prefix}/own/elements", headers=service.headers("other-ministry"))
    assert listed.json()["items"] == []


@pytest.mark.asyncio
async def test_a_restricted_element_is_nowhere_for_others(service: Service) -> None:
    drafted = await service.done("ministry", "/elements", element(restricted=True, name_vi="Canary"))
    await service.done("steward", f"{PERSON_ID}/approve", {"version": drafted["version"]})
    for path in (PERSON_ID, f"{PERSON_ID}/versions/1", f"{PERSON_ID}/versions"):
        assert await answers(service, path) == 404, path
    found = await service.get("/elements", q="canary")
    assert (found["items"], found["total"]) == ([], 0)
    assert "approved" not in (await service.http.get(f"{service.prefix}/log")).text
    for reader in ("ministry", "steward", "inspector"):
        own = await service.http.get(f"{service.prefix}/own{PERSON_ID}", headers=service.headers(reader))
        assert own.json()["approved"]["name_vi"] == "Canary", reader
    for other in ("other-ministry", "inspector-elsewhere"):
        assert await answers(service, f"/own{PERSON_ID}", other) == 404, other
        listed = await service.http.get(f"{service.prefix}/own/elements", headers=service.headers(other))
        assert listed.json()["items"] == [], other
    refused = await service.post("inspector", "/elements", element())
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient-scope")


@pytest.mark.asyncio
async def test_an_element_that_becomes_restricted_is_withdrawn_with_all_its_versions(service: Service) -> None:
    await an_approved_element(service, name_vi="Canary")
    drafted = await service.done("ministry", "/elements", element(restricted=True, name_vi="Secret"))
    await service.done("steward", f"{PERSON_ID}/approve", {"version": drafted["version"]})
    for path in (PERSON_ID, f"{PERSON_ID}/versions/1", f"{PERSON_ID}/versions"):
        assert await answers(service, path) == 404, path
    told = (await service.http.get(f"{service.prefix}/log")).text
    assert "withdrawn" in told
    assert "Canary" not in told
    assert "Secret" not in told
    drafted = await service.done("ministry", "/elements", element(name_vi="Open"))
    await service.done("steward", f"{PERSON_ID}/approve", {"version": drafted["version"]})
    assert (await service.get(PERSON_ID))["businessName"] == "Open"
    assert [one["number"] for one in (await service.get(f"{PERSON_ID}/versions"))["items"]] == [3, 1]
    published = [event.change for event in await service.events() if event.published]
    assert published == ["approved", "withdrawn", "superseded"]


@pytest.mark.asyncio
async def test_elements_are_found_without_diacritics_and_by_what_they_are(service: Service) -> None:
    await an_approved_element(service)
    tax = element(code="ma-so-thue", name_vi="Mã số thuế", domain="organisation", personal=False, pattern=None)
    await an_approved_element(service, **tax)

    async def codes(**narrow: str | int | bool) -> list[str]:
        return [one["code"] for one in (await service.get("/elements", **narrow))["items"]]

    assert await codes(q="so dinh danh") == ["so-dinh-danh-ca-nhan"]
    assert await codes(q="MÃ SỐ THUẾ") == ["ma-so-thue"]
    assert await codes(domain="organisation") == ["ma-so-thue"]
    assert await codes(personal=True) == ["so-dinh-danh-ca-nhan"]
    assert await codes(level="sector") == []
    first = await service.get("/elements", limit=1)
    assert ([one["code"] for one in first["items"]], first["total"]) == (["ma-so-thue"], 2)
    assert await codes(limit=1, cursor=first["next"]) == ["so-dinh-danh-ca-nhan"]


@pytest.mark.asyncio
async def test_an_element_keeps_the_version_of_its_code_list_that_was_in_force(service: Service) -> None:
    described = element(code="gioi-tinh", min_length=1, max_length=1, pattern=None, code_list="gioi-tinh")
    refused = await service.post("ministry", "/elements", described)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/code_list")
    await service.done("ministry", "/code-lists", SEXES)
    drafted = await service.done("ministry", "/elements", described)
    refused = await service.post("steward", "/elements/gioi-tinh/approve", {"version": drafted["version"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "code-list-not-in-force")
    await service.done("steward", "/code-lists/gioi-tinh/approve", {"version": 1})
    await service.done("steward", "/elements/gioi-tinh/approve", {"version": drafted["version"]})
    facts = {one["property"]: one["value"] for one in (await service.get("/elements/gioi-tinh"))["customProperties"]}
    assert (facts["codeList"], facts["codeListVersion"]) == ("gioi-tinh", 1)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "changes",
    [
        {"type": "date"},
        {"min_length": 13},
        {"max_length": -1},
        {"max_length": "12"},
        {"definition": " "},
        {"legal_basis": None},
        {"legal_basis": {"document": "Luật Căn cước"}},
        {"legal_basis": IDENTITY_LAW | {"url": "javascript:alert(1)"}},
        {"domain": "weather"},
        {"code": "a b"},
        {"owner_organisation_id": "no-such-body"},
        {"restricted": "perhaps"},
    ],
)
async def test_a_bad_description_is_refused_and_changes_nothing(service: Service, changes: dict[str, object]) -> None:
    response = await service.post("ministry", "/elements", element(**changes))
    assert response.status_code == 422, response.text
    assert response.json()["errors"]
    assert set((await service.counts()).values()) == {0}
