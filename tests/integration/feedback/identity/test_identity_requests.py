"""Who a sender is: a handler asks, a custodian decides, the contact opens for a day, and the sender sees each step."""

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest
from tests.integration.feedback.conftest import (
    HUB,
    MINISTRY,
    OTHER_MINISTRY,
    Service,
    a_submission,
    an_assigned_submission,
    an_opened_contact,
)

pytestmark = pytest.mark.asyncio
REASON = {"reason": "Cần gọi lại để hỏi địa điểm"}


async def contact(service: Service, case: UUID, client_id: str = "desk") -> httpx2.Response:
    """The contact, as a handler asks for it."""
    return await service.post(client_id, f"/submissions/{case}/contact", REASON)


async def ask(service: Service, case: UUID, client_id: str = "desk") -> Any:
    """A request that is taken."""
    asked = await service.post(client_id, f"/submissions/{case}/identity-requests", REASON)
    assert asked.status_code == 201, asked.text
    return asked.json()


async def decide(service: Service, asked: Any, decision: str, client_id: str = "custodian") -> httpx2.Response:
    """What a custodian decides."""
    path = f"/submissions/{asked['submission_id']}/identity-requests/{asked['request_id']}/{decision}"
    return await service.post(client_id, path, {})


async def waiting(service: Service, **query: Any) -> Any:
    """What a custodian finds."""
    found = await service.http.get(
        f"{service.prefix}/identity-requests", params=query, headers=service.headers("custodian")
    )
    assert found.status_code == 200, found.text
    return found.json()


async def test_a_contact_opens_for_a_day_after_another_person_allowed_it(service: Service) -> None:
    case, code = await a_submission(service)
    needed = await contact(service, case)
    assert (needed.status_code, needed.json()["code"]) == (409, "identity-request-needed")
    assert await service.rows("access_log") == []
    asked = await ask(service, case)
    assert (asked["decision"], asked["requested_by"], asked["organisation_id"]) == (None, "desk", str(HUB))
    again = await service.post("desk", f"/submissions/{case}/identity-requests", REASON)
    assert (again.status_code, again.json()["code"]) == (409, "identity-request-waits")
    assert (await contact(service, case)).json()["code"] == "identity-request-needed"
    service.clock.pass_by(hours=1)
    approved = await decide(service, asked, "approve")
    assert (approved.status_code, approved.json()["open_until"]) == (200, "2025-11-04T04:00:00Z")
    assert (await contact(service, case)).json()["email"] == "binh@example.invalid"
    service.clock.pass_by(hours=23, minutes=59)
    assert (await contact(service, case)).status_code == 200
    service.clock.pass_by(minutes=1)
    assert (await contact(service, case)).json()["code"] == "identity-request-needed"
    seen = await service.case(code)
    (step,) = seen["identity_requests"]
    assert (step["organisation"]["code"], step["decision"]) == ("P57", "approved")
    assert (step["requested_at"], step["decided_at"]) == ("2025-11-03T03:00:00Z", "2025-11-03T04:00:00Z")
    assert len(seen["accesses"]) == 2
    assert not any(word in str(seen) for word in ("Cần gọi lại", "desk", "custodian"))


async def test_a_refusal_opens_nothing_and_the_body_may_ask_again(service: Service) -> None:
    case, code = await a_submission(service)
    asked = await ask(service, case)
    for _ in range(2):
        refused = await decide(service, asked, "refuse")
        assert (refused.status_code, refused.json()["decision"], refused.json()["open_until"]) == (200, "refused", None)
    other = await decide(service, asked, "approve")
    assert (other.status_code, other.json()["code"]) == (409, "identity-request-decided")
    assert (await contact(service, case)).json()["code"] == "identity-request-needed"
    await ask(service, case)
    assert [step["decision"] for step in (await service.case(code))["identity_requests"]] == [None, "refused"]


