"""What holds on every route of the catalogue: a rule, no success before the commit, nothing changed by bad input."""

import re
from typing import Any

import pytest
from tests.contract.data_catalog.test_data_catalog_examples import the_life_of_an_element, the_life_of_an_entry
from tests.integration.data_catalog.conftest import (
    IDENTITY_LAW,
    SEXES,
    Service,
    an_approved_element,
    an_entry,
    described_fields,
    description,
    element,
    field,
)
from tests.integration.private_answers import kept, walk_private_answers
from tests.integration.repeated_members import refuse_repeated_members

from sixclear.common.web.access import access_rules


@pytest.mark.asyncio
async def test_every_route_declares_who_may_call_it(service: Service) -> None:
    rules = access_rules(service.app)
    assert len(rules) > 11
    assert [(method, path) for method, path, rule in rules if rule is None] == []
    assert [path for method, path, rule in rules if method == "POST" and rule and not rule.scopes] == []


@pytest.mark.asyncio
async def test_no_writing_route_answers_success_before_its_commit(service: Service) -> None:
    tried: set[str] = set()

    async def without_commit(client_id: str, path: str, body: Any) -> None:
        before = await service.counts()
        with service.commits_fail():
            response = await service.post(client_id, path, body)
        assert response.status_code >= 500, f"{path} said {response.status_code}"
        assert await service.counts() == before
        tried.add(path.rsplit("/", 1)[-1])

    await the_life_of_an_entry(service, without_commit)
    await the_life_of_an_element(service, without_commit)
    await without_commit("ministry", "/elements/bulk", [element()])
    await an_approved_element(service)
    entry = await an_entry(service, code="KHCN-09")
    await without_commit("ministry", f"{entry}/fields", {"fields": [field()]})
    shown = (await described_fields(service, "ministry", entry, field()))["items"][0]
    path = f"{entry}/fields/{shown['field_id']}"
    confirmed = {"standing": "confirmed", "version": shown["version"], "legal_basis": IDENTITY_LAW}
    await without_commit("steward", f"{path}/decide", confirmed)
    await without_commit("ministry", f"{path}/remove", {})
    [alone] = (await service.get("/findings", kind="shared_with_nobody"))["items"]
    excuse = {"legal_basis": IDENTITY_LAW, "expires_at": "2026-12-31T16:59:59Z"}
    await without_commit("steward", f"/findings/{alone['finding_id']}/excuse", excuse)
    assert tried == {path.rsplit("/", 1)[-1] for path in service.posts()}


@pytest.mark.asyncio
@pytest.mark.parametrize("token", ["", "Bearer nonsense", "Basic b3JnOnNlY3JldA=="])
async def test_nobody_writes_without_a_token(service: Service, token: str) -> None:
    for path in service.posts():
        response = await service.http.post(path, json={}, headers={"Authorization": token} if token else {})
        assert (response.status_code, "WWW-Authenticate" in response.headers) == (401, True), path


@pytest.mark.asyncio
async def test_a_token_without_the_scope_writes_nothing(service: Service) -> None:
    for path in service.posts():
        response = await service.http.post(path, json={}, headers=service.issuer.headers("tasks:report"))
        assert (response.status_code, response.json()["code"]) == (403, "insufficient-scope"), path


