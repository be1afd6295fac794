"""The examples of tasks' OpenAPI document are what the life of a task asks and is answered."""

from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from fastapi import FastAPI
from tests.contract.tasks.test_tasks_examples import service, the_life_of_a_task
from tests.integration.tasks.conftest import Service, proposal

from sixclear.common.testing.http_examples import Exchanges
from sixclear.common.testing.route_costs import RouteCosts
from sixclear.tasks.export.kinds import KINDS
from sixclear.tasks.organisation.seed import organisation_id

__all__ = ["service"]

EXAMPLES = Path(__file__).parents[3] / "services/tasks/src/sixclear/tasks/data/http-examples.json"

STATEMENTS = Path(__file__).parent / "statements.json"


@pytest.mark.asyncio
async def test_every_operation_shows_what_is_asked_and_answered(service: Service) -> None:
    # Once in a process each caller's organisation is looked up: no cost of any one operation.
    for code in ("P57", "G06"):
        assert (await service.http.get(f"{service.prefix}/own/tasks", headers=service.headers(code))).status_code == 200
    with service.ordinary_routes():  # whose statements are counted
        await _tell_and_compare(service)


async def _large_file(service: Service) -> str:
    """The job of a file that is longer than one transaction takes; it is worked through."""
    headers = service.headers("G06") | {"content-type": "application/x-ndjson"}
    response = await service.http.post(f"{service.prefix}/progress/bulk", content=b"{}\n" * 1_001, headers=headers)
    assert response.status_code == 202, response.text
    while await service.app.state.service_state.jobs.work_once():
        pass
    return str(response.json()["job_id"])


async def _tell_and_compare(service: Service) -> None:
    exchanges = Exchanges(cast(FastAPI, service.app), service.http)
    costs = RouteCosts(cast(FastAPI, service.app), service.http, service.database)

    async def patch(path: str, body: Any) -> None:
        headers = service.headers("P57") | {"content-type": "application/merge-patch+json"}
        response = await service.http.patch(f"{service.prefix}{path}", json=body, headers=headers)
        assert response.status_code == 200, response.text

    async def bulk(code: str, path: str, item: Any) -> None:
        headers = service.headers(code) | {"content-type": "application/x-ndjson"}
        response = await service.http.post(f"{service.prefix}{path}", content=orjson.dumps(item), headers=headers)
        assert response.json()["rejected"] == 0, response.text

    await the_life_of_a_task(service)
    open_task = proposal(external_id="NV-5", deadline="2026-06-15")
    task_id = (await service.post("P57", "/tasks", open_task)).json()["task_id"]
    assert (await service.post("G06", f"/tasks/{task_id}/accept", {})).status_code == 200
    await bulk("G06", "/progress/bulk", {"source": "ministry", "external_id": "NV-5", "text": "Đã khởi động"})
    await bulk("P57", "/tasks/bulk", proposal(external_id="NV-7", deadline="2026-06-15"))
    row = {"source": "ministry", "external_id": "NV-5", "step": "assign"}
    assert (await service.post("P57", "/imports/assignments", [row])).json()["unchanged"] == 1
    job_id = await _large_file(service)
    assert (await service.post("G06", f"/jobs/{job_id}/cancel", {})).json()["state"] == "finished"
    evidence = {"title": "Biên bản", "url": "https://example.invalid/bb.pdf"}
    assert (await service.post("G06", f"/tasks/{task_id}/evidence", evidence)).status_code == 201
    evidence_id = (await service.get(f"/tasks/{task_id}/evidence"))["items"][0]["evidence_id"]
    await _send_a_file(service, str(task_id))
    refused = proposal(external_id="NV-6", assign=False, deadline="2026-06-15")
    assert (await service.post("G06", "/tasks", refused)).status_code == 201
    await patch(f"/tasks/{task_id}", {"title": "Xây dựng cơ sở dữ liệu dùng chung của ngành"})
    await patch("/programmes/plan", {"name_en": "Plan 02 of 2025", "periods_confirmed": True})
    directives = (await service.get("/directives"))["items"]
    await patch(f"/directives/{directives[0]['directive_id']}", {"title": "Kế hoạch liên thông"})
    law = (await service.get("/documents", type="law"))["items"][0]["document_id"]
    await patch(f"/documents/{law}", {"clause": "Mục III.3", "directive_id": directives[0]["directive_id"]})
    product = {"title": "Luật đã ban hành", "document_id": law}
    assert (await service.post("G06", f"/tasks/{task_id}/evidence", product)).status_code == 201
    budget_id = (await service.get("/budgets"))["items"][0]["budget_id"]
    path = f"/tasks/{task_id}/milestones"
    planned = await service.post("G06", path, {"title": "Chạy thử", "weight": 3, "deadline": "2026-05-29"})
    milestone_id = planned.json()["milestone_id"]
    asked = {"kind": "extension", "reason": "Chờ thiết bị", "deadline": "2026-07-15"}
    decision_id = (await service.post("G06", f"/tasks/{task_id}/decisions", asked)).json()["decision_id"]
    await _over_many(service)
    rest = {"task_ids": [str(task_id)], "organisation": "75"}
    department = organisation_id("75-KH")
    assert (await service.post("75", f"/organisations/{department}/retry", rest)).status_code == 200
    await _read_periods(service)
    said = {"kind": "urging", "text": "Đề nghị báo cáo tiến độ", "position": "Chánh Văn phòng"}
    urge_id = (await service.post("P57", f"/tasks/{task_id}/urges", said)).json()["urge_id"]
    await _give_a_ladder(service)
    obstacle_id = (await service.get("/obstacles"))["items"][0]["obstacle_id"]
    filing_id = (await service.get("/filings"))["items"][0]["filing_id"]
    connector_id = await _send_on(service, str(task_id))
    value_id = await _supply_values(service)
    assessment_id = (await service.get("/assessments"))["items"][0]["assessment_id"]
    days = {"from": "2026-04-29", "to": "2026-05-02"}
    assert (await service.http.get(f"{service.prefix}/calendar", params=days)).status_code == 200
    await _fill_in_a_sheet(service, str(task_id))
    await _export_of_task(service, str(task_id))
    await exchanges.read_everything(
        dict,
        lambda: service.headers("P57"),
        lambda: service.headers("G06"),
        lambda: service.headers("P57", "audit:read"),
        organisation="G06",
        task_id=task_id,
        document_id=law,
        budget_id=budget_id,
        directive_id=directives[0]["directive_id"],
        slug="plan",
        job_id=job_id,
        kind="assignments",
        milestone_id=milestone_id,
        evidence_id=evidence_id,
        decision_id=decision_id,
        urge_id=urge_id,
        obstacle_id=obstacle_id,
        filing_id=filing_id,
        connector_id=connector_id,
        code="online-filing",
        value_id=value_id,
        criteria="monthly",
        assessment_id=assessment_id,
    )
    exchanges.same_as(EXAMPLES)
    costs.same_as(STATEMENTS)


