"""Assessments: a body answers with evidence in its window, another one verifies, and both are kept."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import Service
from tests.integration.tasks.criteria.test_criteria import published
from tests.unit.tasks.criteria.test_criteria_rules import MONTHLY

PROOF = [{"title": "Quyết định 12/QĐ-UBND", "url": "https://example.invalid/12.pdf"}]


def said(criterion: str, points: float, **more: Any) -> dict[str, Any]:
    return {"criterion": criterion, "points": points} | more


async def opened(service: Service, code: str = "75-KH", status: int = 201, **entry: Any) -> Any:
    body = {"criteria": MONTHLY, "period": "2025-12"} | entry
    response = await service.post(code, "/assessments", body)
    assert response.status_code == status, response.text
    return response.json()


async def step(service: Service, code: str, path: str, answers: list[dict[str, Any]], status: int = 200) -> Any:
    response = await service.post(code, path, {"answers": answers})
    assert response.status_code == status, response.text
    return response.json()


@pytest.mark.asyncio
async def test_what_a_body_says_and_what_another_one_verifies_are_both_kept(service: Service) -> None:
    await published(service)
    told = await opened(service)
    assert (told["state"], told["ranked"], told["answers"]) == ("open", False, [])
    assert (told["due_at"], told["closes_at"]) == ("2025-12-21T17:00:00Z", "2025-12-23T17:00:00Z")
    assert (await opened(service, status=200))["version"] == told["version"] == 1
    path = f"/assessments/{told['assessment_id']}"
    own = [said("I.2", 10, evidence=PROOF), said("I.1", 10), {"criterion": "II.1.2", "not_applicable": True}]
    answered = await step(service, "75-KH", f"{path}/answers", own)
    assert (answered["state"], answered["answered_at"]) == ("answered", "2025-12-04T03:00:00Z")
    # In the order of the set. Points without evidence stay as they were said.
    assert [(one["criterion"], one["own"]["points"], len(one["own"]["evidence"])) for one in answered["answers"]] == [
        ("I.1", 10, 0),
        ("I.2", 10, 1),
        ("II.1.2", None, 0),
    ]
    assert (await step(service, "75-KH", f"{path}/answers", own))["version"] == answered["version"]
    verified = await step(service, "G06", f"{path}/verify", [said("I.2", 5, note="Một sáng kiến"), said("III.2", 0.5)])
    both = next(one for one in verified["answers"] if one["criterion"] == "I.2")
    assert (both["own"]["points"], both["verified"]["points"], verified["verified_by"]["code"]) == (10, 5, "G06")
    late = await step(service, "75-KH", f"{path}/answers", [said("I.2", 10)], 409)
    assert late["code"] == "transition-not-allowed"
    assert (await service.get(path))["version"] == verified["version"]
    events = [event for event in await service.events() if event.entity_type == "assessment"]
    assert [event.change for event in events] == ["opened", "answered", "verified"]
    assert "example.invalid" not in str(events)
    assert "sáng kiến" not in str(events)


@pytest.mark.asyncio
async def test_no_answer_is_taken_after_the_last_day_without_consent_in_writing(service: Service) -> None:
    await published(service)
    path = f"/assessments/{(await opened(service))['assessment_id']}"
    answer = [said("I.2", 5, evidence=PROOF)]
    service.clock.pass_by(days=19, hours=13, minutes=59)  # the last minute of the 23rd in Việt Nam
    late = await step(service, "75-KH", f"{path}/answers", answer)
    assert late["due_at"] < late["answered_at"] < late["closes_at"]
    service.clock.pass_by(minutes=1)
    # What was said before is no new answer, and so not late.
    assert (await step(service, "75-KH", f"{path}/answers", answer))["answered_at"] == late["answered_at"]
    refused = await step(service, "75-KH", f"{path}/answers", [said("I.2", 10, evidence=PROOF)], 409)
    assert refused["code"] == "assessment-closed"
    consent = {"document": "15-CV/BCĐ"}
    own = await service.post("75-KH", "/assessments", {"criteria": MONTHLY, "period": "2025-12", "consent": consent})
    assert (own.status_code, own.json()["code"]) == (403, "organisation-not-allowed")
    allowed = await opened(service, "P57", 200, organisation="75-KH", consent=consent)
    assert allowed["consent"]["document"] == "15-CV/BCĐ"
    assert (await opened(service, "P57", 200, organisation="75-KH", consent=consent))["version"] == allowed["version"]
    assert (await step(service, "75-KH", f"{path}/answers", [said("I.2", 10)]))["answers"][0]["own"]["points"] == 10


@pytest.mark.asyncio
async def test_an_assessment_keeps_the_edition_of_when_it_was_opened(service: Service) -> None:
    await published(service)
    await opened(service)
    await published(service, source="Quy định 12-QĐ/TU")
    assert (await opened(service, status=200))["edition"] == 1
    assert (await opened(service, "25999"))["edition"] == 2
    listed = (await service.get("/assessments", criteria=MONTHLY, organisation="75", period="2025-12"))["items"]
    assert {one["organisation"]["code"] for one in listed} == {"75-KH", "25999"}
    assert (await service.get("/assessments", state="answered"))["items"] == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"criteria": "nowhere"}, "criteria-unknown"),
        ({"period": "2025"}, "period-unknown"),
        ({"period": "2026-01"}, "period-unknown"),
        ({"period": "2025-13"}, "period-unknown"),
        ({"period": "٢٠٢٥-١٢"}, "string-pattern-mismatch"),
        ({"organisation": "G06"}, "body-not-assessed"),
        ({"organisation": "75"}, "body-not-assessed"),
        ({"organisation": "999"}, "organisation-unknown"),
        ({"consent": {"document": "1", "document_id": "00000000-0000-0000-0000-000000000001"}}, "document-unknown"),
    ],
)
async def test_what_the_set_does_not_assess_is_refused(service: Service, entry: dict[str, Any], code: str) -> None:
    await published(service)
    body = {"criteria": MONTHLY, "period": "2025-12", "organisation": "75-KH"} | entry
    refused = await service.post("P57", "/assessments", body)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code), refused.text
    assert (await service.get("/assessments"))["items"] == []


@pytest.mark.asyncio
async def test_each_step_is_of_other_hands(service: Service) -> None:
    await published(service)
    path = f"/assessments/{(await opened(service))['assessment_id']}"
    early = await step(service, "G06", f"{path}/verify", [said("I.2", 5)], 409)
    assert early["code"] == "transition-not-allowed"
    for code in ("G06", "25999"):
        assert (await step(service, code, f"{path}/answers", [said("I.2", 5)], 403))["code"].startswith("organisation")
    await step(service, "75-KH", f"{path}/answers", [said("I.2", 5, evidence=PROOF)])
    for code in ("75-KH", "25999", "G01"):
        assert (await step(service, code, f"{path}/verify", [said("I.2", 5)], 403))["code"].startswith("organisation")
    same = service.issuer.headers("tasks:confirm", client_id="org-75-KH", organisation_id=await _id(service, "G06"))
    refused = await service.http.post(
        f"{service.prefix}{path}/verify", json={"answers": [said("I.2", 5)]}, headers=same
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "same-assessor")


async def _id(service: Service, code: str) -> Any:
    return (await service.get(f"/organisations/{code}"))["organisation_id"]