@pytest.mark.asyncio
async def test_an_expired_token_is_refused(service: Service) -> None:
    headers = service.headers("ministry")
    service.clock.pass_by(hours=1)
    response = await service.http.post("/api/catalog/v1/entries", json=description(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (401, "invalid-token")


BAD_BODIES: tuple[tuple[bytes, str], ...] = (
    (b"", "application/json"),
    (b"not json", "application/json"),
    (b"[]", "application/json"),
    (b"null", "application/json"),
    (b'{"title": "\xff\xfe"}', "application/json"),
    (b'{"title": "a\\u0000b"}', "application/json"),
    (b'{"records_count": NaN}', "application/json"),
    (b'{"unknown": 1}', "application/json"),
    (b"{" * 5000, "application/json"),
    (b'{"title": "a", "title": "b"}', "application/json"),
    (b'{"title": {"a": 1, "a": 1}}', "application/json"),
    (b"title=x", "application/x-www-form-urlencoded"),
    (b'{"title": "' + b"x" * 300_000 + b'"}', "application/json"),
)


@pytest.mark.asyncio
async def test_bad_bodies_are_refused_everywhere_and_change_nothing(service: Service) -> None:
    entry = (await an_entry(service)).removeprefix("/entries/")
    before = await service.counts()
    for template in set(service.posts()) - {"/api/catalog/v1/elements/bulk"}:
        client_id = (
            "reviewing-ministry"
            if template.endswith(("approve", "return", "withdraw", "due", "excuse"))
            else "ministry"
        )
        for content, media_type in BAD_BODIES:
            headers = service.headers(client_id) | {"Content-Type": media_type}
            named = dict.fromkeys(("entry_id", "document_id", "assignment_id", "field_id", "finding_id"), entry)
            path = template.format(**named, code="x")
            response = await service.http.post(path, content=content, headers=headers)
            assert 400 <= response.status_code < 500, (template, content[:40], response.text)
            assert response.headers["content-type"] == "application/problem+json"
            assert b"xxxx" not in response.content
    assert await service.counts() == before


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "changes",
    [
        {"code": ""},
        {"code": "a b"},
        {"code": None},
        {"name_vi": "  "},
        {"name_vi": "x" * 501},
        {"kind": "spreadsheet"},
        {"owner_organisation_id": "G 06"},
        {"lists": [{"list": "plan-02"}]},
        {"lists": [{"list": "plan-02", "edition": "2025"}] * 51},
        {"security_level": 0},
        {"security_level": 6},
        {"security_level": "3"},
        {"promised_period_seconds": 0},
        {"promised_period_seconds": 2**31},
        {"last_backup_at": "2025-12-01T00:00:00"},
        {"last_backup_at": 1_764_547_200},
        {"last_backup_at": "1764547200"},
        {"occurred_at": 1_764_547_200},
        {"deployment_due": 1_782_777_600},
        {"deployment_due": "20260630"},
        {"deployment_due": "2026-06-30T00:00:00Z"},
        {"deployment_due": "30/06/2026"},
        {"deployment_due": "9999-12-31"},
        {"occurred_at": "0001-01-01T00:00:00Z"},
        {"demonstration": "perhaps"},
        {"deployment_stage": "formed_centralised"},
    ],
)
async def test_bad_descriptions_are_refused_and_change_nothing(service: Service, changes: dict[str, Any]) -> None:
    response = await service.post("ministry", "/entries", description(**changes))
    assert response.status_code == 422, response.text
    assert response.json()["errors"]
    assert set((await service.counts()).values()) == {0}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("stage", {}),
        ("stage", {"deployment_stage": "somewhere"}),
        ("stage", {"deployment_stage": "retire", "reason": " "}),
        ("stage", {"deployment_stage": "retire", "risk": "low"}),
        ("stage", {"deployment_stage": "retire", "reason": "x", "evidence": [{"title": "x"}]}),
        ("stage", {"deployment_stage": "retire", "reason": "x", "decision": {"url": "https://example.invalid"}}),
        ("registration/due", {"due": "31/12/2026"}),
        ("registration/return", {"refused_documents": [{"title": "x"}], "reason": "x"}),
        ("registration/return", {"missing_documents": [{"title": "x"}], "reason": "x", "due_in_working_days": 0}),
        ("heartbeats", {"records_count": -1}),
        ("heartbeats", {"records_count": 2**63}),
        ("heartbeats", {"occurred_at": "yesterday"}),
        ("heartbeats", {"occurred_at": 1}),
        ("heartbeats", {"occurred_at": "2025-12-01T00:00:00"}),
        ("documents", {"title": "x" * 201}),
        ("documents", {"title": "x", "url": "javascript:alert(1)"}),
        ("documents", {"title": "x", "url": "https://example.invalid/1\n"}),
        ("documents", {"title": "x", "url": "https://" + "x" * 1991}),
        ("documents", {"title": "x", "sha256": "ABC"}),
        ("documents", {"title": "x", "sha256": "0" * 64 + "\n"}),
        ("registration/return", {"reason": "x"}),
        ("registration/return", {"missing_documents": [], "reason": "x"}),
        ("registration/return", {"missing_documents": [{"title": "x"}] * 51, "reason": "x"}),
    ],
)
async def test_bad_steps_are_refused_and_change_nothing(service: Service, step: str, body: dict[str, Any]) -> None:
    entry = await an_entry(service)
    before = await service.counts()
    client_id = "steward" if step.startswith("registration") else "ministry"
    response = await service.post(client_id, f"{entry}/{step}", body)
    assert (response.status_code, response.json()["code"]) == (422, "invalid-request"), response.text
    assert await service.counts() == before


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "query",
    [
        "deployment_stage=nowhere",
        "risk=low",
        "registration=lost",
        "owner=G%2006",
        "freshness=stale",
        "limit=0",
        "limit=201",
        "limit=x",
        "cursor=made-up",
        "cursor=%00",
        "cursor=%ff",
        "cursor=" + "A" * 3000,
        "q=" + "x" * 201,
        "q=%00",
        "edition=%00",
    ],
)
async def test_bad_queries_are_refused(service: Service, query: str) -> None:
    await an_entry(service)
    response = await service.http.get(f"/api/catalog/v1/entries?{query}")
    assert response.status_code in (400, 422), response.text
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["not-a-uuid", "%00", "%ff", "0" * 300, "00000000-0000-0000-0000-000000000000"])
async def test_bad_identifiers_are_refused(service: Service, path: str) -> None:
    for suffix in ("", "/history"):
        response = await service.http.get(f"/api/catalog/v1/entries/{path}{suffix}")
        assert 400 <= response.status_code < 500, response.text
    for suffix in ("stage", "heartbeats", "registration/approve"):
        client_id = "steward" if suffix.startswith("registration") else "ministry"
        response = await service.post(client_id, f"/entries/{path}/{suffix}", {"deployment_stage": "retire"})
        assert 400 <= response.status_code < 500, response.text


