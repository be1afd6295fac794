"""What each kind of row does: the use case of its single route, once, and nothing when it is sent again."""

from typing import Any

import orjson
import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal
from tests.integration.tasks.imports.test_imports import as_csv, faults, heading, send, told

from sixclear.common.bulk.tables import CSV, XLSX
from sixclear.common.web.openapi import NDJSON

DIRECTIVE = {
    "programme": "plan",
    "number": "02-KH/BCĐTW",
    "issued_on": "19/6/2025",
    "issuer": "P57",
    "title": "Kế hoạch",
    "clauses": "Mục II.1; Mục II.2\nMục III",
}
OF_TASK = {"source": "ministry", "external_id": "NV-1"}


def outcomes(answer: dict[str, Any]) -> list[str]:
    return [item["outcome"] for item in answer["items"]]


async def twice(service: Service, kind: str, rows: list[dict[str, Any]], code: str = "P57") -> list[list[str]]:
    """The outcomes of the rows, and those of the same file sent again, which writes nothing."""
    first = await told(service, kind, as_csv(kind, rows), code=code)
    written = len(await service.events())
    again = await told(service, kind, as_csv(kind, rows), code=code)
    assert len(await service.events()) == written
    return [outcomes(first), outcomes(again)]


@pytest.mark.asyncio
async def test_a_document_comes_in_with_its_clauses_and_says_which_have_no_task(service: Service) -> None:
    other = DIRECTIVE | {"number": "3", "issued_on": "2027-01-01"}
    assert await twice(service, "directives", [DIRECTIVE, other]) == [
        ["created", "rejected"],
        ["unchanged", "rejected"],
    ]
    (directive,) = (await service.get("/directives"))["items"]
    assert directive["clauses"] == ["Mục II.1", "Mục II.2", "Mục III"]
    of_clause = {"directive_id": directive["directive_id"], "clause": "mục  II.2"}
    await an_assigned_task(service, **of_clause)
    await an_assigned_task(service, **of_clause | {"external_id": "NV-2", "classification": "restricted"})
    await an_assigned_task(service, **of_clause | {"external_id": "NV-3", "clause": "Phụ lục"})
    path = f"/directives/{directive['directive_id']}/clauses"
    answer = await service.get(path)
    assert [one["tasks"] for one in answer["clauses"]] == [0, 1, 0]
    assert (answer["without_task"], answer["tasks_elsewhere"]) == (2, 1)
    own = await service.http.get(f"{service.prefix}/own{path}", headers=service.headers("G06"))
    assert [one["tasks"] for one in own.json()["clauses"]] == [0, 2, 0]
    elsewhere = await service.http.get(f"{service.prefix}/own{path}", headers=service.headers("G01"))
    assert [one["tasks"] for one in elsewhere.json()["clauses"]] == [0, 1, 0]
    kept = await told(service, "directives", as_csv("directives", [DIRECTIVE | {"clauses": "", "title": "Kế hoạch 2"}]))
    assert outcomes(kept) == ["updated"]
    assert (await service.get(f"/directives/{directive['directive_id']}"))["clauses"] == directive["clauses"]
    headers = service.headers("P57") | {"content-type": "application/merge-patch+json"}
    cleared = await service.http.patch(
        f"{service.prefix}/directives/{directive['directive_id']}", json={"clauses": None}, headers=headers
    )
    assert (cleared.status_code, cleared.json()["clauses"]) == (200, [])


@pytest.mark.asyncio
async def test_a_document_without_clauses_says_nothing_new_with_none(service: Service) -> None:
    row = {"programme": "plan", "number": "3", "issued_on": "2025-06-19", "issuer": "P57", "title": "Kế hoạch"}
    for expected in (["created"], ["unchanged"]):
        answer = await told(service, "directives", orjson.dumps(row), NDJSON)
        assert outcomes(answer) == expected
    assert outcomes(await told(service, "directives", orjson.dumps(row | {"clauses": []}), NDJSON)) == ["unchanged"]


@pytest.mark.asyncio
async def test_tasks_are_assigned_and_accepted_by_file(service: Service) -> None:
    assert (await service.post("P57", "/tasks", proposal(assign=False))).status_code == 201
    assign, unknown = OF_TASK | {"step": "Giao"}, OF_TASK | {"external_id": "NV-9", "step": "Giao"}
    assert await twice(service, "assignments", [assign, unknown]) == [
        ["updated", "rejected"],
        ["unchanged", "rejected"],
    ]
    accept = OF_TASK | {"step": "Nhận"}
    await told(service, "assignments", as_csv("assignments", [accept]), code="G06")
    task = (await service.get("/tasks"))["items"][0]
    assert (await service.get(f"/tasks/{task['task_id']}"))["assignment"]["state"] == "accepted"
    answer = await told(service, "assignments", as_csv("assignments", [accept]), code="G01")
    assert faults(answer) == [(2, None, None, "task-not-found")]


@pytest.mark.asyncio
async def test_milestones_are_planned_and_moved_with_a_reason(service: Service) -> None:
    await an_assigned_task(service)
    plan = OF_TASK | {"title": "Khảo sát", "weight": "2", "deadline": "10/12/2025"}
    assert await twice(service, "milestones", [plan], "G06") == [["created"], ["unchanged"]]
    planned = await told(service, "milestones", as_csv("milestones", [plan]), code="G06")
    moved = plan | {"milestone_id": planned["items"][0]["entity_id"], "deadline": "12/12/2025", "reason": ""}
    answer = await told(service, "milestones", as_csv("milestones", [moved]), code="G06")
    assert faults(answer) == [(2, heading("milestones", "reason"), None, "invalid-request")]
    reason = moved | {"reason": "Chờ thiết bị"}
    assert await twice(service, "milestones", [reason], "G06") == [["updated"], ["unchanged"]]


