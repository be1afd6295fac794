"""A case goes to another body only when that body takes it; the sender's clock never starts again, the body's may."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.integration.feedback.conftest import (
    HUB,
    MINISTRY,
    OTHER_MINISTRY,
    Service,
    an_answer,
    an_assigned_submission,
)

pytestmark = pytest.mark.asyncio
DUE = "2025-11-24T10:00:00Z"


async def offered(service: Service, case: UUID, client: str = "ministry", to: UUID = OTHER_MINISTRY) -> Any:
    """What an offer is answered with."""
    body = {"organisation_id": str(to), "ground": "not_competent"}
    return await service.post(client, f"/submissions/{case}/transfers", body)


async def decided(service: Service, case: UUID, transfer: Any, how: str, client: str = "other-ministry") -> Any:
    """What the decision on an offer is answered with."""
    body = {"ground": "handled_already"} if how == "refuse" else {}
    path = f"/submissions/{case}/transfers/{transfer.json()['transfer_id']}/{how}"
    return await service.post(client, path, body)


async def read(service: Service, client: str, path: str) -> Any:
    """Status and body of a GET."""
    response = await service.http.get(f"{service.prefix}{path}", headers=service.headers(client))
    return response.status_code, response.json()


async def stands_below(service: Service, body: UUID, top: UUID) -> None:
    """The register says that a body is one of another body's."""
    async with service.database.transaction() as session:
        await session.execute(
            text("UPDATE organisation SET parent_id = :top WHERE entity_id = :body"), {"top": top, "body": body}
        )


async def test_the_sender_sees_the_offer_and_the_clock_that_goes_on(service: Service) -> None:
    case, code = await an_assigned_submission(service)
    service.clock.pass_by(days=7)
    offer = await offered(service, case)
    assert (offer.status_code, offer.json()["state"]) == (201, "offered")
    mailbox = await service.case(code)
    assert (mailbox["organisation_id"], mailbox["transfers"][0]["state"]) == (str(MINISTRY), "offered")
    assert mailbox["transfers"][0]["to_organisation"]["code"] == "G01"
    accepted = await decided(service, case, offer, "accept")
    assert (accepted.status_code, accepted.json()["restarts"]) == (200, True)
    mailbox = await service.case(code)
    assert (mailbox["organisation_id"], mailbox["due_at"]) == (str(OTHER_MINISTRY), DUE)
    assert mailbox["clock"]["body_due_at"] == "2025-12-01T10:00:00Z"
    assert [line["what"] for line in mailbox["clock"]["lines"]].count("due") == 2
    told = (await service.events())[-1]
    assert (told.change, told.data["due_at"], told.data["body_due_at"]) == (
        "transferred",
        DUE,
        "2025-12-01T10:00:00Z",
    )


async def test_a_body_below_the_former_one_gets_no_new_clock(service: Service) -> None:
    await stands_below(service, OTHER_MINISTRY, MINISTRY)
    case, code = await an_assigned_submission(service)
    service.clock.pass_by(days=7)
    accepted = await decided(service, case, await offered(service, case), "accept")
    assert accepted.json()["restarts"] is False
    clock = (await service.case(code))["clock"]
    assert (clock["body_due_at"], clock["body_started_at"]) == (DUE, "2025-11-03T03:00:00Z")
    assert (await service.events())[-1].data["body_due_at"] is None


@pytest.mark.parametrize("below", [False, True])
async def test_a_body_that_had_the_case_before_counts_from_its_first_time(service: Service, below: bool) -> None:
    if below:
        await stands_below(service, OTHER_MINISTRY, MINISTRY)
    case, code = await an_assigned_submission(service)
    told, there, back = [], ("ministry", "other-ministry", OTHER_MINISTRY), ("other-ministry", "ministry", MINISTRY)
    for giver, taker, to in (there, back) * 2:
        service.clock.pass_by(days=7)
        accepted = await decided(service, case, await offered(service, case, giver, to), "accept", taker)
        told.append((accepted.json()["restarts"], (await service.case(code))["clock"]["body_due_at"]))
    other = DUE if below else "2025-12-01T10:00:00Z"
    assert told == [(not below, other), (False, DUE), (False, other), (False, DUE)]


async def test_the_hubs_assignment_starts_no_clock(service: Service) -> None:
    case, code = await an_assigned_submission(service)
    service.clock.pass_by(days=7)
    body = {"organisation_id": str(OTHER_MINISTRY)}
    assert (await service.post("feedback-hub", f"/submissions/{case}/assign", body)).status_code == 200
    assert (await service.case(code))["clock"]["body_due_at"] == DUE


async def test_a_body_is_late_by_its_own_clock_and_the_country_by_the_senders(service: Service) -> None:
    case, _ = await an_assigned_submission(service)
    service.clock.pass_by(days=7)
    await decided(service, case, await offered(service, case), "accept")
    service.clock.pass_by(days=15)  # 25 November: past the sender's day, before the body's
    late = "/submissions?overdue=true"
    assert len((await read(service, "feedback-hub", late))[1]["items"]) == 1
    assert (await read(service, "other-ministry", late))[1]["items"] == []
    assert (await read(service, "feedback-hub", f"{late}&organisation=G01"))[1]["items"] == []
    service.clock.pass_by(days=7)
    assert len((await read(service, "other-ministry", late))[1]["items"]) == 1


