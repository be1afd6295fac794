"""Evidence of a period: it names the period, waits for a body that does not do the task, and is accepted with it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.evidence.evidence import LINK, own_list
from tests.integration.tasks.period.test_periods import WEEKLY, passed, patch, periods

pytestmark = pytest.mark.asyncio

NONE = {"waiting": 0, "accepted": 0, "refused": 0}


async def attach(service: Service, task_id: UUID | str, period: str | None, **changes: Any) -> Response:
    """Attach a link as the lead body."""
    return await service.post("G06", f"/tasks/{task_id}/evidence", LINK | {"period": period} | changes)


async def counted(service: Service, task_id: UUID | str) -> list[tuple[str, int, int, int]]:
    """Key and evidence of each period, as everyone reads it: what waits, was accepted, was refused."""
    found = [(one["key"], one["evidence"]) for one in await periods(service, task_id)]
    return [(key, one["waiting"], one["accepted"], one["refused"]) for key, one in found]


async def reported(service: Service, task_id: UUID | str, period: str) -> None:
    """Report a period as the lead body."""
    told = {"text": f"Đã rà soát {period}", "percent": 100, "period": period}
    assert (await service.post("G06", f"/tasks/{task_id}/progress", told)).is_success


async def two_weeks(service: Service) -> UUID:
    """A weekly task in its second week; the first one was missed."""
    task_id = await an_assigned_task(service, **WEEKLY)
    service.clock.now = datetime(2025, 12, 8, 3, 0, tzinfo=UTC)
    return task_id


async def test_evidence_of_a_period_is_shown_with_it_and_told(service: Service) -> None:
    task_id = await two_weeks(service)
    # Nothing asked for the periods meanwhile: what time did is recorded with the evidence.
    first = await attach(service, task_id, "2025-W49")
    assert first.status_code == 201, first.text
    assert (await attach(service, task_id, "2025-W50")).status_code == 201, "another period, another piece"
    assert (await attach(service, task_id, None, title="Của cả nhiệm vụ")).status_code == 201
    assert await counted(service, task_id) == [("2025-W49", 1, 0, 0), ("2025-W50", 1, 0, 0)]
    listed = await own_list(service, task_id)
    assert [one["period"] for one in listed] == [None, "2025-W50", "2025-W49"]
    events = [event.data for event in await service.events() if event.entity_type == "evidence"]
    assert [data["period"] for data in events] == ["2025-W49", "2025-W50", None]

    path = f"{service.prefix}/tasks/{task_id}/periods/2025-W49"
    before = await service.http.get(path)
    refused = await service.post("P57", f"/evidence/{first.json()['evidence_id']}/refuse", {"reason": "Không rõ"})
    assert refused.json()["period"] == "2025-W49"
    after = await service.http.get(path)
    assert after.json()["evidence"] == NONE | {"refused": 1}
    assert (after.json()["version"], after.headers["etag"] != before.headers["etag"]) == (
        before.json()["version"],
        True,
    )


async def test_who_confirms_a_period_accepts_what_waits_of_it(service: Service) -> None:
    task_id = await two_weeks(service)
    for title in ("Bảng số liệu", "Ảnh"):
        await attach(service, task_id, "2025-W49", title=title)
    await attach(service, task_id, "2025-W50")
    await attach(service, task_id, None)
    await reported(service, task_id, "2025-W49")
    by_doer = await service.post("G06", f"/tasks/{task_id}/periods/2025-W49/confirm", {})
    assert by_doer.json()["code"] == "confirmation-by-doer"
    confirmed = await service.post("P57", f"/tasks/{task_id}/periods/2025-W49/confirm", {})
    assert confirmed.json()["evidence"] == NONE | {"accepted": 2}
    assert await counted(service, task_id) == [("2025-W49", 0, 2, 0), ("2025-W50", 1, 0, 0)]
    events = [(one.entity_type, one.change) for one in await service.events()][-3:]
    assert events == [("evidence", "accepted"), ("evidence", "accepted"), ("period", "confirmed")]
    late = await attach(service, task_id, "2025-W49", title="Sau khi xong")
    assert (late.status_code, late.json()["code"]) == (409, "period-closed")


async def test_what_waits_for_the_body_of_the_programme_is_decided_first(service: Service) -> None:
    await patch(service, "/programmes/plan", evidence_organisation="G01")
    task_id = await two_weeks(service)
    piece = (await attach(service, task_id, "2025-W49")).json()["evidence_id"]
    await reported(service, task_id, "2025-W49")
    step = f"/tasks/{task_id}/periods/2025-W49/confirm"
    assert (await service.post("P57", step, {})).json()["code"] == "evidence-waiting"
    assert (await service.post("G01", f"/evidence/{piece}/accept", {})).is_success
    assert (await service.post("P57", step, {})).json()["status"] == "confirmed"


async def test_a_period_that_is_not_there_or_takes_no_report_takes_no_evidence(service: Service) -> None:
    one_off = await an_assigned_task(service)
    assert (await attach(service, one_off, "2025-W49")).json()["errors"][0]["code"] == "not-recurring"
    await patch(service, "/programmes/plan", period_lock_days=1)
    task_id = await an_assigned_task(service, **WEEKLY | {"external_id": "NV-2"})
    unknown = await attach(service, task_id, "2025-W51")
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "period-unknown")
    service.clock.now = datetime(2025, 12, 9, 3, 0, tzinfo=UTC)
    await passed(service)
    locked = await attach(service, task_id, "2025-W49")
    assert (locked.status_code, locked.json()["code"]) == (409, "period-closed")
    assert await own_list(service, task_id) == []


async def test_what_was_attached_in_confidence_is_counted_for_the_bodies_concerned_only(service: Service) -> None:
    task_id = await two_weeks(service)
    await patch(service, f"/tasks/{task_id}", classification="restricted")
    assert (await attach(service, task_id, "2025-W49")).is_success
    await patch(service, f"/tasks/{task_id}", classification="public")
    assert (await counted(service, task_id))[0] == ("2025-W49", 0, 0, 0)
    own = f"{service.prefix}/own/tasks/{task_id}/periods/2025-W49"
    answer = await service.http.get(own, headers=service.headers("G06"))
    assert answer.json()["evidence"] == NONE | {"waiting": 1}


async def test_attaching_answers_which_piece_it_is(service: Service) -> None:
    task_id = await an_assigned_task(service)
    first = await attach(service, task_id, None)
    again = await attach(service, task_id, None)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["evidence_id"] == again.json()["evidence_id"]
    assert first.json()["evidence_id"] == (await own_list(service, task_id))[0]["evidence_id"]
    assert first.json()["task_id"] == str(task_id), "the task is answered as before"
