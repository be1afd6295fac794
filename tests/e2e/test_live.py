"""A ministry posts, and every reader sees it: within a second, in one trace, counted from that one record."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from tests.e2e.platforms import Platform

from sixclear.common.testing.eventually import eventually

pytestmark = pytest.mark.slow


async def stream(platform: Platform) -> AsyncIterator[tuple[str, Any]]:
    """Events of the live stream as (name, data)."""
    async with (
        platform.client() as client,
        client.stream("GET", "/api/monitoring/v1/stream", headers={"Accept": "text/event-stream"}) as answer,
    ):
        assert answer.status_code == 200
        name = "message"
        async for line in answer.aiter_lines():
            if line.startswith("event:"):
                name = line.removeprefix("event:").strip()
            elif line.startswith("data:") and name != "heartbeat":
                yield name, orjson.loads(line.removeprefix("data:"))


async def until(events: AsyncIterator[tuple[str, Any]], wanted: Any, within_seconds: float = 5.0) -> float:
    """Seconds until an event for which `wanted(status of the programme)` holds."""
    began = time.monotonic()

    async def wait() -> float:
        async for _, data in events:
            figures = data["programmes"].get("demonstration")
            if figures is not None and wanted(figures):
                return time.monotonic() - began
        raise AssertionError("the stream ended")

    return await asyncio.wait_for(wait(), within_seconds)


async def an_open_task(platform: Platform) -> dict[str, Any]:
    found = await platform.get("/api/tasks/v1/tasks", programme="demonstration", bucket="in_term", limit="200")
    return next(task for task in found["items"] if task["status"] == "in_progress")


@pytest.mark.asyncio
async def test_a_report_and_a_result_are_seen_within_a_second_each(platform: Platform) -> None:
    await platform.settled()
    task = await an_open_task(platform)
    lead, path = f"org-{task['lead_organisation']['code']}", f"/api/tasks/v1/tasks/{task['task_id']}"
    before = await platform.status(programme="demonstration")
    events = stream(platform)
    await until(events, lambda figures: figures["tasks"] == before["tasks"])

    reports = before["activity"]["reports_today"]
    await platform.post(lead, f"{path}/progress", {"percent": 95, "text": "Gần hoàn thành"})
    assert await until(events, lambda figures: figures["activity"]["reports_today"] == reports + 1) < 1.0

    await platform.post(lead, f"{path}/evidence", {"title": "Biên bản", "url": "https://example.invalid/bb.pdf"})
    await platform.post(lead, f"{path}/submit", {})
    await platform.post("standing-body", f"{path}/confirm", {})
    completed = before["tasks"]["completed"] + 1
    assert await until(events, lambda figures: figures["tasks"]["completed"] == completed) < 1.0
    await events.aclose()  # type: ignore[attr-defined]
    after = await platform.status(programme="demonstration")
    assert after["tasks"]["in_term"] == before["tasks"]["in_term"] - 1
    assert after["tasks"]["total"] == before["tasks"]["total"]


@pytest.mark.asyncio
async def test_one_trace_shows_the_way_from_the_post_to_the_projection(platform: Platform) -> None:
    """POST → create → send → process: each below the one that made it. In one process nothing is sent."""
    task = await an_open_task(platform)
    trace_id = "57" * 15 + f"{int(time.time()) % 100:02d}"
    await platform.post(
        f"org-{task['lead_organisation']['code']}",
        f"/api/tasks/v1/tasks/{task['task_id']}/progress",
        {"text": "Đang làm"},
        traceparent=f"00-{trace_id}-{'ab' * 8}-01",
    )

    operations = ["create", "process"] if platform.mode == "run" else ["create", "send", "process"]

    async def chain() -> list[dict[str, Any]]:
        """The spans of the chain once all of them are there. Feedback reads tasks too; the figures are monitoring's."""
        async with platform.client() as client:
            headers = {"Authorization": f"Bearer {await platform.token('operator')}"}
            answer = await client.get(f"/api/monitoring/v1/traces/{trace_id}", headers=headers)
        items = answer.json()["items"] if answer.status_code == 200 else []
        spans = {(span["service"], span["name"]): span for span in items}
        wanted = [("tasks", "POST /api/tasks/v1/tasks/{task_id}/progress")]
        wanted += [
            ("monitoring" if operation == "process" else "tasks", f"{operation} sixclear.tasks.task.v1")
            for operation in operations
        ]
        return [spans[name] for name in wanted] if spans.keys() >= set(wanted) else []

    post, create, *carried, process = await eventually(chain)
    assert (post["parent_span_id"], create["parent_span_id"]) == ("ab" * 8, post["span_id"])
    assert (process["parent_span_id"], process["service"], process["kind"]) == (
        create["span_id"],
        "monitoring",
        "consumer",
    )
    created = {"trace_id": trace_id, "span_id": create["span_id"]}
    assert all(created in span["links"] for span in (*carried, process))
    for send in carried:
        assert (send["service"], send["kind"], send["depth"]) == ("tasks", "client", create["depth"] + 1)
        assert send["trace_id"] != trace_id, "a batch of many traces has a trace of its own"


