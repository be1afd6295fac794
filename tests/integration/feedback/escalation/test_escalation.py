"""An overdue case is told to its body, then to the body above, then to the standing body: once each."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.integration.feedback.conftest import (
    HUB,
    KEY,
    MINISTRY,
    OTHER_MINISTRY,
    Service,
    an_answer,
    an_assigned_submission,
    submission,
)

from sixclear.feedback.escalation.service import escalate
from sixclear.feedback.submission.service.silence import state_silence

pytestmark = pytest.mark.asyncio
STANDING = UUID(int=57)


async def told(service: Service) -> int:
    """What a process does every two seconds; answers how many cases were told one rung higher."""
    return await escalate(service.database, service.log, service.clock, HUB, STANDING)


def until(service: Service, instant: str) -> None:
    """Wait until a minute and a second after that."""
    ahead = datetime.fromisoformat(instant) - service.clock()
    service.clock.pass_by(seconds=ahead.total_seconds() + 61)


async def rungs(service: Service) -> list[tuple[str, UUID]]:
    """What was told to whom, in order."""
    rows = await service.rows("escalation")
    return [(row["rung"], row["organisation_id"]) for row in sorted(rows, key=lambda row: row["escalated_at"])]


async def listed(service: Service, client: str, query: str = "") -> list[Any]:
    """What the body of this client was told."""
    response = await service.http.get(f"{service.prefix}/escalations{query}", headers=service.headers(client))
    assert response.status_code == 200, response.text
    return list(response.json()["items"])


async def below(service: Service, body: UUID, top: UUID) -> None:
    """The register says which body stands above."""
    async with service.database.transaction() as session:
        await session.execute(
            text("UPDATE organisation SET parent_id = :top WHERE entity_id = :body"), {"top": top, "body": body}
        )


async def test_each_rung_has_its_day_and_is_told_once(service: Service) -> None:
    await below(service, MINISTRY, OTHER_MINISTRY)
    await an_assigned_submission(service)
    until(service, "2025-11-24T09:58:00Z")
    assert await told(service) == 0
    seen = []
    for day in ("2025-11-24", "2025-11-28", "2025-12-01", "2025-12-05", "2025-12-08", "2025-12-30"):
        until(service, f"{day}T10:00:00Z")
        assert sum(await asyncio.gather(told(service), told(service))) + await told(service) <= 1
        seen.append(len(await rungs(service)))
    assert seen == [1, 1, 2, 2, 3, 3]
    assert await rungs(service) == [("head", MINISTRY), ("superior", OTHER_MINISTRY), ("standing", STANDING)]
    escalated = [event for event in await service.events() if event.change == "escalated"]
    assert [event.data["escalation_rung"] for event in escalated] == ["head", "superior", "standing"]
    assert [f"{event.occurred_at:%d/%m %H:%M}" for event in escalated] == ["24/11 10:01", "01/12 10:01", "08/12 10:01"]


async def test_a_body_without_one_above_is_told_of_to_the_hub(service: Service) -> None:
    await an_assigned_submission(service)
    until(service, "2025-12-30T10:00:00Z")
    assert await told(service) == 3
    rows = {row["rung"]: row["organisation_id"] for row in await service.rows("escalation")}
    assert rows == {"head": MINISTRY, "superior": HUB, "standing": STANDING}


async def test_who_stands_above_sees_where_the_case_stands_and_nothing_that_was_written(service: Service) -> None:
    await below(service, MINISTRY, OTHER_MINISTRY)
    case, _ = await an_assigned_submission(service)
    until(service, "2025-12-01T10:00:00Z")
    await told(service)
    (seen,) = await listed(service, "other-ministry")
    assert (seen["rung"], seen["submission"]["submission_id"]) == ("superior", str(case))
    assert seen["submission"]["clock_state"] == "overdue"
    assert not {"title", "text", "messages", "sender_kind"} & set(seen["submission"])
    detail = await service.http.get(f"{service.prefix}/submissions/{case}", headers=service.headers("other-ministry"))
    assert detail.status_code == 404
    assert [one["rung"] for one in await listed(service, "ministry")] == ["head"]
    assert len(await listed(service, "feedback-hub")) == 2
    assert await listed(service, "feedback-hub", "?rung=standing") == []


async def test_an_answer_ends_the_climb(service: Service) -> None:
    case, _ = await an_assigned_submission(service)
    until(service, "2025-11-24T10:00:00Z")
    assert await told(service) == 1
    drafted = await service.post("ministry", f"/submissions/{case}/answers", an_answer())
    path = f"/submissions/{case}/answers/{drafted.json()['answer_id']}/publish"
    assert (await service.post("feedback-publisher", path, {})).status_code == 200
    until(service, "2025-12-30T10:00:00Z")
    assert await told(service) == 0
    assert await listed(service, "ministry", "?open=true") == []
    assert len(await listed(service, "ministry", "?open=false")) == 1


async def test_a_case_that_is_opened_again_climbs_again_from_the_first_rung(service: Service) -> None:
    case, code = await an_assigned_submission(service)
    until(service, "2025-12-01T10:00:00Z")
    assert await told(service) == 2
    drafted = await service.post("ministry", f"/submissions/{case}/answers", an_answer())
    path = f"/submissions/{case}/answers/{drafted.json()['answer_id']}/publish"
    assert (await service.post("feedback-publisher", path, {})).status_code == 200
    service.clock.pass_by(days=1)
    reopened = await service.public("/mailbox/reopen", {"receipt_code": code, "reason": "Lịch vẫn chưa có."})
    assert reopened.status_code == 200, reopened.text
    assert await told(service) == 0, "its new day is not over"
    until(service, (await service.case(code))["due_at"])
    assert await told(service) == 1
    assert await rungs(service) == [("head", MINISTRY), ("superior", HUB), ("head", MINISTRY)]
    until(service, "2026-03-31T10:00:00Z")
    assert await told(service) == 2
    assert [rung for rung, _ in await rungs(service)] == ["head", "superior", "head", "superior", "standing"]


async def test_no_transfer_puts_the_climb_off(service: Service) -> None:
    case, _ = await an_assigned_submission(service)
    until(service, "2025-11-20T10:00:00Z")
    body = {"organisation_id": str(OTHER_MINISTRY), "ground": "not_competent"}
    offer = await service.post("ministry", f"/submissions/{case}/transfers", body)
    path = f"/submissions/{case}/transfers/{offer.json()['transfer_id']}/accept"
    assert (await service.post("other-ministry", path, {})).status_code == 200
    until(service, "2025-11-24T10:00:00Z")
    assert await told(service) == 1
    assert await rungs(service) == [("head", OTHER_MINISTRY)]


async def test_who_reviews_a_case_is_not_told_that_it_is_overdue(service: Service) -> None:
    await an_assigned_submission(service)
    until(service, "2025-11-24T10:00:00Z")
    assert await told(service) == 1
    assert len(await listed(service, "ministry")) == len(await listed(service, "feedback-hub")) == 1
    async with service.database.transaction() as session:
        person = {"person": f"position:{MINISTRY}:ministry"}
        await session.execute(text("UPDATE submission SET reviewers = ARRAY[CAST(:person AS varchar)]"), person)
    assert await listed(service, "ministry") == []
    assert len(await listed(service, "feedback-hub")) == 1


async def test_an_old_case_is_told_whole_before_anything_is_said_of_it(service: Service) -> None:
    received = {"occurred_at": "2025-09-10T02:00:00Z", "consent": True}
    taken = await service.post(
        "feedback-hub", "/submissions/on-behalf", submission(**received), **{"Idempotency-Key": KEY}
    )
    assert taken.status_code == 201, taken.text
    past = [
        ("triage", {}, "2025-09-11T02:00:00Z"),
        ("assign", {"organisation_id": str(MINISTRY)}, "2025-09-12T02:00:00Z"),
    ]
    for step, body, at in past:
        service.clock.pass_by(seconds=3599)
        assert await told(service) + await silent(service) == 0
        path = f"/submissions/{taken.json()['submission_id']}/{step}"
        answer = await service.post("feedback-hub", path, body | {"occurred_at": at})
        assert answer.status_code == 200, answer.text
    service.clock.pass_by(seconds=3600)
    assert (await told(service), await silent(service)) == (3, 1)


async def silent(service: Service) -> int:
    """What a process does beside it; answers of how many cases it stated that no answer came."""
    return await state_silence(service.database, service.log, service.clock, HUB)