@pytest.mark.asyncio
async def test_reports_come_in_and_their_periods_are_decided_by_file(service: Service) -> None:
    headers = service.headers("P57") | {"content-type": "application/merge-patch+json"}
    asked = {"periods_confirmed": True}
    assert (await service.http.patch(f"{service.prefix}/programmes/plan", json=asked, headers=headers)).is_success
    recurring = {"kind": "recurring", "recurrence": "FREQ=WEEKLY;BYDAY=FR", "deadline": None}
    task_id = await an_assigned_task(service, **recurring)
    service.clock.pass_by(days=1)
    report = OF_TASK | {"percent": "30 %", "text": "Đã xong phần khảo sát"}
    assert await twice(service, "reports", [report], "G06") == [["updated"], ["unchanged"]]
    period = (await service.get(f"/tasks/{task_id}/periods"))["items"][0]["key"]
    confirm = OF_TASK | {"period": period, "step": "Xác nhận"}
    send_back = confirm | {"step": "Trả lại"}
    answer = await told(service, "periods", as_csv("periods", [send_back, confirm | {"period": "2031"}]))
    assert faults(answer) == [
        (2, heading("periods", "reason"), None, "invalid-request"),
        (3, None, None, "period-not-found"),
    ]
    assert await twice(service, "periods", [confirm]) == [["updated"], ["unchanged"]]
    assert (await service.get(f"/tasks/{task_id}/periods/{period}"))["status"] == "confirmed"


@pytest.mark.asyncio
async def test_a_row_may_have_a_key_and_a_version_of_its_own(service: Service) -> None:
    await an_assigned_task(service)
    plan = OF_TASK | {"title": "Khảo sát", "deadline": "10/12/2025", "idempotency_key": "moc-1"}
    rows = [plan, plan | {"title": "Chạy thử"}, plan | {"idempotency_key": "moc-2", "if_match": '"1.9"'}]
    answer = await told(service, "milestones", as_csv("milestones", rows), code="G06")
    assert faults(answer) == [
        (3, heading("milestones", "idempotency_key"), None, "idempotency-key-reused"),
        (4, heading("milestones", "if_match"), None, "stale-version"),
    ]
    assert "moc" not in str([item["problem"] for item in answer["items"]])


@pytest.mark.asyncio
async def test_each_kind_asks_for_the_scope_of_its_single_route(service: Service) -> None:
    content, headers = as_csv("directives", [DIRECTIVE]), {"Content-Type": CSV}
    path = f"{service.prefix}/imports/directives"
    for scopes in (("tasks:report",), ("tasks:write", "tasks:assign", "tasks:confirm")):
        answer = await service.http.post(path, content=content, headers=service.headers("P57", *scopes) | headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient-scope")
    assert (await service.http.post(path, content=content, headers=headers)).status_code == 401
    unknown = await send(service, "people", content)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not-found")


@pytest.mark.asyncio
@pytest.mark.parametrize("media_type", [CSV, XLSX])
async def test_a_template_is_taken_as_it_is(service: Service, media_type: str) -> None:
    form = "csv" if media_type == CSV else "xlsx"
    for kind in ("tasks", "directives") if media_type == XLSX else ("tasks", "reports", "periods"):
        answer = await service.http.get(f"{service.prefix}/imports/{kind}/template", params={"format": form})
        assert answer.headers["content-type"].startswith(media_type)
        taken = await told(service, kind, answer.content, media_type)
        assert taken["items"] == []


async def exported(service: Service, path: str, code: str, form: str, **asked: str) -> bytes:
    answer = await service.http.get(
        f"{service.prefix}{path}",
        params={"format": form, "columns": "import", **asked},
        headers=service.headers(code),
    )
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.asyncio
@pytest.mark.parametrize("form", ["csv", "xlsx", "ndjson"])
async def test_what_is_exported_comes_back_unchanged(service: Service, form: str) -> None:
    media_type = {"csv": CSV, "xlsx": XLSX, "ndjson": NDJSON}[form]
    await told(service, "directives", as_csv("directives", [DIRECTIVE]))
    directive_id = (await service.get("/directives"))["items"][0]["directive_id"]
    more = {"directive_id": directive_id, "clause": "Mục II.1", "coordinating_organisations": ["G01", "75"]}
    task_id = str(await an_assigned_task(service, **more, description="=Mô tả\nhai dòng"))
    await told(service, "milestones", as_csv("milestones", [OF_TASK | {"title": "-1", "deadline": "10/12/2025"}]))
    written = len(await service.events())
    for kind, path, asked in (
        ("tasks", "/own/exports/tasks", {"role": "assigning"}),
        ("directives", "/exports/directives", {}),
        ("milestones", "/own/exports/milestones", {"task": task_id}),
    ):
        content = await exported(service, path, "P57", form, **asked)
        assert outcomes(await told(service, kind, content, media_type)) == ["unchanged"], kind
    assert len(await service.events()) == written
