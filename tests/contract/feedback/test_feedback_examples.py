"""The feedback service emits exactly the events that its examples show; they are written for consumers to read."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.contract.feedback.after_the_answer import what_a_sender_does
from tests.contract.feedback.clocks import the_clocks_of_a_submission
from tests.integration.feedback.conftest import (
    KEY,
    MINISTRY,
    SCOPES,
    Service,
    an_answer,
    service,
    submission,
    told_by_an_earlier_edition,
)
from tests.integration.feedback.link.linked import two_cases_of_one_need

from sixclear.common.census import Census
from sixclear.common.testing.examples import declared_examples, emitted_examples, written_examples
from sixclear.feedback.census.service import count
from sixclear.feedback.events import EVENTS
from sixclear.feedback.submission.service.editions import move_open_cases

__all__ = ["service"]

Step = Callable[..., Awaitable[Any]]
Before = Callable[[str, str, Any, Mapping[str, str]], Awaitable[None]]
IDEA_AT = datetime(2025, 12, 1, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[3] / "services" / "feedback" / "contracts" / "examples"


async def nothing_first(client_id: str, path: str, body: Any, headers: Mapping[str, str]) -> None:
    """What comes before a step in the plain story."""


def stepping(service: Service, before: Before = nothing_first) -> Step:
    """What takes the next step of a story, an hour after the one before; `before` is called with each."""

    async def step(client_id: str, path: str, body: Any, **headers: str) -> Any:
        service.clock.pass_by(hours=1)
        await before(client_id, path, body, headers)
        sent = headers | (service.headers(client_id) if client_id in SCOPES else {})
        response = await service.http.post(f"/api/feedback/v1{path}", json=body, headers=sent)
        assert response.status_code in (200, 201), response.text
        return response.json()

    return step


async def the_life_of_a_submission(service: Service, before: Before = nothing_first) -> dict[str, str]:
    """Every change that a submission can go through, once; `before` is called with each step.

    Answers what opens its mailbox.
    """

    step = stepping(service, before)
    key = {"Idempotency-Key": KEY}
    receipt = await step("anybody", "/submissions", submission(), **key)
    case, opening = f"/submissions/{receipt['submission_id']}", {"receipt_code": receipt["receipt_code"]}
    await step("feedback-hub", f"{case}/triage", {"programme": "nq57-central"})
    await step("feedback-hub", f"{case}/assign", {"organisation_id": str(MINISTRY)})
    await step("feedback-hub", f"{case}/messages", {"text": "Xin cho biết tên viện."})
    await step("anybody", "/mailbox", opening)
    await step("anybody", "/mailbox/messages", opening | {"text": "Viện Vật lý."})
    asked = await step("feedback-hub", f"{case}/identity-requests", {"reason": "Cần gọi lại"})
    drafted = await step("feedback-hub", f"{case}/answers", an_answer())
    await step("feedback-publisher", f"{case}/answers/{drafted['answer_id']}/publish", {})
    entered = await step("desk", "/submissions/on-behalf", submission(sender={"kind": "commune"}), **key)
    said = {"name": "Trần Thị Bình", "email": "binh@example.invalid"}
    await step("anybody", "/mailbox/identity", {"receipt_code": entered["receipt_code"]} | said)
    await step("custodian", f"{case}/identity-requests/{asked['request_id']}/approve", {})
    await step("feedback-hub", f"{case}/contact", {"reason": "Gọi lại"})
    other = f"/submissions/{entered['submission_id']}/identity-requests"
    refused = await step("desk", other, {"reason": "Muốn biết ai gửi"})
    await step("custodian", f"{other}/{refused['request_id']}/refuse", {})
    return opening


async def an_idea_is_taken_up(service: Service, before: Before = nothing_first) -> str:
    """Its words are published with the answer, withdrawn, written again and published again; the path of its case.

    It begins on a day of its own, so that its times do not follow from the stories before.
    """
    service.clock.pass_by(seconds=(IDEA_AT - service.clock()).total_seconds())
    step = stepping(service, before)
    idea = await step("anybody", "/submissions", submission(consent=True), **{"Idempotency-Key": KEY + "-idea"})
    case = f"/submissions/{idea['submission_id']}"
    await step("feedback-hub", f"{case}/triage", {"programme": "nq57-central"})
    await step("feedback-hub", f"{case}/assign", {"organisation_id": str(MINISTRY)})
    words = {
        "title": "Lịch chung của phòng thí nghiệm",
        "abstract": "Một trang cho biết phòng thí nghiệm nào còn trống, để doanh nghiệp đặt.",
        "promised_steps": [{"text": "Công bố lịch của 12 phòng", "due_on": "2026-03-31"}],
    }
    await step("feedback-hub", f"{case}/proposal", words)
    drafted = await step("feedback-hub", f"{case}/answers", an_answer())
    await step("feedback-publisher", f"{case}/answers/{drafted['answer_id']}/publish", {})
    await step("feedback-publisher", f"{case}/proposal/withdraw", {"reason": "Tóm tắt chưa đúng."})
    await step("feedback-hub", f"{case}/proposal", words)
    await step("feedback-publisher", f"{case}/proposal/publish", {})
    return case


@pytest.mark.asyncio
async def test_every_change_is_emitted_as_its_example_shows(service: Service) -> None:
    source = Census(service.log, count, service.clock)
    await the_life_of_a_submission(service)
    await told_by_an_earlier_edition(service, due_at="2025-11-21T10:00:00Z", due_soon_at="2025-11-19T10:00:00Z")
    service.clock.pass_by(hours=1)
    await move_open_cases(service.database, service.log, service.clock())
    assert await source.state_if_due()
    await what_a_sender_does(service)
    await an_idea_is_taken_up(service)
    await the_clocks_of_a_submission(service)
    await two_cases_of_one_need(service)
    emitted, written = await emitted_examples(service.log), written_examples(EXAMPLES)
    assert set(written) == declared_examples(EVENTS)
    for name, example in written.items():
        assert _by_chance(emitted[name], example) == example, name


def _by_chance(emitted: dict[str, Any], example: Mapping[str, Any]) -> Any:
    """The event with the identifier of its example, where it was made up at random: that of a proposal."""
    if not emitted["type"].startswith("vn.sixclear.feedback.proposal."):
        return emitted
    return orjson.loads(orjson.dumps(emitted).replace(emitted["subject"].encode(), example["subject"].encode()))


def test_no_event_can_carry_what_people_wrote() -> None:
    """Title and abstract of a proposal are the body's: a request that repeats the sender's text is refused."""
    kinds = {entity.entity_type: set(entity.data.model_fields) for entity in EVENTS.entities}
    fields = set().union(*kinds.values()) - ({"title"} if "title" not in kinds["submission"] else set())
    assert not fields & {"title", "text", "name", "email", "phone", "contact", "receipt_code", "sender", "sender_kind"}
