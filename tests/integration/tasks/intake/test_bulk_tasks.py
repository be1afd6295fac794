"""A file of tasks: proposed, assigned and described again in one request, each item judged alone."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from opentelemetry.sdk.trace import TracerProvider
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal, statements

NDJSON = {"Content-Type": "application/x-ndjson"}


async def post(
    service: Service, items: list[dict[str, Any]], code: str = "P57", *scopes: str, query: str = "", **headers: str
) -> httpx2.Response:
    content = "\n".join(json.dumps(item, ensure_ascii=False) for item in items).encode()
    sent = service.headers(code, *scopes) | NDJSON | headers
    return await service.http.post(f"/api/tasks/v1/tasks/bulk{query}", content=content, headers=sent)


async def send(service: Service, items: list[dict[str, Any]], code: str = "P57", **rest: Any) -> dict[str, Any]:
    response = await post(service, items, code, **rest)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def keyed(number: int, **changes: Any) -> dict[str, Any]:
    return proposal(**({"external_id": f"CV-{number}"} | changes))


def outcomes(answer: dict[str, Any]) -> list[str]:
    return [item["outcome"] for item in answer["items"]]


@pytest.mark.asyncio
async def test_a_file_of_tasks_is_created_and_assigned_in_one_request(service: Service) -> None:
    answer = await send(service, [keyed(number) for number in range(20)])
    assert (answer["created"], answer["assigned"], answer["rejected"]) == (20, 20, 0)
    assert {item["status"] for item in answer["items"]} == {"assigned"}
    task = await service.get(f"/tasks/{answer['items'][7]['task_id']}")
    assert (task["external_id"], task["version"], task["status"]) == ("CV-7", 2, "assigned")
    single = await service.post("P57", "/tasks", keyed(7))
    assert (single.status_code, single.json()["version"]) == (200, 2)
    changes = [(event.version, event.change) for event in await service.events() if event.entity_type == "task"]
    assert changes == [(1, "proposed"), (2, "assigned")] * 20


@pytest.mark.asyncio
async def test_a_file_of_recurring_tasks_is_taken_in_a_traced_request_too(service: Service) -> None:
    weekly = {"kind": "recurring", "deadline": None, "recurrence": "FREQ=WEEKLY;BYDAY=FR"}
    with TracerProvider().get_tracer("test").start_as_current_span("POST"):
        answer = await send(service, [keyed(1, assign=True, **weekly), keyed(2, assign=True)])
    assert outcomes(answer) == ["created", "created"]
    periods = [event for event in await service.events() if event.entity_type == "period"]
    assert periods, "its first window is open"


@pytest.mark.asyncio
async def test_a_file_that_is_sent_again_changes_nothing(service: Service) -> None:
    items = [keyed(number) for number in range(5)]
    first, again = await send(service, items), await send(service, items)
    assert outcomes(again) == ["unchanged"] * 5
    assert [item["task_id"] for item in again["items"]] == [item["task_id"] for item in first["items"]]
    assert again["assigned"] == 0


@pytest.mark.asyncio
async def test_a_refused_item_stops_no_other_and_leaves_nothing(service: Service) -> None:
    items = [keyed(1), keyed(2, product=None), keyed(3, programme="none"), keyed(4, lead_organisation="X9"), keyed(5)]
    answer = await send(service, items)
    assert outcomes(answer) == ["created", "rejected", "rejected", "rejected", "created"]
    problems = [item["problem"] and (item["problem"]["code"], item["problem"]["pointer"]) for item in answer["items"]]
    assert problems[1:4] == [
        ("six-clears-missing", "#/product"),
        ("reference-unknown", "#/programme"),
        ("reference-unknown", "#/lead_organisation"),
    ]
    assert [item["line"] for item in answer["items"]] == [1, 2, 3, 4, 5]
    found = await service.get("/tasks", source="ministry")
    assert {task["external_id"] for task in found["items"]} == {"CV-1", "CV-5"}


@pytest.mark.asyncio
async def test_a_known_task_is_as_it_was_when_its_item_is_refused(service: Service) -> None:
    await an_assigned_task(service, external_id="CV-1")
    wrong = keyed(1, title="Khác", product=None)
    answer = await send(service, [wrong, keyed(1, title="Mới"), wrong])
    assert outcomes(answer) == ["rejected", "updated", "rejected"]
    task = await service.get(f"/tasks/{answer['items'][0]['task_id']}")
    assert (task["title"], task["version"]) == ("Mới", 3)


@pytest.mark.asyncio
async def test_one_task_twice_in_a_file_is_taken_in_order(service: Service) -> None:
    answer = await send(service, [keyed(1, assign=False), keyed(1, title="Hai"), keyed(1, title="Hai")])
    assert outcomes(answer) == ["created", "updated", "unchanged"]
    assert [item["version"] for item in answer["items"]] == [1, 3, 3]


@pytest.mark.asyncio
async def test_a_dry_run_answers_the_same_and_writes_nothing(service: Service) -> None:
    items = [keyed(1), keyed(2, product=None), keyed(1, title="Hai")]
    before = len(await service.events())
    tried = await send(service, items, query="?dry_run=true")
    assert (tried["dry_run"], len(await service.events())) == (True, before)
    assert (await service.get("/tasks"))["items"] == []
    done = await send(service, items)
    assert tried | {"dry_run": False} == done


@pytest.mark.asyncio
async def test_what_was_decided_stays_and_is_named_and_the_rest_is_taken(service: Service) -> None:
    await an_assigned_task(service, external_id="CV-1")
    row = keyed(1, title="Mới", deadline="2026-01-31", lead_organisation="G01")
    (item,) = (await send(service, [row]))["items"]
    assert (item["outcome"], item["version"]) == ("updated", 3)
    assert [(one["pointer"], one["code"]) for one in item["needs_decision"]] == [
        ("#/lead_organisation", "field-needs-decision"),
        ("#/deadline", "deadline-needs-decision"),
    ]
    task = await service.get(f"/tasks/{item['task_id']}")
    assert (task["title"], task["lead_organisation"]["code"]) == ("Mới", "G06")
    assert task["current_deadline"].startswith("2025-12-15")
    single = await service.post("P57", "/tasks", row)
    assert (single.status_code, single.json()["code"]) == (409, "deadline-needs-decision")
    assert [one["pointer"] for one in single.json()["errors"]] == ["#/lead_organisation", "#/deadline"]


@pytest.mark.asyncio
async def test_the_body_that_owns_the_key_may_send_its_row_after_another_body_assigned_it(service: Service) -> None:
    (proposed,) = (await send(service, [keyed(1, assign=False)], code="G06"))["items"]
    assigned = await service.post("P57", f"/tasks/{proposed['task_id']}/assign", {})
    assert assigned.status_code == 200, assigned.text
    rows = [keyed(1), keyed(1, deadline="2026-02-01"), keyed(1, title="Mới")]
    items = (await send(service, rows, code="G06"))["items"]
    assert [item["outcome"] for item in items] == ["unchanged", "unchanged", "rejected"]
    assert [one["code"] for one in items[1]["needs_decision"]] == ["deadline-needs-decision"]
    assert items[2]["problem"]["code"] == "organisation-not-allowed"


@pytest.mark.asyncio
async def test_an_item_may_do_what_its_sender_may_do_alone(service: Service) -> None:
    items = (await send(service, [keyed(1), keyed(2, assign=False)], code="G01"))["items"]
    assert [item["problem"]["code"] for item in items] == ["organisation-not-allowed"] * 2
    response = await post(service, [keyed(1), keyed(2, assign=False)], "P57", "tasks:write")
    first, second = response.json()["items"]
    assert (first["problem"]["code"], second["outcome"]) == ("insufficient-scope", "created")


@pytest.mark.asyncio
async def test_a_restricted_task_of_others_is_not_there(service: Service) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    (item,) = (await send(service, [keyed(1, source=None, external_id=None, task_id=str(task_id))], "G01"))["items"]
    assert (item["outcome"], item["problem"]["code"]) == ("rejected", "task-not-found")


@pytest.mark.asyncio
async def test_a_kept_answer_tells_nothing_of_a_task_that_is_hidden_now(service: Service) -> None:
    key = {"Idempotency-Key": "one"}
    first = await post(service, [keyed(1, assign=False), keyed(2, assign=False)], "G06", **key)
    hidden = first.json()["items"][0]["task_id"]
    restrict = keyed(1, source=None, external_id=None, task_id=hidden, lead_organisation="G01", assign=False)
    restrict |= {"classification": "restricted", "responsible_position": None}
    changed = await service.post("P57", "/tasks", restrict)
    assert changed.status_code == 200, changed.text
    again = await post(service, [keyed(1, assign=False), keyed(2, assign=False)], "G06", **key)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert outcomes(again.json()) == ["rejected", "created"]
    assert (again.json()["created"], again.json()["items"][0]["version"]) == (1, None)


@pytest.mark.asyncio
async def test_faults_of_lines_are_told_as_those_of_reports_are(service: Service) -> None:
    content = json.dumps(keyed(1)).encode() + b"\n\nnot json\n" + json.dumps({"title": "x"}).encode()
    headers = service.headers("P57") | NDJSON
    response = await service.http.post("/api/tasks/v1/tasks/bulk", content=content, headers=headers)
    items = response.json()["items"]
    assert [(item["line"], item["outcome"]) for item in items] == [(1, "created"), (3, "rejected"), (4, "rejected")]
    assert [item["problem"]["code"] for item in items[1:]] == ["unreadable", "invalid"]
    many = await service.http.post("/api/tasks/v1/tasks/bulk", content=b"{}\n" * 201, headers=headers)
    assert (many.status_code, many.json()["total"]) == (202, 201)


@pytest.mark.asyncio
async def test_an_item_costs_its_savepoint_and_its_writes(service: Service) -> None:
    await send(service, [keyed(50)])  # the service remembers the programme
    with statements(service) as few:
        await send(service, [keyed(number) for number in range(10)])
    with statements(service) as many:
        await send(service, [keyed(number) for number in range(100, 120)])
    print("\n".join(one[:150] for one in many[-14:]))
    assert (len(many) - len(few)) / 10 == 5


@pytest.mark.asyncio
async def test_lists_are_narrowed_by_key_and_by_time(service: Service) -> None:
    await send(service, [keyed(1), keyed(2), keyed(3, source="other")])
    service.clock.pass_by(hours=1)
    since = service.clock().isoformat().replace("+00:00", "Z")
    await send(service, [keyed(2, title="Mới")])

    async def found(**narrow: str) -> list[str]:
        return sorted(task["external_id"] for task in (await service.get("/tasks", **narrow))["items"])

    assert await found(source="ministry") == ["CV-1", "CV-2"]
    assert await found(source="ministry", external_id="cv-2") == ["CV-2"]
    assert await found(external_id="CV-3") == ["CV-3"]
    assert await found(updated_since=since) == ["CV-2"]
    (task,) = (await service.get("/tasks", updated_since=since))["items"]
    assert task["updated_at"] == since
    own = await service.http.get("/api/tasks/v1/own/tasks?external_id=CV-3", headers=service.headers("G06"))
    assert [task["source"] for task in own.json()["items"]] == ["other"]


@pytest.mark.asyncio
async def test_files_at_the_same_time_that_name_programmes_in_another_order_are_all_taken(service: Service) -> None:
    other = {"slug": "other", "name_vi": "Khác", "name_en": "Other", "resolution": "57-NQ/TW", "owner": "P57"}
    assert (await service.post("P57", "/programmes", other)).status_code == 201
    files = [
        [
            proposal(
                external_id=f"CV-{number}-{line}",
                programme=("plan", "other")[(line + number) % 2],
                assign=False,
            )
            for line in range(2)
        ]
        for number in range(4)
    ]
    answers = await asyncio.gather(*(post(service, items, "G06") for items in files))
    assert [answer.status_code for answer in answers] == [200] * len(files), [answer.text for answer in answers]
    assert [outcomes(answer.json()) for answer in answers] == [["created", "created"]] * len(files)
