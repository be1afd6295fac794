"""What holds on every route of tasks: a rule for each, and no success before the commit."""

import re
from typing import Any

import pytest
from tests.contract.tasks.test_tasks_examples import THAT_DAY, the_life_of_a_task
from tests.integration.private_answers import kept, walk_private_answers
from tests.integration.repeated_members import refuse_repeated_members
from tests.integration.tasks.conftest import EVERYTHING, Service, proposal

from sixclear.common.web.access import access_rules
from sixclear.tasks.organisation.seed import organisation_id

# A department that was merged in the story: what its successor was refused is tried again.
RETRY = f"/organisations/{organisation_id('75-KH')}/retry"


def _connector(task_id: str) -> dict[str, Any]:
    return {
        "name": "Hệ thống theo dõi nghị quyết",
        "adapter": "http",
        "address": "https://receiver.example/api/indices/{index}",
        "credential": {"kind": "bearer", "secret": "resolution-system"},
        "mapping": {
            "items": [{"index": "NQ57-01", "task_ids": [task_id]}],
            "fields": [{"name": "text", "of": "text"}],
        },
    }


@pytest.mark.asyncio
async def test_every_route_declares_who_may_call_it(service: Service) -> None:
    rules = access_rules(service.app)
    assert len(rules) > 20
    assert [(method, path) for method, path, rule in rules if rule is None] == []


@pytest.mark.asyncio
async def test_no_writing_route_answers_success_before_its_commit(service: Service) -> None:
    service.clock.now = THAT_DAY
    tried: set[str] = set()

    async def without_commit(code: str, path: str, body: Any) -> None:
        before = len(await service.events())
        with service.commits_fail():
            response = await service.post(code, path, body)
        assert response.status_code >= 500, f"{path} said {response.status_code}"
        assert len(await service.events()) == before
        tried.add(path.rsplit("/", 1)[-1])

    await the_life_of_a_task(service, without_commit)
    await without_commit("G06", "/progress/bulk", {"source": "ministry", "external_id": "NV-2", "text": "x"})
    one_task = (await service.get("/tasks"))["items"][0]["task_id"]
    await without_commit("G06", "/decisions", {"kind": "pause", "reason": "x", "task_ids": [one_task]})
    await without_commit("75", RETRY, {})
    large = (await service.post("G06", "/progress/bulk", [{}] * 1_001)).json()
    await without_commit("G06", f"/jobs/{large['job_id']}/cancel", {})
    await without_commit("P57", "/imports/assignments", [{"source": "ministry", "external_id": "NV-2"}])
    connector = _connector(one_task)
    await without_commit("G06", "/connectors", connector)
    connector_id = (await service.post("G06", "/connectors", connector)).json()["connector_id"]
    await without_commit("G06", f"/connectors/{connector_id}/deliveries", {"period": "2026-W23"})
    await without_commit("G06", "/own/sheet", {"period": "2026-W23"})
    led = (await service.get("/tasks", organisation="G06"))["items"]
    await without_commit("G06", "/own/same-work", {"task_ids": [led[0]["task_id"], led[1]["task_id"]]})
    await without_commit("P57", "/values/review", {"decision": "approve", "period": "2026-Q1"})
    tried.symmetric_difference_update({"assignments", "{kind}"})
    with service.commits_fail():
        response = await service.http.post(
            f"{service.prefix}/files", content=b"%PDF-1.7", params={"name": "a.pdf"}, headers=service.headers("G06")
        )
    assert response.status_code >= 500
    tried.add("files")
    assert tried == {path.rsplit("/", 1)[-1] for path in service.posts()}


@pytest.mark.asyncio
@pytest.mark.parametrize("token", ["", "Bearer nonsense", "Basic b3JnOnNlY3JldA=="])
async def test_nobody_writes_without_a_token(service: Service, token: str) -> None:
    for method, path, rule in access_rules(service.app):
        if method == "POST" and rule is not None and rule.scopes:
            response = await service.http.post(path, json={}, headers={"Authorization": token} if token else {})
            assert (response.status_code, "WWW-Authenticate" in response.headers) == (401, True), path


@pytest.mark.asyncio
async def test_a_token_without_the_scope_writes_nothing(service: Service) -> None:
    for method, path, rule in access_rules(service.app):
        if method == "POST" and rule is not None and rule.scopes:
            headers = service.headers("P57", "nothing:at-all")
            response = await service.http.post(path, json={}, headers=headers)
            assert (response.status_code, response.json()["code"]) == (403, "insufficient-scope"), path


@pytest.mark.asyncio
async def test_no_cache_keeps_what_is_not_for_everybody(service: Service) -> None:
    statuses = await walk_private_answers(service.app, service.http, service.headers("G06"))
    assert statuses >= {200, 401, 404, 422}
    assert await kept(service.http, "/api/tasks/v1/tasks"), "everybody may keep what is for everybody"


@pytest.mark.asyncio
async def test_a_member_that_comes_twice_is_refused_everywhere(service: Service) -> None:
    files = "/progress/bulk", "/tasks/bulk", "/values/bulk", "/files", "/imports/{kind}", "/cancel"
    every_scope = (*EVERYTHING, "tasks:oversee")
    await refuse_repeated_members(service.app, service.http, lambda: service.headers("P57", *every_scope), *files)


@pytest.mark.asyncio
async def test_no_spoiled_request_makes_the_service_fail(service: Service) -> None:
    service.clock.now = THAT_DAY
    tried: set[str] = set()

    async def spoiled_first(code: str, path: str, body: Any) -> None:
        route = re.sub(r"[0-9a-f-]{36}", "{}", path)
        if route not in tried:
            tried.add(route)
            await service.survives(path, body, service.headers(code))

    await the_life_of_a_task(service, spoiled_first)
    assert len(tried) > 9
    await service.survives(RETRY, {"organisation": "75"}, service.headers("75"))
    bulk = {"source": "ministry", "external_id": "NV-2", "text": "x", "assigning_organisation": "P57"}
    await service.survives("/progress/bulk", bulk, service.headers("G06"))
    row = {"source": "ministry", "external_id": "NV-2", "step": "assign"}
    await service.survives("/imports/assignments", row, service.headers("P57"))
    task_id = (await service.get("/tasks"))["items"][0]["task_id"]
    asked = await service.post("G06", "/decisions", {"kind": "pause", "reason": "x", "task_ids": [task_id]})
    known = {"task_id": task_id, "organisation": "P57", "slug": "plan", "directive_id": task_id, "period": "2026-W19"}
    known["kind"] = "tasks"
    known["connector_id"] = known["job_id"] = known["value_id"] = task_id
    known["code"] = "online-filing"
    known["decision_id"] = asked.json()["decision_id"]
    known["criteria"] = "monthly"
    known["assessment_id"] = (await service.get("/assessments"))["items"][0]["assessment_id"]
    known["budget_id"] = (await service.get("/budgets"))["items"][0]["budget_id"]
    known["document_id"] = (await service.get("/documents"))["items"][0]["document_id"]
    await service.reads_survive("P57", known)
    await service.survives_headers("/tasks", proposal(), service.headers("P57"))
