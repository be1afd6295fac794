"""A body says when it expects to be done; from five days behind the deadline on it says what it does about it."""

from typing import Any
from uuid import UUID

import orjson
import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, statements

pytestmark = pytest.mark.asyncio

_LATE: dict[str, Any] = {"text": "Chờ thiết bị", "expected_on": "2026-07-05"}
_REMEDY = {"remedy": "Thuê thêm một đội lắp đặt"}


async def a_task(service: Service, external_id: str = "NV-1") -> UUID:
    """A task that is due on 30 June 2026."""
    return await an_assigned_task(service, external_id=external_id, deadline="2026-06-30")


async def slipping(service: Service, code: str, days: int) -> list[str]:
    """The tasks that a body gave and that slip by so many days or more."""
    response = await service.http.get(
        f"{service.prefix}/own/tasks", params={"role": "assigning", "slip_days": days}, headers=service.headers(code)
    )
    assert response.status_code == 200, response.text
    return [item["task_id"] for item in response.json()["items"]]


async def deadline(service: Service, task_id: UUID) -> str:
    return str((await service.get(f"/tasks/{task_id}"))["current_deadline"])


@pytest.mark.usefixtures("both_ways")
async def test_a_slip_of_five_days_needs_a_remedy_and_is_told(service: Service) -> None:
    task_id = await a_task(service)
    assert await deadline(service, task_id) == "2026-06-30T10:00:00Z"
    path = f"/tasks/{task_id}/progress"
    refused = await service.post("G06", path, _LATE)
    assert (refused.status_code, refused.json()["code"]) == (422, "remedy-missing")
    assert refused.json()["errors"][0]["pointer"] == "#/remedy"
    assert (await service.get(f"/tasks/{task_id}"))["slip_days"] is None

    told = await service.post("G06", path, _LATE | _REMEDY)
    assert (told.status_code, told.json()["expected_on"], told.json()["slip_days"]) == (201, "2026-07-05", 5)
    again = await service.post("G06", path, _LATE | _REMEDY)
    assert (again.status_code, again.json()["version"]) == (200, told.json()["version"])
    assert await slipping(service, "P57", 5) == [str(task_id)]
    assert await slipping(service, "P57", 6) == []
    assert (await service.get(f"/tasks/{task_id}/reports"))["items"][0]["expected_on"] == "2026-07-05"

    silent = await service.post("G06", path, {"text": "Đã ký hợp đồng", "percent": 40})
    assert (silent.json()["expected_on"], silent.json()["slip_days"]) == ("2026-07-05", 5)
    sooner = await service.post("G06", path, {"text": "Kịp", "expected_on": "2026-06-29"})
    assert (sooner.status_code, sooner.json()["slip_days"]) == (201, -1)
    days = [event.data["expected_on"] for event in await service.events() if event.change == "progress_reported"]
    assert days == ["2026-07-05", "2026-07-05", "2026-06-29"]


async def test_an_extension_ends_the_slip_and_what_is_handed_in_slips_no_more(service: Service) -> None:
    first = await a_task(service)
    await service.post("G06", f"/tasks/{first}/progress", _LATE | _REMEDY)
    extension = {"deadline": "2026-07-05", "reason": "Thiết bị về chậm"}
    assert (await service.post("P57", f"/tasks/{first}/extend", extension)).status_code == 200
    assert (await service.get(f"/tasks/{first}"))["slip_days"] == 0
    assert await slipping(service, "P57", 0) == [str(first)]
    handed_in = {"evidence": [{"title": "Biên bản", "url": "https://example.invalid/bb.pdf"}]}
    assert (await service.post("G06", f"/tasks/{first}/submit", handed_in)).status_code == 200
    after = await service.get(f"/tasks/{first}")
    assert (after["expected_on"], after["slip_days"]) == ("2026-07-05", None)
    assert await slipping(service, "P57", -100) == []


async def test_lines_of_a_file_are_judged_as_single_reports(service: Service) -> None:
    one, other = [await a_task(service, external_id=f"NV-{n}") for n in (1, 2)]
    lines = [
        {"task_id": str(one), **_LATE},
        {"task_id": str(one), **_LATE, **_REMEDY},
        {"task_id": str(other), "text": "Kịp", "expected_on": "2026-07-04"},
        {"task_id": str(other), "text": "Không rõ", "expected_on": "2026-07-04T10:00:00Z"},
    ]

    async def send() -> list[tuple[str, Any]]:
        headers = service.headers("G06") | {"content-type": "application/x-ndjson"}
        content = b"\n".join(orjson.dumps(line) for line in lines)
        response = await service.http.post(f"{service.prefix}/progress/bulk", content=content, headers=headers)
        return [(item["outcome"], (item["problem"] or {}).get("code")) for item in response.json()["items"]]

    assert await send() == [
        ("rejected", "remedy-missing"),
        ("reported", None),
        ("reported", None),
        ("rejected", "invalid"),
    ]
    found = [(await service.get(f"/tasks/{task_id}"))["slip_days"] for task_id in (one, other)]
    assert found == [5, 4]
    assert [outcome for outcome, _ in await send()] == ["rejected", "unchanged", "unchanged", "rejected"]


async def test_what_was_expected_in_private_is_not_told_in_public(service: Service) -> None:
    task_id = await a_task(service)

    async def classified(word: str) -> None:
        headers = service.headers("P57") | {"content-type": "application/merge-patch+json"}
        path = f"{service.prefix}/tasks/{task_id}"
        response = await service.http.patch(path, json={"classification": word}, headers=headers)
        assert response.status_code == 200, response.text

    await classified("restricted")
    told = await service.post("G06", f"/tasks/{task_id}/progress", _LATE | _REMEDY)
    assert told.json()["slip_days"] == 5
    assert await slipping(service, "P57", 5) == [str(task_id)]
    await classified("public")
    after = await service.get(f"/tasks/{task_id}")
    assert (after["expected_on"], after["slip_days"]) == (None, None)
    assert [event for event in await service.events() if event.published][-1].data["expected_on"] is None


async def test_the_list_of_slipping_tasks_reads_those_that_an_index_has(service: Service) -> None:
    await a_task(service)
    with statements(service) as sent:
        assert await slipping(service, "P57", 5) == []
    assert any("expected_on IS NOT NULL" in statement for statement in sent)
