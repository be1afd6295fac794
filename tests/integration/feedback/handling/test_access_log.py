"""Who reads a case is in the access log, beside what its sender sees; a sender who reads the own case is not."""

from typing import Any

import pytest
from tests.integration.feedback.conftest import Service, a_submission, an_opened_contact

pytestmark = pytest.mark.asyncio


async def access_log(service: Service) -> list[dict[str, Any]]:
    """The log as an operator reads it, without the readings of the log itself."""
    response = await service.http.get(f"{service.prefix}/access-log", headers=service.headers("auditor"))
    assert response.status_code == 200, response.text
    return [one for one in response.json()["items"] if one["operation"] != "readFeedbackAccessLog"]


async def test_a_sealed_initiative_that_is_read_leaves_one_row(service: Service) -> None:
    submission_id, code = await a_submission(service, visibility="sealed")
    await service.case(code)
    assert await access_log(service) == []
    await service.get(f"/submissions/{submission_id}")
    [row] = await access_log(service)
    assert (row["operation"], row["entity"], row["client_id"]) == ("getSubmission", str(submission_id), "feedback-hub")
    assert (row["scopes"], row["filter"]) == (["feedback:handle"], {})
    [access] = (await service.case(code))["accesses"]
    assert (access["what"], access["read_at"]) == ("sealed_text", "2025-11-03T03:00:00Z")
    assert access["organisation"]["code"] == "P57", "the body, not the client"


async def test_a_contact_and_a_list_are_noted_without_what_was_said(service: Service) -> None:
    submission_id, _ = await a_submission(service)
    request_id = await an_opened_contact(service, submission_id)
    read = await service.post("desk", f"/submissions/{submission_id}/contact", {"reason": "Gọi lại chị Bình"})
    assert read.status_code == 200
    await service.get("/submissions", status="received", overdue=False)
    rows = await access_log(service)
    assert [(one["operation"], one["entity"]) for one in rows] == [
        ("listSubmissions", None),
        ("readContact", str(submission_id)),
        ("approveIdentityRequest", f"{submission_id}/{request_id}"),
        ("askForIdentity", str(submission_id)),
    ]
    assert rows[0]["filter"] == {"status": "received", "overdue": "false"}
    assert "Bình" not in str(rows)
    refused = await service.post("other-ministry", f"/submissions/{submission_id}/contact", {"reason": "x"})
    assert refused.status_code == 404
    assert len(await access_log(service)) == 4
