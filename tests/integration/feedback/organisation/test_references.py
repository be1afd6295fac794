"""Bodies in cases are organisations that exist, named by identifier or by any of their codes."""

from typing import Any

import pytest
from tests.integration.feedback.conftest import (
    HUB,
    KEY,
    MINISTRY,
    Service,
    a_submission,
    an_answer,
    an_assigned_submission,
    submission,
)

from sixclear.common.ids import new_id
from sixclear.common.testing.mirrored import behind


async def refused(service: Service, reference: str) -> list[tuple[int, Any]]:
    """The answers where each place of a case names `reference`."""
    assigned, _ = await an_assigned_submission(service, key=f"{KEY}-assigned")
    triaged, _ = await a_submission(service, key=f"{KEY}-triaged")
    await service.post("feedback-hub", f"/submissions/{triaged}/triage", {})
    responses = [
        await service.send(submission(organisation_id=reference)),
        await service.post("feedback-hub", f"/submissions/{triaged}/assign", {"organisation_id": reference}),
        await service.post(
            "ministry", f"/submissions/{assigned}/answers", an_answer(responsible_organisation_id=reference)
        ),
    ]
    return [(response.status_code, response) for response in responses]


@pytest.mark.asyncio
@pytest.mark.parametrize("reference", ["G99", "01a224a1-434c-7bfe-8946-18d02a4aef95"])
async def test_an_unknown_body_is_refused_wherever_it_is_named(service: Service, reference: str) -> None:
    answers = await refused(service, reference)
    assert [status for status, _ in answers] == [422, 422, 422]
    pointers = [response.json()["errors"][0]["pointer"] for _, response in answers]
    assert pointers == ["#/organisation_id", "#/organisation_id", "#/responsible_organisation_id"]
    assert {response.json()["code"] for _, response in answers} == {"reference-unknown"}
    assert (await service.counts())["answer"] == 0
    assert (await service.counts())["submission"] == 2


@pytest.mark.asyncio
@pytest.mark.parametrize("age", [11.0, None])
async def test_a_body_that_may_exist_is_asked_for_again_later(service: Service, age: float | None) -> None:
    behind(service, age)
    answers = await refused(service, "G99")
    assert [status for status, _ in answers] == [503, 503, 503]
    assert all(int(response.headers["Retry-After"]) > 0 for _, response in answers)


@pytest.mark.asyncio
async def test_codes_and_identifiers_are_the_same_everywhere(service: Service) -> None:
    case_id, _ = await a_submission(service, organisation_id="G06")
    row = (await service.rows("submission"))[0]
    assert row["addressed_organisation_id"] == MINISTRY
    await service.post("feedback-hub", f"/submissions/{case_id}/triage", {})
    assigned = await service.post("feedback-hub", f"/submissions/{case_id}/assign", {"organisation_id": "G06"})
    assert assigned.json()["organisation_id"] == str(MINISTRY)
    again = await service.post("feedback-hub", f"/submissions/{case_id}/assign", {"organisation_id": str(MINISTRY)})
    assert again.status_code in (200, 409)
    body = an_answer(responsible_organisation_id="P57")
    assert (await service.post("ministry", f"/submissions/{case_id}/answers", body)).status_code == 201
    assert (await service.rows("answer"))[0]["responsible_organisation_id"] == HUB
    for reference, count in (("G06", 1), (str(MINISTRY), 1), ("G01", 0), (str(new_id()), 0)):
        assert len((await service.get("/submissions", organisation=reference))["items"]) == count, reference
    unknown = await service.http.get(
        "/api/feedback/v1/submissions", params={"organisation": "G99"}, headers=service.reader_headers()
    )
    assert unknown.status_code == 422


@pytest.mark.asyncio
async def test_a_receipt_is_given_again_whatever_is_known_of_the_body_meanwhile(service: Service) -> None:
    first = await service.send(submission(organisation_id=str(MINISTRY).upper()))
    behind(service, None)
    again = await service.send(submission(organisation_id=str(MINISTRY)))
    assert (again.status_code, again.json()) == (201, first.json())


@pytest.mark.asyncio
async def test_a_case_shows_its_bodies_by_code_and_name(service: Service) -> None:
    case_id, code = await an_assigned_submission(service, organisation_id="G01")
    await service.post("ministry", f"/submissions/{case_id}/answers", an_answer(responsible_organisation_id="P57"))
    (answer,) = await service.rows("answer")
    (listed,) = (await service.get("/submissions"))["items"]
    case = await service.get(f"/submissions/{case_id}")
    for shown in (listed, case):
        assert (shown["organisation"]["code"], shown["addressed_organisation"]["code"]) == ("G06", "G01")
    assert case["answers"][0]["responsible_organisation"]["name_vi"] == "Tên P57"
    published = await service.post(
        "feedback-publisher", f"/submissions/{case_id}/answers/{answer['answer_id']}/publish", {}
    )
    assert published.status_code == 200, published.text
    assert (await service.case(code))["answer"]["responsible_organisation"]["code"] == "P57"
