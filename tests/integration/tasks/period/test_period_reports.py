"""A report is of one period: of the current one, or of the one that it names; who confirms decides on it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from httpx2 import Response
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.period.test_periods import MONTHLY, WEEKLY, passed, patch, periods, told

pytestmark = [pytest.mark.asyncio, pytest.mark.usefixtures("both_ways")]


async def report(service: Service, task_id: UUID | str, text: str = "Không phát sinh", **entry: Any) -> Response:
    """Report as the lead body."""
    return await service.post("G06", f"/tasks/{task_id}/progress", {"text": text} | entry)


async def in_bulk(service: Service, *items: dict[str, Any]) -> list[dict[str, Any]]:
    """Report in a file as the lead body; the results."""
    headers = service.headers("G06") | {"content-type": "application/x-ndjson"}
    body = b"\n".join(orjson.dumps(item) for item in items)
    response = await service.http.post(f"{service.prefix}/progress/bulk", content=body, headers=headers)
    assert response.status_code == 200, response.text
    results: list[dict[str, Any]] = response.json()["items"]
    return results


async def judged(
    service: Service, task_id: UUID | str, key: str, step: str, code: str = "P57", **body: Any
) -> Response:
    """Confirm, return or reopen a period."""
    return await service.post(code, f"/tasks/{task_id}/periods/{key}/{step}", body)


async def stands(service: Service, task_id: UUID | str) -> list[tuple[str, str, str | None, int | None]]:
    """Key, status, timing and percent of each period."""
    return [(one["key"], one["status"], one["timing"], one["percent"]) for one in await periods(service, task_id)]


async def three_weeks(service: Service) -> UUID:
    """A weekly task of which two weeks were missed; the third one is open."""
    task_id = await an_assigned_task(service, **WEEKLY)
    service.clock.now = datetime(2025, 12, 15, 3, 0, tzinfo=UTC)
    await passed(service)
    return task_id


async def test_a_report_without_a_period_is_of_the_current_one_and_names_what_was_missed(service: Service) -> None:
    task_id = await three_weeks(service)
    answer = await report(service, task_id, percent=30)
    assert answer.status_code == 201, answer.text
    assert answer.json()["period"] == {"key": "2025-W51", "missed": ["2025-W49", "2025-W50"]}
    late = await report(service, task_id, percent=10, period="2025-W49")
    assert late.json()["period"] == {"key": "2025-W49", "missed": ["2025-W50"]}
    assert await stands(service, task_id) == [
        ("2025-W49", "reported", "late", 10),
        ("2025-W50", "missed", "missing", None),
        ("2025-W51", "reported", "on_time", 30),
    ]
    listed = (await service.get(f"/tasks/{task_id}/reports"))["items"]
    assert [one["period"] for one in listed] == ["2025-W49", "2025-W51"]
    assert (await periods(service, task_id))[0]["text"] == "Không phát sinh"


async def test_a_report_at_the_due_instant_is_on_time_and_the_next_one_is_of_the_next_period(service: Service) -> None:
    task_id = await an_assigned_task(service, **WEEKLY)
    service.clock.now = datetime(2025, 12, 5, 10, 0, tzinfo=UTC)
    assert (await report(service, task_id)).json()["period"]["key"] == "2025-W49"
    service.clock.now += timedelta(seconds=1)
    again = await report(service, task_id)
    assert (again.status_code, again.json()["period"]["key"]) == (200, None), (
        "a machine that tries again says nothing new"
    )
    other = await report(service, task_id, "Đã kiểm tra")
    assert other.json()["period"] == {"key": "2025-W50", "missed": []}, "opened by the report: no worker ran"
    assert [(one[0], one[1], one[2]) for one in await stands(service, task_id)] == [
        ("2025-W49", "reported", "on_time"),
        ("2025-W50", "reported", "on_time"),
    ]
    assert await passed(service) == 0


async def test_the_same_words_for_two_periods_are_two_reports(service: Service) -> None:
    task_id = await three_weeks(service)
    assert (await report(service, task_id, period="2025-W49")).status_code == 201
    assert (await report(service, task_id, period="2025-W49")).status_code == 200
    assert (await report(service, task_id, period="2025-W50")).status_code == 201
    assert (await report(service, task_id)).status_code == 201
    assert (await report(service, task_id)).status_code == 200
    assert [one[1] for one in await stands(service, task_id)] == ["reported"] * 3


async def test_a_file_tells_the_same_as_single_reports(service: Service) -> None:
    task_id, other = await three_weeks(service), await an_assigned_task(service, external_id="NV-2")
    one = {"task_id": str(task_id), "text": "Không phát sinh"}
    results = await in_bulk(
        service,
        one | {"period": "2025-W50", "percent": 5},
        one,
        one | {"period": "2025-W10"},
        {"task_id": str(other), "text": "Không phát sinh", "period": "2025-W50"},
        {"task_id": str(other), "text": "Không phát sinh"},
    )
    assert [(item["outcome"], item["period"], item["missed"]) for item in results] == [
        ("reported", "2025-W50", ["2025-W49"]),
        ("reported", "2025-W51", ["2025-W49"]),
        ("rejected", None, []),
        ("rejected", None, []),
        ("reported", None, []),
    ]
    assert [item["problem"]["pointer"] for item in results[2:4]] == ["#/period", "#/period"]
    assert [item["outcome"] for item in await in_bulk(service, one | {"period": "2025-W50", "percent": 5}, one)] == [
        "unchanged",
        "unchanged",
    ]
    assert [one[1] for one in await stands(service, task_id)] == ["missed", "reported", "reported"]
    events = [event for event in await service.events() if event.entity_type == "period"]
    assert len({(event.entity_id, event.version) for event in events}) == len(events)


async def test_what_is_locked_takes_no_report_until_it_is_opened_again(service: Service) -> None:
    await patch(service, "/programmes/plan", period_lock_days=1)
    task_id = await three_weeks(service)
    refused = await report(service, task_id, period="2025-W49")
    assert (refused.status_code, refused.json()["code"]) == (409, "period-closed")
    assert (await report(service, task_id)).json()["period"]["missed"] == ["2025-W50"], "to be told until this evening"
    by_doer = await judged(service, task_id, "2025-W49", "reopen", "G06", reason="x")
    assert by_doer.json()["code"] == "confirmation-by-doer"
    opened = await judged(service, task_id, "2025-W49", "reopen", reason="Bị mất mạng")
    assert (opened.status_code, opened.json()["status"]) == (200, "missed"), opened.text
    assert (await report(service, task_id, period="2025-W49")).status_code == 201
    assert (await stands(service, task_id))[0][:3] == ("2025-W49", "reported", "late")
    assert (await judged(service, task_id, "2025-W49", "reopen", reason="x")).status_code == 409


async def test_a_period_is_returned_reported_again_and_confirmed(service: Service) -> None:
    await patch(service, "/programmes/plan", periods_confirmed=True)
    task_id = await an_assigned_task(service, **MONTHLY)
    version = (await service.get(f"/tasks/{task_id}"))["version"]
    (key,) = [one["key"] for one in await periods(service, task_id)]
    assert (await judged(service, task_id, key, "confirm")).status_code == 409, "nothing was reported"
    await report(service, task_id, percent=50)
    back = await judged(service, task_id, key, "return", reason="Thiếu số liệu")
    assert (back.json()["status"], back.json()["timing"], back.json()["needs_confirmation"]) == (
        "returned",
        "pending",
        True,
    )
    stale = await service.http.post(
        f"{service.prefix}/tasks/{task_id}/periods/{key}/confirm",
        json={},
        headers=service.headers("P57") | {"if-match": '"0.1"'},
    )
    assert stale.status_code == 412
    service.clock.pass_by(hours=1)
    assert (await report(service, task_id, "Có số liệu", percent=60)).json()["period"]["key"] == key
    assert (await judged(service, task_id, key, "confirm")).json()["status"] == "confirmed"
    assert (await service.get(f"/tasks/{task_id}"))["version"] == version + 2, "two reports, and no decision"
    closed = await report(service, task_id, "Thêm", period=key)
    assert (closed.status_code, closed.json()["code"]) == (409, "period-closed")
    old_client = await report(service, task_id, "Thêm")
    assert (old_client.status_code, old_client.json()["period"]["key"]) == (201, key), "an older client goes on"
    assert (await stands(service, task_id))[0] == (key, "confirmed", "on_time", 60)
    assert [change for _, change, _ in await told(service)] == [
        "opened",
        "reported",
        "returned",
        "reported",
        "confirmed",
    ]


async def test_after_the_last_period_the_confirming_body_completes_the_task(service: Service) -> None:
    task_id = await an_assigned_task(service, **WEEKLY | {"recurrence": "FREQ=WEEKLY;BYDAY=FR;COUNT=2"})
    await report(service, task_id)
    early = await service.post("P57", f"/tasks/{task_id}/confirm", {})
    assert early.status_code == 409, "a week is still to come"
    assert early.json()["detail"].startswith("A recurring task is completed after its last period;")
    service.clock.now = datetime(2025, 12, 12, 10, 0, 1, tzinfo=UTC)
    await passed(service)
    assert (await service.post("G06", f"/tasks/{task_id}/confirm", {})).json()["code"] == "confirmation-by-doer"
    done = await service.post("P57", f"/tasks/{task_id}/confirm", {})
    assert (done.status_code, done.json()["status"], done.json()["bucket"]) == (200, "completed", "recurring"), (
        done.text
    )
    assert [one[1] for one in await stands(service, task_id)] == ["reported", "locked"]
    service.clock.pass_by(hours=24 * 90)
    assert await passed(service) == 0


async def test_what_was_reported_in_confidence_is_not_told_of_its_period(service: Service) -> None:
    task_id = await an_assigned_task(service, **WEEKLY)
    await patch(service, f"/tasks/{task_id}", classification="restricted")
    assert (await report(service, task_id, "Nội dung mật", percent=70)).status_code == 201
    await patch(service, f"/tasks/{task_id}", classification="public")
    (shown,) = await periods(service, task_id)
    assert (shown["status"], shown["percent"], shown["text"]) == ("reported", None, None)
    own = await service.http.get(f"{service.prefix}/own/tasks/{task_id}/periods", headers=service.headers("G06"))
    assert [(one["percent"], one["text"]) for one in own.json()["items"]] == [(70, "Nội dung mật")]
    assert [
        event.data["percent"]
        for event in await service.events()
        if event.change == "restated" and event.entity_type == "period"
    ] == [None]
    await report(service, task_id, "Nội dung công khai", percent=75)
    (shown,) = await periods(service, task_id)
    assert (shown["percent"], shown["text"]) == (75, "Nội dung công khai")


async def test_a_fact_of_the_past_is_of_the_window_of_its_time(service: Service) -> None:
    task_id = await three_weeks(service)
    headers = service.headers("G06", "tasks:report", "facts:past")
    said = {"text": "Đã làm", "percent": 40, "occurred_at": "2025-12-11T09:00:00+07:00"}
    answer = await service.http.post(f"{service.prefix}/tasks/{task_id}/progress", json=said, headers=headers)
    assert answer.json()["period"] == {"key": "2025-W50", "missed": ["2025-W49"]}, answer.text
    assert (await stands(service, task_id))[1] == ("2025-W50", "reported", "on_time", 40)


async def test_a_task_without_periods_answers_as_before(service: Service) -> None:
    task_id = await an_assigned_task(service)
    answer = await report(service, task_id, percent=10)
    assert (answer.status_code, "period" in answer.json()) == (201, False)
    named = await report(service, task_id, "x", period="2025-W50")
    assert (named.status_code, named.json()["errors"][0]["code"]) == (422, "not-recurring")
