"""PATCH changes what it names and keeps the rest; a whole description replaces."""

from typing import Any

import httpx2
import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal

from sixclear.common.testing.spoiled import spoiled

MERGE_PATCH = "application/merge-patch+json"
DIRECTIVE = {"programme": "plan", "number": "02-KH/TW", "issued_on": "2025-06-19", "issuer": "P57", "title": "Kế hoạch"}


async def patch(
    service: Service, code: str, path: str, body: Any, media_type: str = MERGE_PATCH, **headers: str
) -> httpx2.Response:
    sent = service.headers(code) | {"Content-Type": media_type} | headers
    content = body if isinstance(body, bytes) else service.http.build_request("PATCH", "/", json=body).content
    return await service.http.patch(f"{service.prefix}{path}", content=content, headers=sent)


@pytest.mark.asyncio
async def test_what_a_patch_leaves_out_stays_and_null_clears(service: Service) -> None:
    described = {"description": "Chi tiết", "clause": "Mục II", "coordinating_organisations": ["G01"]}
    path = f"/tasks/{await an_assigned_task(service, **described)}"
    before = await service.get(path)
    changed = await patch(service, "P57", path, {"title": "Tên mới", "clause": None})
    assert changed.status_code == 200, changed.text
    moving = {"title", "clause", "version", "occurred_at", "recorded_at"}
    kept = {name: value for name, value in before.items() if name not in moving}
    assert {name: changed.json()[name] for name in kept} == kept
    assert (changed.json()["title"], changed.json()["clause"], changed.json()["version"]) == ("Tên mới", None, 3)
    event = (await service.events())[-1]
    assert (event.change, event.data["title"]) == ("updated", "Tên mới")
    cleared = await patch(service, "P57", path, {"coordinating_organisations": None})
    assert cleared.json()["coordinating_organisations"] == []
    same = await patch(service, "P57", path, {"title": "Tên mới"})
    assert (same.status_code, same.json()["version"]) == (200, 4)
    replaced = await service.post("P57", "/tasks", proposal(title="Tên khác"))
    assert (replaced.status_code, replaced.json()["description"]) == (200, None)


@pytest.mark.asyncio
async def test_objects_are_merged_and_lists_are_replaced(service: Service) -> None:
    path = f"/tasks/{await an_assigned_task(service, assign=False)}"
    changed = await patch(service, "P57", path, {"responsible_position": {"title": "Phó Cục trưởng"}})
    position = changed.json()["responsible_position"]
    assert (position["title"], changed.status_code) == ("Phó Cục trưởng", 200)
    whole = await patch(service, "P57", path, {"responsible_position": None})
    assert whole.json()["responsible_position"] is None
    part = await patch(service, "P57", path, {"responsible_position": {"title": "Cục trưởng"}})
    assert (part.status_code, part.json()["errors"][0]["pointer"]) == (422, "#/responsible_position/organisation")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": None}, "#/title"),
        ({"classification": None}, "#/classification"),
        ({"demonstration": None}, "#/demonstration"),
        ({"title": ""}, "#/title"),
        ({"unknown": 1}, "#/unknown"),
        ({"source": "other"}, "#/source"),
        ({"external_id": None}, "#/external_id"),
        ({"task_id": "00000000-0000-4000-8000-000000000001"}, "#/task_id"),
        ({"title": "a\u0000b"}, "#/title"),
        ([], "#"),
        (b"null", "#"),
        (b"{", "#"),
        (b"", "#"),
        (b'{"title": NaN}', "#"),
        (b'{"x":' * 900 + b"1" + b"}" * 900, "#"),
    ],
)
async def test_a_patch_keeps_to_the_rules_of_a_description(service: Service, body: Any, pointer: str) -> None:
    path = f"/tasks/{await an_assigned_task(service)}"
    refused = await patch(service, "P57", path, body)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["pointer"].startswith(pointer)
    assert (await service.get(path))["version"] == 2


@pytest.mark.asyncio
async def test_a_patch_is_a_merge_patch_and_names_no_member_twice(service: Service) -> None:
    path = f"/tasks/{await an_assigned_task(service)}"
    for media_type in ("application/json", "text/plain", "application/json-patch+json", ""):
        refused = await patch(service, "P57", path, {"title": "x"}, media_type)
        assert (refused.status_code, refused.json()["code"]) == (415, "unsupported-media-type"), media_type
        assert refused.headers["accept-patch"] == MERGE_PATCH
    twice = await patch(service, "P57", path, b'{"title": "a", "title": "b"}')
    assert (twice.status_code, twice.json()["errors"][0]["pointer"]) == (400, "#/title")
    assert (await patch(service, "P57", path, b'{"title": "\xff"}')).status_code == 400
    taken = await patch(service, "P57", path, {"title": "x"}, f"{MERGE_PATCH}; charset=utf-8")
    assert taken.status_code == 200