async def test_who_asks_does_not_decide_whatever_the_client(service: Service) -> None:
    case, _ = await a_submission(service)
    scopes = ("feedback:handle", "feedback:custodian")

    async def post(path: str, body: Any, **claims: Any) -> httpx2.Response:
        token = service.issuer.token(*scopes, organisation_id=HUB, **({"position": None} | claims))
        headers = {"Authorization": f"Bearer {token}"}
        return await service.http.post(f"{service.prefix}/submissions/{case}/{path}", json=body, headers=headers)

    lan = {"client_id": "portal", "sub": "lan", "azp": "portal", "auth_time": 1_700_000_000}
    nobody = await post("identity-requests", REASON, client_id="hub-a")
    assert (nobody.status_code, nobody.json()["code"]) == (403, "person-not-known")
    asked = await post("identity-requests", REASON, **lan)
    approve = f"identity-requests/{asked.json()['request_id']}/approve"
    for claims, code in (
        (lan, "decision-by-requester"),
        (lan | {"position": "custody"}, "decision-by-requester"),
        ({"client_id": "hub-b"}, "person-not-known"),
    ):
        refused = await post(approve, {}, **claims)
        assert (refused.status_code, refused.json()["code"]) == (403, code)
    assert (await post(approve, {}, **(lan | {"sub": "hung"}))).status_code == 200


async def test_an_approval_is_for_the_body_that_asked_and_ends_with_a_transfer(service: Service) -> None:
    case, _ = await an_assigned_submission(service)
    await an_opened_contact(service, case, "ministry")
    assert (await contact(service, case, "ministry")).status_code == 200
    assert (await contact(service, case)).json()["code"] == "identity-request-needed"  # the hub has not asked
    other = {"organisation_id": str(OTHER_MINISTRY)}
    assert (await service.post("feedback-hub", f"/submissions/{case}/assign", other)).status_code == 200
    assert (await contact(service, case, "ministry")).status_code == 404
    assert (await contact(service, case, "other-ministry")).json()["code"] == "identity-request-needed"


async def test_only_custodians_see_and_decide_and_never_what_a_case_says(service: Service) -> None:
    cases = [(await a_submission(service, sign * 16))[0] for sign in "abc"]
    asked = []
    for case in cases:
        service.clock.pass_by(minutes=1)
        asked.append(await ask(service, case))
    for client_id in ("desk", "feedback-publisher", "ministry"):
        refused = await decide(service, asked[0], "approve", client_id)
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient-scope")
    assert (await service.post("ministry", f"/submissions/{cases[0]}/identity-requests", REASON)).status_code == 404
    assert (await decide(service, asked[0] | {"submission_id": str(cases[1])}, "approve")).status_code == 404
    first = await waiting(service, limit=2)
    second = await waiting(service, limit=2, cursor=first["next"])
    assert [one["submission_id"] for one in first["items"] + second["items"]] == [str(case) for case in cases]
    assert not any(word in str(first) for word in ("Bản đồ", "Các viện", "Bình", "binh@"))
    assert (await decide(service, asked[1], "refuse")).status_code == 200
    assert [one["request_id"] for one in (await waiting(service, waiting=True))["items"]] == [
        asked[0]["request_id"],
        asked[2]["request_id"],
    ]
    assert [one["decision"] for one in (await waiting(service, waiting=False))["items"]] == ["refused"]


async def test_of_a_case_that_keeps_hours_requests_do_too(service: Service) -> None:
    service.clock.pass_by(minutes=5)
    case, code = await a_submission(service, visibility="sealed")
    service.clock.pass_by(minutes=20)
    await an_opened_contact(service, case)
    assert (await contact(service, case)).status_code == 200
    (step,) = (await service.case(code))["identity_requests"]
    assert {step["requested_at"], step["decided_at"]} == {"2025-11-03T03:00:00Z"}
    (row,) = await service.rows("identity_request")
    assert row["request_id"].version == 4


async def test_two_requests_at_once_are_one(service: Service) -> None:
    case, _ = await an_assigned_submission(service)
    path = f"/submissions/{case}/identity-requests"
    answers = await asyncio.gather(*(service.post("ministry", path, REASON) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    (row,) = await service.rows("identity_request")
    assert row["organisation_id"] == MINISTRY