async def test_who_is_offered_a_case_reads_it_until_it_decides_and_does_nothing_else(service: Service) -> None:
    case, _ = await an_assigned_submission(service)
    assert (await read(service, "other-ministry", f"/submissions/{case}"))[0] == 404
    offer = await offered(service, case)
    status, seen = await read(service, "other-ministry", f"/submissions/{case}")
    assert (status, seen["text"] != "") == (200, True)
    assert (await service.post("other-ministry", f"/submissions/{case}/contact", {"reason": "x"})).status_code == 404
    assert (await service.post("other-ministry", f"/submissions/{case}/answers", an_answer())).status_code in (403, 404)
    assert (await decided(service, case, offer, "accept", "ministry")).status_code == 404
    assert (await decided(service, case, offer, "refuse")).status_code == 200
    assert (await read(service, "other-ministry", f"/submissions/{case}"))[0] == 404
    (listed,) = (await read(service, "other-ministry", "/transfers"))[1]["items"]
    assert (listed["state"], listed["refusal"], listed["submission"]) == ("refused", "handled_already", None)
    (own,) = (await read(service, "ministry", "/transfers?state=refused"))[1]["items"]
    assert own["submission"]["organisation_id"] == str(MINISTRY)


async def test_a_retry_of_a_refusal_is_answered_as_before_and_opens_nothing(service: Service) -> None:
    case, _ = await an_assigned_submission(service)
    offer = await offered(service, case)
    path = f"/submissions/{case}/transfers/{offer.json()['transfer_id']}/refuse"
    key = {"Idempotency-Key": "the-refusal-of-a-transfer"}
    first, again = [await service.post("other-ministry", path, {"ground": "handled_already"}, **key) for _ in range(2)]
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert (await read(service, "other-ministry", f"/submissions/{case}"))[0] == 404


async def test_a_body_that_the_hub_took_the_case_from_counts_from_its_first_time(service: Service) -> None:
    case, code = await an_assigned_submission(service)
    service.clock.pass_by(days=7)
    body = {"organisation_id": str(OTHER_MINISTRY)}
    assert (await service.post("feedback-hub", f"/submissions/{case}/assign", body)).status_code == 200
    service.clock.pass_by(days=7)
    back = await decided(service, case, await offered(service, case, "other-ministry", MINISTRY), "accept", "ministry")
    assert (back.status_code, back.json()["restarts"]) == (200, False)
    assert (await service.case(code))["clock"]["body_due_at"] == DUE


async def test_a_clock_of_its_own_goes_on_where_the_hub_gave_the_case_away_meanwhile(service: Service) -> None:
    case, code = await an_assigned_submission(service)
    service.clock.pass_by(days=7)
    assert (await decided(service, case, await offered(service, case), "accept")).json()["restarts"] is True
    for to, client in ((HUB, "feedback-hub"), (OTHER_MINISTRY, "other-ministry")):
        service.clock.pass_by(days=1)
        if client == "feedback-hub":
            body = {"organisation_id": str(to)}
            assert (await service.post("feedback-hub", f"/submissions/{case}/assign", body)).status_code == 200
        else:
            offer = await offered(service, case, "feedback-hub", to)
            assert (await decided(service, case, offer, "accept")).json()["restarts"] is False
        assert (await service.case(code))["clock"]["body_due_at"] == "2025-12-01T10:00:00Z"


@pytest.mark.parametrize("how", ["take-back", "assign", "answer"])
async def test_an_offer_ends_with_what_it_was_about(service: Service, how: str) -> None:
    case, code = await an_assigned_submission(service)
    offer = await offered(service, case)
    assert (await offered(service, case)).json()["code"] == "transfer-open"
    if how == "take-back":
        assert (await decided(service, case, offer, how, "ministry")).status_code == 200
    elif how == "assign":
        await service.post("feedback-hub", f"/submissions/{case}/assign", {"organisation_id": "P57"})
    else:
        drafted = await service.post("ministry", f"/submissions/{case}/answers", an_answer())
        path = f"/submissions/{case}/answers/{drafted.json()['answer_id']}/publish"
        assert (await service.post("feedback-publisher", path, {})).status_code == 200
    assert (await decided(service, case, offer, "accept")).status_code == 404
    assert (await service.case(code))["transfers"][0]["state"] == "lapsed"


async def test_drafts_of_the_former_body_go_with_an_accepted_transfer_alone(service: Service) -> None:
    case, _ = await an_assigned_submission(service)
    drafted = await service.post("ministry", f"/submissions/{case}/answers", an_answer())
    publish = f"/submissions/{case}/answers/{drafted.json()['answer_id']}/publish"
    offer = await offered(service, case)
    assert (await decided(service, case, offer, "accept")).status_code == 200
    late = await service.post("other-ministry", publish, {})
    assert late.status_code == 409, late.text


async def test_a_case_that_no_body_has_is_assigned_not_transferred(service: Service) -> None:
    case, _ = await an_assigned_submission(service)
    itself = await offered(service, case, to=MINISTRY)
    assert (itself.status_code, itself.json()["code"]) == (422, "transfer-to-itself")
    received = await service.send({"kind": "feedback", "title": "x", "text": "y"}, "c" * 16)
    refused = await offered(service, received.json()["submission_id"], "feedback-hub")
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
