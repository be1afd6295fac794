"""What holds for a whole file and for single items of it: all or nothing, versions, keys, and answers in lines."""

import json
from typing import Any

import httpx2
import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal

FILES = "application/x-ndjson"


async def put(service: Service, items: list[Any], path: str = "/tasks/bulk", **headers: str) -> httpx2.Response:
    code = "P57" if path.startswith("/tasks") else "G06"
    content = "\n".join(json.dumps(item, ensure_ascii=False) for item in items).encode()
    sent = service.headers(code) | {"Content-Type": FILES} | headers
    return await service.http.post(f"{service.prefix}{path}", content=content, headers=sent)


async def outcomes(service: Service, items: list[Any], path: str = "/tasks/bulk") -> list[str]:
    answer = await put(service, items, path)
    assert answer.status_code == 200, answer.text
    return [item["problem"]["code"] if item["problem"] else item["outcome"] for item in answer.json()["items"]]


def report(task_id: object, **changes: Any) -> dict[str, Any]:
    return {"task_id": str(task_id), "text": "Tiến độ", "percent": 10} | changes


@pytest.mark.asyncio
async def test_all_or_nothing_names_what_is_refused_and_writes_nothing(service: Service) -> None:
    before = len(await service.events())
    items = [proposal(external_id="NV-1"), proposal(external_id="NV-2", product=None), {"title": 5}]
    answer = await put(service, items, "/tasks/bulk?atomic=true")
    assert (answer.status_code, answer.json()["code"]) == (422, "bulk-refused")
    told = [(one["pointer"], one["code"], one["detail"][:8]) for one in answer.json()["errors"]]
    assert told[0] == ("#/1/product", "six-clears-missing", "Line 2: ")
    assert told[1][1:] == ("invalid", "Line 3: ")
    assert len(await service.events()) == before
    whole = await put(service, items[:1], "/tasks/bulk?atomic=true")
    assert (whole.status_code, whole.json()["created"]) == (200, 1)


@pytest.mark.asyncio
async def test_all_or_nothing_holds_for_reports_too(service: Service) -> None:
    task_id = await an_assigned_task(service)
    items = [report(task_id), report("01920000-0000-7000-8000-000000000000")]
    answer = await put(service, items, "/progress/bulk?atomic=true", **{"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/1")
    assert (await service.get(f"/tasks/{task_id}"))["version"] == 2
    again = await put(service, items[:1], "/progress/bulk?atomic=true", **{"Idempotency-Key": "k"})
    assert (again.status_code, again.json()["reported"]) == (200, 1)


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/tasks/bulk", "/progress/bulk"])
async def test_an_item_names_the_version_that_it_is_based_on(service: Service, path: str) -> None:
    task_id = await an_assigned_task(service)

    def item(if_match: str, title: str) -> dict[str, Any]:
        changed = proposal(title=title) if path == "/tasks/bulk" else report(task_id, text=title)
        return changed | {"if_match": if_match}

    taken = "updated" if path == "/tasks/bulk" else "reported"
    items = [item('"1.1"', "A"), item('"1.2"', "B"), item('"1.2"', "C"), item('"1.3-overdue"', "D"), item("1.4", "E")]
    assert await outcomes(service, items, path) == ["stale-version", taken, "stale-version", taken, "stale-version"]
    stale = (await put(service, [item('"1.1"', "A")], path)).json()["items"][0]
    assert (stale["outcome"], stale["etag"], stale["version"]) == ("rejected", '"1.4"', None)
    answer = await put(service, [item("*", "D")], path)
    assert answer.json()["items"][0]["etag"] == '"1.4"'
    assert (await service.http.get(f"{service.prefix}/tasks/{task_id}")).headers["etag"] == '"1.4"'


@pytest.mark.asyncio
async def test_a_new_task_has_no_version_that_an_item_could_name(service: Service) -> None:
    assert await outcomes(service, [proposal(if_match='"1.1"')]) == ["stale-version"]
    assert await outcomes(service, [proposal()]) == ["created"]


@pytest.mark.asyncio
async def test_an_item_is_taken_once_under_its_key_in_whichever_file_it_comes(service: Service) -> None:
    task_id = await an_assigned_task(service)
    first = report(task_id, text="A", idempotency_key="a")
    events = len(await service.events())
    assert await outcomes(service, [first, first | {"percent": 11}, first], "/progress/bulk") == [
        "reported",
        "idempotency-key-reused",
        "unchanged",
    ]
    # Said again after something else, it would be one more report.
    assert await outcomes(service, [report(task_id, text="B"), report(task_id, text="C")], "/progress/bulk") == [
        "reported",
        "reported",
    ]
    again = (await put(service, [report(task_id, text="D"), first], "/progress/bulk")).json()
    assert [(one["outcome"], one["line"], one["index"]) for one in again["items"]] == [
        ("reported", 1, 0),
        ("unchanged", 2, 1),
    ]
    assert (again["reported"], again["unchanged"], again["items"][1]["task_id"]) == (1, 1, str(task_id))
    assert len(await service.events()) == events + 4
    service.clock.pass_by(days=1, minutes=1)
    assert await outcomes(service, [first], "/progress/bulk") == ["reported"]


@pytest.mark.asyncio
async def test_the_key_of_a_refused_item_may_come_again(service: Service) -> None:
    item = proposal(external_id="NV-9", product=None, idempotency_key="k")
    assert await outcomes(service, [item]) == ["six-clears-missing"]
    assert await outcomes(service, [item | {"product": "Nền tảng"}]) == ["created"]
    assert (await put(service, [item], "/tasks/bulk?dry_run=true")).json()["rejected"] == 1
    tried = proposal(external_id="NV-10", idempotency_key="l")
    assert (await put(service, [tried], "/tasks/bulk?dry_run=true")).json()["created"] == 1
    assert await outcomes(service, [tried]) == ["created"]


@pytest.mark.asyncio
async def test_results_come_one_a_line_where_that_is_asked_for(service: Service) -> None:
    items = [proposal(external_id="NV-1"), {"title": 5}, proposal(external_id="NV-3")]
    answer = await put(service, items, Accept=FILES, **{"Idempotency-Key": "k"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, FILES)
    told = [json.loads(one) for one in answer.text.splitlines()]
    assert [(one["index"], one["outcome"]) for one in told] == [(0, "created"), (1, "rejected"), (2, "created")]
    again = await put(service, items, Accept=FILES, **{"Idempotency-Key": "k"})
    assert (again.text, again.headers["idempotency-replayed"]) == (answer.text, "true")
