"""The log as handling bodies read it: their own cases, and nothing of what was written."""

from uuid import UUID

import pytest
from tests.integration.feedback.conftest import KEY, MINISTRY, OTHER_MINISTRY, Service, a_submission
from tests.integration.logs import LogReader, nothing_is_missed_or_repeated

from sixclear.common.events.log import NewEvent


async def assigned(service: Service, case: UUID, body: UUID) -> None:
    """The hub triages a case and gives it to a body."""
    for step, entry in (("triage", {"kind": "initiative"}), ("assign", {"organisation_id": str(body)})):
        done = await service.post("feedback-hub", f"/submissions/{case}/{step}", entry)
        assert done.status_code == 200, done.text


async def told(service: Service, client: str) -> list[tuple[UUID, str]]:
    response = await service.http.get("/api/feedback/v1/own/log", headers=service.headers(client))
    assert response.status_code == 200, response.text
    return [(UUID(event["subject"]), event["data"]["change"]) for event in response.json()]


@pytest.mark.asyncio
async def test_a_body_reads_the_events_of_its_cases_and_the_hub_those_of_all(service: Service) -> None:
    case, _ = await a_submission(service)
    other, _ = await a_submission(service, key="second-" + KEY, title="Khác")
    await assigned(service, case, MINISTRY)
    assert await told(service, "feedback-hub") == [
        (case, "received"),
        (other, "received"),
        (case, "triaged"),
        (case, "assigned"),
    ]
    assert await told(service, "ministry") == [(case, "received"), (case, "triaged"), (case, "assigned")]
    assert await told(service, "other-ministry") == []
    anybody = await service.http.get("/api/feedback/v1/own/log")
    assert anybody.status_code == 401
    whole = await service.http.get("/api/feedback/v1/own/log", headers=service.headers("ministry"))
    assert "Bản đồ" not in whole.text
    assert whole.headers["cache-control"] == "no-store"


@pytest.mark.asyncio
async def test_no_event_is_missed_or_repeated_while_others_write(service: Service) -> None:
    """For the hub all cases, for a body its own, between which stand those of others; nothing for a third."""
    own, _ = await a_submission(service)
    other, _ = await a_submission(service, key="second-" + KEY, title="Khác")
    await assigned(service, own, MINISTRY)

    def event_of(worker: int, number: int) -> NewEvent:
        return NewEvent(
            entity_type="submission",
            entity_id=own if (worker + number) % 3 == 0 else other,
            version=number + 10,
            previous_version=number + 9,
            change="triaged",
            data={},
            occurred_at=service.clock(),
        )

    for client, may_read in (
        ("feedback-hub", {own, other}),
        ("ministry", {own}),
        ("other-ministry", set[UUID]()),
    ):
        await nothing_is_missed_or_repeated(LogReader(service, "/own/log", client), event_of, may_read.__contains__)


@pytest.mark.asyncio
async def test_a_case_that_moves_to_another_body_takes_its_past_along(service: Service) -> None:
    case, _ = await a_submission(service)
    await assigned(service, case, MINISTRY)
    before, after = (LogReader(service, "/own/log", client) for client in ("ministry", "other-ministry"))
    told = ["received", "triaged", "assigned"]
    assert [event["data"]["change"] for event in await before.read_all(1)] == told
    assert await after.read_all(1) == []
    moved = await service.post("feedback-hub", f"/submissions/{case}/assign", {"organisation_id": str(OTHER_MINISTRY)})
    assert moved.status_code == 200, moved.text
    assert await before.read_all(1) == []
    for limit in (1, 2, 100):
        assert [event["data"]["change"] for event in await after.read_all(limit)] == [*told, "assigned"]