@pytest.mark.asyncio
async def test_a_page_is_one_trace_through_every_service_that_it_asks(platform: Platform) -> None:
    headers = {"Authorization": f"Bearer {await platform.token('operator')}"}

    async def traces() -> dict[str, list[dict[str, Any]]]:
        async with platform.client() as client:
            listed = await client.get("/api/monitoring/v1/traces", params={"route": "/tasks"}, headers=headers)
            newest = [trace["trace_id"] for trace in listed.json()["items"][:5]]
            answers = [await client.get(f"/api/monitoring/v1/traces/{number}", headers=headers) for number in newest]
        return {number: answer.json()["items"] for number, answer in zip(newest, answers, strict=True)}

    before = set(await traces())
    async with platform.client() as client:
        assert (await client.get("/tasks", params={"programme": "demonstration"})).status_code == 200

    async def page() -> list[dict[str, Any]]:
        """The spans of the page once the services behind it have told theirs."""
        for number, spans in (await traces()).items():
            if number not in before and {span["service"] for span in spans} >= {"portal", "tasks"}:
                return spans
        return []

    spans = await eventually(page)
    served = [span for span in spans if span["kind"] == "server" and span["service"] != "portal"]
    calls = {span["span_id"] for span in spans if span["kind"] == "client" and span["service"] == "portal"}
    assert served
    assert {span["parent_span_id"] for span in served} <= calls


@pytest.mark.asyncio
async def test_a_figure_follows_the_one_record_that_changes(platform: Platform) -> None:
    """No figure is typed anywhere: one more task, and every figure that counts it is one higher."""
    before = await platform.status(programme="nq57-central")
    task = {
        "programme": "nq57-central",
        "title": "Nhiệm vụ thêm để kiểm tra phép đếm",
        "assigned_by": "central",
        "assigning_organisation": "P57",
        "lead_organisation": "G06",
        "responsible_position": {"title": "Cục trưởng", "organisation": "G06"},
        "product": "Báo cáo",
        "authority": "Theo kế hoạch",
        "deadline": "2099-12-31",
        "assign": True,
        "demonstration": True,
    }
    await platform.post("standing-body", "/api/tasks/v1/tasks", task)

    async def counted() -> bool:
        after = await platform.status(programme="nq57-central")
        return bool(after["tasks"]["in_term"] == before["tasks"]["in_term"] + 1)

    await eventually(counted)
    after = await platform.status(programme="nq57-central")
    assert after["tasks"]["total"] == before["tasks"]["total"] + 1
    again = await platform.status(programme="nq57-central", as_of="2025-12-04T17:00:00+07:00")
    assert again["tasks"]["total"] == 1287
