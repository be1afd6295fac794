"""What was kept long enough is erased by itself; while a clock runs nothing is."""

from typing import Any
from uuid import UUID

import pytest
from tests.integration.feedback.conftest import KEY, Service, a_submission, an_answer, an_assigned_submission

from sixclear.feedback.mailbox.service import erase_case
from sixclear.feedback.retention.service import erase_what_is_over

pytestmark = pytest.mark.asyncio


async def answer(service: Service, submission_id: UUID, **changes: Any) -> None:
    """Draft and publish the answer of a case."""
    drafted = await service.post("feedback-hub", f"/submissions/{submission_id}/answers", an_answer(**changes))
    path = f"/submissions/{submission_id}/answers/{drafted.json()['answer_id']}/publish"
    assert (await service.post("feedback-publisher", path, {})).status_code == 200


async def erase(service: Service) -> int:
    """The timed work, once."""
    return await erase_what_is_over(service.database, service.log, service.clock, erase_case)


async def purposes(service: Service) -> set[str]:
    """What still opens."""
    return {row["purpose"] for row in await service.rows("case_key")}


async def test_the_contact_goes_after_twelve_months_and_the_text_after_five_years(service: Service) -> None:
    notice = {"email": "binh@example.invalid", "language": "vi"}
    submission_id, code = await an_assigned_submission(service, notice=notice)
    assert (await service.case(code))["retention"] == {
        "contact_until": None,
        "text_until": None,
        "waits_for": "answer",
    }
    await answer(service, submission_id)
    assert (await service.case(code))["retention"] == {
        "contact_until": "2026-11-03T03:00:00Z",
        "text_until": "2030-11-03T03:00:00Z",
        "waits_for": None,
    }
    service.clock.pass_by(days=364, hours=23)
    assert await erase(service) == 0
    assert await purposes(service) == {"content", "identity", "notice"}
    service.clock.pass_by(hours=1)
    assert await erase(service) == 1
    assert await purposes(service) == {"content"}
    assert await service.rows("contact") == await service.rows("notice") == []
    case = await service.case(code)
    assert [one["what"] for one in case["erasures"]] == ["contact"]
    assert (case["notice"]["wanted"], case["title"]) == (False, "Bản đồ phòng thí nghiệm dùng chung")
    assert await erase(service) == 0

    service.clock.pass_by(days=4 * 365 + 1)
    assert await erase(service) == 1
    assert await purposes(service) == set()
    assert (await service.public("/mailbox", {"receipt_code": code})).status_code == 404
    assert (await service.events())[-1].data["change"] == "shredded"
    assert await erase(service) == 0


async def test_a_promised_step_that_is_not_done_keeps_the_case(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service)
    await answer(service, submission_id, steps=[{"words": "Công bố lịch.", "due_date": "2026-03-31"}])
    service.clock.pass_by(days=3000)
    assert (await service.case(code))["retention"]["waits_for"] == "promise"
    assert await erase(service) == 0
    [promise] = (await service.case(code))["answer"]["steps"]
    done = await service.post("desk", f"/submissions/{submission_id}/promises/{promise['promise_id']}/done", {})
    assert done.status_code == 200, done.text
    assert await erase(service) == 0
    service.clock.pass_by(days=366)
    assert await erase(service) == 1
    assert await purposes(service) == {"content"}


async def test_an_open_case_is_kept_and_one_that_was_taken_back_is_not(service: Service) -> None:
    kept_id, _ = await a_submission(service)
    _, code = await a_submission(service, KEY + "-taken-back")
    assert (await service.public("/mailbox/withdraw", {"receipt_code": code})).status_code == 200
    service.clock.pass_by(days=3000)
    assert await erase(service) == 1  # text and contact go together
    assert {row["submission_id"] for row in await service.rows("case_key")} == {kept_id}


async def test_an_appeal_that_nobody_decided_keeps_the_case(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service)
    await answer(service, submission_id)
    assert (await service.public("/mailbox/appeal", {"receipt_code": code, "reason": "Chưa có."})).status_code == 200
    service.clock.pass_by(days=3000)
    assert (await service.case(code))["retention"]["waits_for"] == "appeal"
    assert await erase(service) == 0


async def test_a_contact_given_after_its_time_is_kept_for_its_time(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service)
    await answer(service, submission_id)
    service.clock.pass_by(days=500)
    assert await erase(service) == 1
    await service.public("/mailbox/notice", {"receipt_code": code, "notice": {"email": "binh@example.invalid"}})
    assert (await service.case(code))["retention"]["contact_until"] == "2028-03-18T03:00:00Z"
    assert await erase(service) == 0
    assert "notice" in await purposes(service)
    service.clock.pass_by(days=366)
    assert await erase(service) == 1
    assert await purposes(service) == {"content"}
    case = await service.case(code)
    assert (case["notice"]["wanted"], case["retention"]["contact_until"]) == (False, "2026-11-03T03:00:00Z")
    identity = await service.public("/mailbox/identity", {"receipt_code": code, "email": "binh@example.invalid"})
    assert identity.status_code == 200, identity.text
    assert await erase(service) == 0
    assert "identity" in await purposes(service)
    service.clock.pass_by(days=3 * 365)
    assert await erase(service) == 1  # with the text, if that is earlier
    assert await purposes(service) == set()
