"""How well a sender can be known: raised by the sender alone, never lowered, and an anonymous case keeps its hours."""

from typing import Any

import httpx2
import pytest
from tests.integration.feedback.conftest import Service, a_submission, case_key
from tests.integration.feedback.submission.test_hours import ANONYMOUS, HOUR, hour_over, published

pytestmark = pytest.mark.asyncio
NAMED = {"name": "Trần Thị Bình", "email": "binh@example.invalid"}


async def say(service: Service, code: str, **given: Any) -> httpx2.Response:
    """What the sender says of themselves, later."""
    return await service.public("/mailbox/identity", {"receipt_code": code} | given)


async def test_the_sender_is_known_better_and_never_worse(service: Service) -> None:
    _, code = await a_submission(service, sender={"kind": "citizen"})
    steps: list[tuple[dict[str, str], str]] = [
        ({"phone": "0912 345 678"}, "pseudonymous"),
        (NAMED, "named"),
        ({"phone": "0987 654 321"}, "named"),
    ]
    for given, level in steps:
        for _ in range(2):  # sent again it changes nothing
            said = await say(service, code, **given)
            assert (said.status_code, said.json()) == (200, {"identity_level": level}), said.text
    (contact,) = await service.rows("contact")
    key = await case_key(service, contact["submission_id"], "identity")
    kept = [key.open(f"contact.{name}", key.case_id, contact[f"{name}_sealed"]) for name in ("name", "email", "phone")]
    assert kept == [*NAMED.values(), "0987 654 321"]
    events = await service.events()
    assert [(event.change, event.data["identity_level"]) for event in events] == [
        ("received", "pseudonymous"),
        ("identity_raised", "named"),
    ]
    assert (await service.case(code))["identity_level"] == "named"
    assert not any(text in str(event.data) for event in events for text in NAMED.values())


async def test_what_was_sent_anonymously_keeps_its_hours_when_the_sender_says_who(service: Service) -> None:
    service.clock.pass_by(minutes=5)
    case, code = await a_submission(service, **ANONYMOUS)
    service.clock.pass_by(minutes=5)
    assert (await say(service, code, **NAMED)).json() == {"identity_level": "named"}
    assert await service.events() == []
    assert (await service.public("/mailbox/messages", {"receipt_code": code, "text": "Xin bổ sung"})).status_code == 201
    assert {message["sent_at"] for message in (await service.case(code))["messages"]} == {HOUR}
    await hour_over(service)
    assert await published(service) == 1
    told = [event for event in await service.events() if event.entity_id == case]
    assert [(event.version, event.change, event.data["identity_level"]) for event in told] == [
        (1, "received", "anonymous"),
        (2, "identity_raised", "named"),
        (3, "message_added", "named"),
    ]
    assert {f"{event.occurred_at:%Y-%m-%dT%H:%M:%SZ}" for event in told} == {HOUR}
    service.clock.pass_by(hours=2, minutes=7)
    triaged = await service.post("feedback-hub", f"/submissions/{case}/triage", {})
    assert triaged.status_code == 200, triaged.text
    (row,) = await service.rows("submission")
    assert (row["occurred_at"].minute, row["first_identity_level"]) == (0, "anonymous")


async def test_only_the_code_says_who_the_sender_is(service: Service) -> None:
    _, code = await a_submission(service, sender={"kind": "citizen"})
    wrong = await say(service, "0000-0000-0000-0000-0", **NAMED)
    assert (wrong.status_code, wrong.json()["code"]) == (404, "mailbox-not-found")
    nothing = await say(service, code)
    assert (nothing.status_code, nothing.json()["errors"][0]["code"]) == (422, "nothing-given")
    unreadable = await say(service, code, email="no address")
    assert (unreadable.status_code, unreadable.json()["errors"][0]["pointer"]) == (422, "#/email")
    assert await service.rows("contact") == []
    assert (await service.case(code))["identity_level"] == "pseudonymous"