@pytest.mark.asyncio
async def test_a_patch_is_for_whoever_may_describe_and_for_the_version_that_was_read(service: Service) -> None:
    path = f"/tasks/{await an_assigned_task(service)}"
    for code in ("G06", "G01"):
        refused = await patch(service, code, path, {"title": "Của chúng tôi"})
        assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")
    decided = await patch(service, "P57", path, {"deadline": "2026-01-15"})
    assert (decided.status_code, decided.json()["code"]) == (409, "deadline-needs-decision")
    stale = await patch(service, "P57", path, {"title": "x"}, **{"If-Match": '"1.1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    current = await patch(service, "P57", path, {"title": "x"}, **{"If-Match": stale.headers["etag"]})
    assert (current.status_code, current.json()["version"]) == (200, 3)
    hidden = await an_assigned_task(service, external_id="NV-2", classification="restricted")
    assert (await patch(service, "G01", f"/tasks/{hidden}", {"title": "x"})).status_code == 404


@pytest.mark.asyncio
async def test_a_programme_is_patched(service: Service) -> None:
    changed = await patch(service, "P57", "/programmes/plan", {"name_en": "The plan", "six_clears_enforced": False})
    assert changed.status_code == 200, changed.text
    shown = changed.json()
    assert (shown["name_vi"], shown["name_en"], shown["six_clears_enforced"]) == ("Kế hoạch", "The plan", False)
    assert shown["owner"]["code"] == "P57"
    for body, pointer in (({"slug": "other"}, "#/slug"), ({"six_clears_enforced": None}, "#/six_clears_enforced")):
        refused = await patch(service, "P57", "/programmes/plan", body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await patch(service, "G06", "/programmes/plan", {"name_en": "x"})).status_code == 403
    assert (await patch(service, "P57", "/programmes/none", {"name_en": "x"})).status_code == 404


@pytest.mark.asyncio
async def test_a_directive_is_patched(service: Service) -> None:
    directive = (await service.post("P57", "/directives", DIRECTIVE)).json()
    path = f"/directives/{directive['directive_id']}"
    changed = await patch(service, "P57", path, {"title": "Tên mới"})
    assert changed.status_code == 200, changed.text
    assert {**changed.json(), "version": 1} == {**directive, "title": "Tên mới"}
    refused = await patch(service, "P57", path, {"number": "03"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/number")
    assert (await patch(service, "G01", path, {"title": "x"})).status_code == 403
    theirs = (await service.post("G01", "/directives", DIRECTIVE | {"issuer": "G01"})).json()
    corrected = await patch(service, "P57", f"/directives/{theirs['directive_id']}", {"issuer": "G06"})
    assert (corrected.status_code, corrected.json()["issuer"]["code"]) == (200, "G06")
    moved = await patch(service, "P57", f"/directives/{theirs['directive_id']}", {"issuer": "P57"})
    assert (moved.status_code, moved.json()["code"]) == (409, "already-registered")
    assert moved.headers["location"] == moved.json()["existing"] == f"{service.prefix}{path}"


@pytest.mark.asyncio
async def test_no_spoiled_patch_makes_the_service_fail(service: Service) -> None:
    task = f"/tasks/{await an_assigned_task(service)}"
    directive = (await service.post("P57", "/directives", DIRECTIVE)).json()
    whole = {"responsible_position": {"title": "x", "organisation": "G06"}, "deadline": "2025-12-15", "clause": "II"}
    for path, body in (
        (task, whole),
        ("/programmes/plan", {"name_vi": "Tên", "owner": "P57", "demonstration": False}),
        (f"/directives/{directive['directive_id']}", {"issued_on": "2025-06-19", "issuer": "P57"}),
    ):
        for where, content in spoiled(body):
            answer = await patch(service, "P57", path, content)
            assert answer.status_code < 500, f"{path} {where} {content[:200]!r}: {answer.text}"


@pytest.mark.asyncio
@pytest.mark.parametrize(("listed", "name"), [("/programmes", "slug"), ("/directives", "directive_id")])
async def test_a_version_that_was_read_is_the_one_that_is_changed(service: Service, listed: str, name: str) -> None:
    await service.post("P57", "/directives", DIRECTIVE)
    path = f"{listed}/{(await service.get(listed))['items'][0][name]}"
    title = "title" if listed == "/directives" else "name_en"
    read = (await service.http.get(service.prefix + path)).headers["etag"]
    changed = await patch(service, "P57", path, {title: "Renamed"}, **{"If-Match": read})
    assert (changed.status_code, changed.json()[title]) == (200, "Renamed")
    stale = await patch(service, "P57", path, {title: "Again"}, **{"If-Match": read})
    assert (stale.status_code, stale.headers["etag"]) == (412, changed.headers["etag"])
    assert (await service.http.get(service.prefix + path)).headers["etag"] == changed.headers["etag"]


@pytest.mark.asyncio
async def test_what_was_made_is_where_the_answer_says(service: Service) -> None:
    made = [
        await service.post("P57", "/directives", DIRECTIVE),
        await service.post("P57", "/tasks", proposal(external_id="1")),
        await service.post("P57", "/tasks", proposal(external_id="2", classification="restricted")),
    ]
    for answer in made:
        assert answer.status_code == 201, answer.text
        there = await service.http.get(answer.headers["location"], headers=service.headers("P57"))
        assert there.status_code == 200
        assert there.json() == answer.json()
        assert there.headers["etag"] == answer.headers["etag"]
    assert made[2].headers["location"].startswith("/api/tasks/v1/own/tasks/")
    again = await service.post("P57", "/directives", DIRECTIVE)
    assert (again.status_code, "location" in again.headers) == (200, False)