async def _fill_in_a_sheet(service: Service, task_id: str) -> None:
    """The sheet of a week, an answer on it, and two tasks that are the same work."""
    path, headers = f"{service.prefix}/own/sheet", service.headers("G06")
    week = f"{service.clock():%G-W%V}"
    sheet = await service.http.get(path, params={"period": week}, headers=headers)
    assert sheet.status_code == 200, sheet.text
    (own,) = [one["tasks"] for one in sheet.json()["tasks"] if one["tasks"][0]["task_id"] == task_id]
    row = {"tasks": own, "answer": {"percent": 20, "text": "Đã có báo cáo khảo sát"}}
    sent = await service.post("G06", "/own/sheet", {"period": week, "tasks": [row]})
    assert sent.json()["taken"] == 1, sent.text
    others = [one["tasks"][0]["task_id"] for one in sheet.json()["tasks"] if one["tasks"][0]["task_id"] != task_id]
    said = await service.post("G06", "/own/same-work", {"task_ids": [task_id, others[0]]})
    assert said.status_code == 200, said.text


async def _export_of_task(service: Service, task_id: str) -> None:
    """The lists of one task or indicator as files: their address asks for it."""
    of_task = [one for one in KINDS if any(given.default is given.empty for given in one.parameters)]
    for kind in of_task:
        path = f"{service.prefix}{'/own' if kind.own else ''}/exports/{kind.name}"
        headers = service.headers("G06") if kind.own else {}
        of_what = {"indicator": "online-filing"} if kind.name == "targets" else {"task": task_id}
        answer = await service.http.get(path, params=of_what, headers=headers)
        assert answer.status_code == 200, answer.text