@pytest.mark.usefixtures("both_ways")
@pytest.mark.asyncio
async def test_a_repeated_request_with_its_key_is_answered_once(service: Service) -> None:
    entry = await an_entry(service)
    key = {"Idempotency-Key": "0f5f3a52-2a1c-4b6e-9d57-6f1a0c57d0e1"}
    answers = [await service.post("ministry", f"{entry}/heartbeats", {}, **key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    other = await service.post("ministry", f"{entry}/heartbeats", {"records_count": 1}, **key)
    assert other.status_code == 422
    assert [stored.change for stored in await service.events()] == ["registered", "heartbeat_received"]


@pytest.mark.asyncio
async def test_text_that_looks_like_something_else_is_only_text(service: Service) -> None:
    name = "'; DROP TABLE entry; -- <script>alert(1)</script> %s {0} ${x}"
    entry = await an_entry(service, name_vi=name, description="a\u0301 e\u0302\u0301 🙂 \u202e '\"\\")
    assert (await service.get(entry))["name_vi"] == name
    assert await service.codes(q="drop table entry; -- <SCRIPT>") == ["KHCN-01"]


@pytest.mark.asyncio
async def test_no_cache_keeps_what_is_not_for_everybody(service: Service) -> None:
    statuses = await walk_private_answers(service.app, service.http, service.issuer.headers("catalog:write"))
    assert statuses >= {200, 401, 404}
    assert await kept(service.http, "/api/catalog/v1/entries"), "everybody may keep what is for everybody"


@pytest.mark.asyncio
async def test_a_member_that_comes_twice_is_refused_everywhere(service: Service) -> None:
    await refuse_repeated_members(service.app, service.http, lambda: service.headers("reviewing-ministry"), "/bulk")


@pytest.mark.asyncio
async def test_no_spoiled_request_makes_the_service_fail(service: Service) -> None:
    tried: set[str] = set()

    async def spoiled_first(client_id: str, path: str, body: Any) -> None:
        route = re.sub(r"[0-9a-f-]{36}", "{}", path)
        if route not in tried:
            tried.add(route)
            await service.survives(path, body, service.headers(client_id))

    await the_life_of_an_entry(service, spoiled_first)
    assert len(tried) > 6
    entry_id = (await service.get("/entries"))["items"][0]["entry_id"]
    await service.reads_survive("steward", {"entry_id": entry_id, "slug": "x", "code": "x", "number": "1"})
    await service.survives_headers("/entries", description(), service.headers("ministry"))


@pytest.mark.asyncio
async def test_no_spoiled_request_on_elements_makes_the_service_fail(service: Service) -> None:
    path = await an_approved_element(service)
    drafted = await service.done("ministry", "/elements", element(unit="ký tự"))
    headers = service.headers("ministry")
    await service.survives("/elements", element(code="x"), headers)
    await service.survives("/elements/bulk", element(code="x"), headers)
    await service.survives("/code-lists", SEXES, headers)
    steward = service.headers("steward")
    await service.survives(f"{path}/approve", {"version": drafted["version"], "occurred_at": None}, steward)
    await service.survives(f"{path}/withdraw", {"reason": "x"}, steward)
