"""Which bodies are suggested for a case, and why; nothing is assigned by it."""

from typing import Any

import pytest
from tests.integration.feedback.conftest import MINISTRY, Service, a_submission, an_assigned_submission, service

from sixclear.common.ids import stable_id

__all__ = ["service"]

FIELD, PLACE = "science-technology", "G01"


async def suggested(service: Service, case: Any, client: str = "feedback-hub") -> Any:
    path = f"{service.prefix}/submissions/{case}/competence"
    response = await service.http.get(path, headers=service.headers(client))
    return response.json() | {"status": response.status_code}


@pytest.mark.asyncio
async def test_rules_come_first_and_then_what_was_decided(service: Service) -> None:
    await an_assigned_submission(service, "a-key-of-an-assigned-case", field=FIELD, place=PLACE)
    await an_assigned_submission(service, "a-key-of-another-place", field=FIELD, place="P57")
    await an_assigned_submission(service, "a-key-of-a-sealed-case", field=FIELD, place=PLACE, visibility="sealed")
    case, _ = await a_submission(service, field=FIELD, place=PLACE)
    items = (await suggested(service, case))["items"]
    assert [(one["because"], one["rule"], one["organisation"]["code"], one["times"]) for one in items] == [
        ("rule", "place", PLACE, None),
        ("rule", FIELD, "G06", None),
        ("decided", None, "G06", 1),
    ]
    assert all(one["reason_vi"] and one["reason_en"] for one in items)
    view = await service.http.get(f"{service.prefix}/submissions/{case}", headers=service.headers("feedback-hub"))
    assert view.json()["organisation_id"] is None, "a suggestion assigns nothing"


@pytest.mark.asyncio
async def test_a_decision_of_long_ago_no_longer_counts(service: Service) -> None:
    await an_assigned_submission(service, "a-key-of-an-assigned-case", field=FIELD)
    service.clock.pass_by(days=549)
    case, _ = await a_submission(service, field=FIELD)
    assert [one["because"] for one in (await suggested(service, case))["items"]] == ["rule"]


@pytest.mark.asyncio
async def test_a_body_that_is_not_known_is_not_suggested(service: Service) -> None:
    case, _ = await a_submission(service, field="health")
    assert (await suggested(service, case))["items"] == []
    unsaid, _ = await a_submission(service, "a-key-of-a-case-without-field")
    assert (await suggested(service, unsaid))["items"] == []


@pytest.mark.asyncio
async def test_only_the_hub_asks(service: Service) -> None:
    case, _ = await an_assigned_submission(service, field=FIELD)
    assert stable_id("organisation", "G06") == MINISTRY
    refused = await suggested(service, case, "ministry")
    assert (refused["status"], refused["code"]) == (403, "organisation-not-allowed")
    assert (await suggested(service, case, "other-ministry"))["code"] == "submission-not-found"


@pytest.mark.asyncio
async def test_triage_says_field_and_place_where_the_sender_did_not(service: Service) -> None:
    case, _ = await a_submission(service)
    body = {"field": FIELD, "place": PLACE}
    triaged = await service.post("feedback-hub", f"/submissions/{case}/triage", body)
    assert (triaged.json()["field"], triaged.json()["place_id"]) == (FIELD, str(stable_id("organisation", PLACE)))
    assert [one["rule"] for one in (await suggested(service, case))["items"]] == ["place", FIELD]
    (event,) = [row for row in await service.rows("event") if row["change"] == "triaged"]
    assert not {"field", "place_id"} & set(event["data"])