async def _supply_values(service: Service) -> str:
    """A file of one value, a review of what waits, and the form of the period; the value that everyone reads."""
    headers = service.headers("75") | {"content-type": "application/x-ndjson"}
    item = {"indicator": "online-filing", "period": "2026-Q2", "numerator": 900, "denominator": 1000, "submit": True}
    sent = await service.http.post(f"{service.prefix}/values/bulk", content=orjson.dumps(item), headers=headers)
    assert sent.json()["submitted"] == 1, sent.text
    path = f"{service.prefix}/own/forms?period=2026-Q2"
    assert (await service.http.get(path, headers=service.headers("75"))).status_code == 200
    reviewed = await service.post("P57", "/values/review", {"decision": "approve", "period": "2026-Q2"})
    assert reviewed.json()["decided"] == 1, reviewed.text
    series = await service.get("/indicators/online-filing/series", organisation="75")
    return str(series["latest"] and series["points"][-3]["own"]["value_id"])


async def _give_a_ladder(service: Service) -> None:
    rungs = [{"days": -5, "to": "doer"}, {"days": 1, "to": "head"}, {"days": 10, "working": True, "to": "late_list"}]
    path, headers = f"{service.prefix}/programmes/plan/ladder", service.headers("P57")
    given = await service.http.put(path, json={"rungs": rungs, "answer_days": 3}, headers=headers)
    assert given.status_code == 200, given.text


async def _over_many(service: Service) -> None:
    """One request over many tasks, as it is asked; a decision on one task is what the other addresses show."""
    task_ids = [one["task_id"] for one in (await service.get("/tasks", status="assigned"))["items"]]
    entry = {"kind": "pause", "reason": "Chờ văn bản hướng dẫn", "document": "15/TTr-BKHCN", "task_ids": task_ids}
    assert (await service.post("G06", "/decisions", entry)).status_code == 202


async def _read_periods(service: Service) -> None:
    task = next(one for one in (await service.get("/tasks"))["items"] if one["kind"] == "recurring")
    reported = await service.post("G06", f"/tasks/{task['task_id']}/progress", {"text": "Không phát sinh"})
    assert reported.status_code == 201, reported.text
    headers = service.headers("G06")
    for tasks in ("/tasks", "/own/tasks"):
        path = f"{service.prefix}{tasks}/{task['task_id']}/periods"
        (key, *_) = [one["key"] for one in (await service.http.get(path, headers=headers)).json()["items"]]
        assert (await service.http.get(f"{path}/{key}", headers=headers)).status_code == 200


async def _send_a_file(service: Service, task_id: str) -> None:
    headers = service.headers("G06") | {"content-type": "application/octet-stream"}
    params = {"name": "bien-ban-nghiem-thu.pdf"}
    sent = await service.http.post(
        f"{service.prefix}/files", content=b"%PDF-1.7\nNghi\xe1\xbb\x87m thu", params=params, headers=headers
    )
    assert sent.status_code == 201, sent.text
    own = await service.http.get(f"{service.prefix}/files/{sent.json()['file_id']}", headers=headers)
    assert own.json() == sent.json()
    entry = {"title": "Biên bản nghiệm thu", "file_id": sent.json()["file_id"]}
    assert (await service.post("G06", f"/tasks/{task_id}/evidence", entry)).status_code == 201
    evidence = (await service.get(f"/tasks/{task_id}/evidence"))["items"][0]
    assert (await service.http.get(evidence["url"])).content == b"%PDF-1.7\nNghi\xe1\xbb\x87m thu"
    own_path = evidence["url"].replace("/evidence/", "/own/evidence/")
    assert (await service.http.get(own_path, headers=headers)).status_code == 200


async def _send_on(service: Service, task_id: str) -> str:
    """What a ministry reports is sent on to a system of another level; nothing leaves this machine."""
    entry = {
        "name": "Hệ thống theo dõi nghị quyết",
        "adapter": "http",
        "address": "https://receiver.example/api/indices/{index}",
        "credential": {"kind": "bearer", "secret": "resolution-system"},
        "mapping": {
            "items": [{"index": "NQ57-01", "task_ids": [task_id]}],
            "fields": [
                {"name": "period", "of": "period"},
                {"name": "percent", "of": "percent"},
                {"name": "text", "of": "text"},
            ],
        },
    }
    made = await service.post("G06", "/connectors", entry)
    assert made.status_code == 201, made.text
    path = f"/connectors/{made.json()['connector_id']}"
    for query in ("?dry_run=true", ""):
        put = await service.post("G06", f"{path}/deliveries{query}", {"period": "2026-W23"})
        assert put.json()["put"] == 1, put.text
    for read in ("/connectors", path, f"{path}/deliveries"):
        answer = await service.http.get(f"{service.prefix}{read}", headers=service.headers("G06"))
        assert answer.status_code == 200, answer.text
    return str(made.json()["connector_id"])
