"""The log as handling bodies read it: their own cases, and nothing of what was written."""

from uuid import UUID

import pytest
from tests.integration.feedback.conftest import KEY, MINISTRY, Service, a_submission


async def told(service: Service, client: str) -> list[tuple[UUID, str]]:
    response = await service.http.get("/api/feedback/v1/own/log", headers=service.headers(client))
    assert response.status_code == 200, response.text
    return [(UUID(event["subject"]), event["data"]["change"]) for event in response.json()]


@pytest.mark.asyncio
async def test_a_body_reads_the_events_of_its_cases_and_the_hub_those_of_all(service: Service) -> None:
    case, _ = await a_submission(service)
    other, _ = await a_submission(service, key="second-" + KEY, title="Khác")
    triaged = await service.post("feedback-hub", f"/submissions/{case}/triage", {"kind": "initiative"})
    assert triaged.status_code == 200, triaged.text
    assigned = await service.post("feedback-hub", f"/submissions/{case}/assign", {"organisation_id": str(MINISTRY)})
    assert assigned.status_code == 200, assigned.text
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
