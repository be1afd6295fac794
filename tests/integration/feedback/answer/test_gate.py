"""An answer closes a case only when it says something; it goes out when it should, and is corrected in the open."""

import asyncio
from typing import Any

import httpx2
import pytest
from tests.integration.feedback.conftest import (
    OTHER_MINISTRY,
    Service,
    a_submission,
    an_answer,
    an_assigned_submission,
)

from sixclear.feedback.answer.service import publish_scheduled

pytestmark = pytest.mark.asyncio
POINTS = [
    {"point": "Ai đặt lịch?", "answer": "Trung tâm dùng chung."},
    {"point": "Phí bao nhiêu?", "answer": "Không thu phí trong năm 2026."},
]
STEPS = [
    {"words": "Công bố lịch.", "due_date": "2026-03-31"},
    {"words": "Mở cho doanh nghiệp.", "due_date": "2026-06-30"},
]


async def drafted(service: Service, case: str, **changes: Any) -> str:
    """The identifier of a draft by the hub."""
    response = await service.post("feedback-hub", f"{case}/answers", an_answer(**changes))
    assert response.status_code == 201, response.text
    return str(response.json()["answer_id"])


async def published(service: Service, case: str, answer_id: str, **body: Any) -> httpx2.Response:
    """What another person's publication is answered."""
    return await service.post("feedback-publisher", f"{case}/answers/{answer_id}/publish", body)


async def due(service: Service) -> int:
    """What a process does every two seconds; answers how many it published."""
    return await publish_scheduled(service.database, service.log, service.clock)


async def test_a_case_that_was_only_passed_on_stays_open_and_its_clock_runs(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service)
    case = f"/submissions/{submission_id}"
    due_at = (await service.case(code))["due_at"]
    passed_on = an_answer(
        outcome="not_competent",
        responsible_organisation_id=str(OTHER_MINISTRY),
        text="Nội dung đã được chuyển đến Bộ Quốc phòng để xem xét, giải quyết theo thẩm quyền.",
    )
    refused = await service.post("feedback-hub", f"{case}/answers", passed_on)
    assert (refused.status_code, refused.json()["code"]) == (422, "answer-says-nothing")
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [
        ("#/outcome", "transfer-is-no-answer"),
        ("#/text", "template-unchanged"),
    ]
    assert await service.rows("answer") == []
    shown = await service.case(code)
    assert (shown["status"], shown["due_at"], shown["clock"]["state"]) == ("assigned", due_at, "in_time")


async def test_what_a_template_left_unchanged_is_shown_to_the_checker_and_alone_closes_nothing(
    service: Service,
) -> None:
    submission_id, _ = await an_assigned_submission(service)
    case = f"/submissions/{submission_id}"
    entry = {"title": "Cảm ơn", "text": "Bộ cảm ơn ông/bà đã gửi ý kiến. Bộ sẽ {việc}."}
    template = (await service.post("ministry", "/answer-templates", entry)).json()
    for text in (entry["text"], "Bộ cảm ơn ông/bà đã gửi ý kiến."):
        refused = await service.post("ministry", f"{case}/answers", an_answer(text=text))
        assert refused.json()["code"] == "answer-says-nothing", refused.text
    text = "Bộ cảm ơn ông/bà đã gửi ý kiến. Bộ sẽ công bố lịch của 12 phòng."
    assert (await service.post("ministry", f"{case}/answers", an_answer(text=text))).status_code == 201
    [answer] = (await service.get(case))["answers"]
    [unchanged] = answer["unchanged"]
    assert unchanged["text"] == text[unchanged["start"] : unchanged["end"]] == "Bộ cảm ơn ông/bà đã gửi ý kiến."
    assert unchanged["template_id"] == template["template_id"]


async def test_a_retired_template_is_offered_no_more_and_still_known(service: Service) -> None:
    async def offered(client_id: str) -> list[str]:
        response = await service.http.get(
            f"{service.prefix}/answer-templates", headers=service.headers(client_id), params={"limit": 200}
        )
        return [one["text"] for one in response.json()["items"]]

    shipped = await offered("ministry")
    assert any("{tên cơ quan}" in text for text in shipped)
    template = (await service.post("ministry", "/answer-templates", {"title": "Kết", "text": "Trân trọng."})).json()
    assert (await offered("ministry"), await offered("other-ministry")) == ([*shipped, "Trân trọng."], shipped)
    path = f"/answer-templates/{template['template_id']}/retire"
    assert (await service.post("other-ministry", path, {})).json()["code"] == "answer-template-not-found"
    retired = [(await service.post("ministry", path, {})).json()["retired_at"] for _ in range(2)]
    assert retired == ["2025-11-03T03:00:00Z"] * 2
    assert await offered("ministry") == shipped
    submission_id, _ = await an_assigned_submission(service)
    refused = await service.post("ministry", f"/submissions/{submission_id}/answers", an_answer(text="Trân trọng."))
    assert refused.json()["errors"][0]["code"] == "template-unchanged"


async def test_each_point_is_answered_and_each_promise_shown_until_it_is_done(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service)
    case = f"/submissions/{submission_id}"
    refused = await service.post("feedback-hub", f"{case}/answers", an_answer(points=[POINTS[0] | {"answer": ""}]))
    assert refused.json()["errors"][0]["pointer"] == "#/points/0/answer"
    late = await service.post(
        "feedback-hub", f"{case}/answers", an_answer(steps=[STEPS[0] | {"due_date": "2025-11-02"}])
    )
    assert late.json()["errors"][0]["pointer"] == "#/steps/0/due_date"
    answer_id = await drafted(service, case, points=POINTS, steps=STEPS, next_date=None)
    again = await service.post("feedback-hub", f"{case}/answers", an_answer(points=POINTS, steps=STEPS, next_date=None))
    assert (again.status_code, again.json()["answer_id"]) == (200, answer_id)
    [waiting] = (await service.get(case))["answers"]
    done = f"{case}/promises/{waiting['steps'][0]['promise_id']}/done"
    assert (await service.post("ministry", done, {})).json()["code"] == "promise-not-found", "nothing is promised yet"
    assert (await published(service, case, answer_id)).status_code == 200
    service.clock.pass_by(days=30)
    assert (await service.post("ministry", done, {"words": "Xong."})).status_code == 200
    assert (await service.post("ministry", done, {})).json()["code"] == "transition-not-allowed"
    answer = (await service.case(code))["answer"]
    assert answer["points"] == POINTS
    assert [(step["words"], step["due_date"], step["done_words"]) for step in answer["steps"]] == [
        ("Công bố lịch.", "2026-03-31", "Xong."),
        ("Mở cho doanh nghiệp.", "2026-06-30", None),
    ]
    assert answer["steps"][0]["done_at"] == "2025-12-03T03:00:00Z"
    assert (await service.events())[-1].change == "step_done"


async def test_a_scheduled_answer_goes_out_at_its_time_once(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service)
    case = f"/submissions/{submission_id}"
    answer_id = await drafted(service, case)
    for time in ("2025-11-03T02:00:00Z", "2025-11-24T10:00:01Z"):
        refused = await published(service, case, answer_id, publish_at=time)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/publish_at")
    assert (await published(service, case, answer_id, publish_at="2025-11-04T03:00:00Z")).json()[
        "status"
    ] == "in_review"
    assert (await due(service), (await service.case(code))["answer"]) == (0, None)
    service.clock.pass_by(days=1)
    assert sum(await asyncio.gather(*(due(service) for _ in range(3)))) == 1
    assert await due(service) == 0
    shown = await service.case(code)
    assert (shown["status"], shown["answer"]["published_at"]) == ("answered", "2025-11-04T03:00:00Z")
    [answer] = (await service.get(case))["answers"]
    assert (answer["drafted_by"], answer["published_by"]) == ("feedback-hub", "feedback-publisher")


@pytest.mark.parametrize("step", ["draft", "transfer", "withdrawal"])
async def test_what_comes_between_takes_a_schedule_back(service: Service, step: str) -> None:
    submission_id, code = await an_assigned_submission(service)
    case = f"/submissions/{submission_id}"
    answer_id = await drafted(service, case)
    await published(service, case, answer_id, publish_at="2025-11-04T03:00:00Z")
    if step == "draft":
        await drafted(service, case, text="Bộ xem lại.")
    elif step == "transfer":
        await service.post("feedback-hub", f"{case}/assign", {"organisation_id": str(OTHER_MINISTRY)})
    else:
        assert (await service.public("/mailbox/withdraw", {"receipt_code": code})).status_code == 200
    service.clock.pass_by(days=1)
    assert await due(service) == 0
    assert (await service.case(code))["answer"] is None


async def test_an_answer_is_corrected_in_the_open_by_two_persons(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service)
    case = f"/submissions/{submission_id}"
    wrong = await drafted(service, case)
    why = {"corrects": wrong, "correction_reason": "Sai số phòng."}
    assert (await service.post("feedback-hub", f"{case}/answers", an_answer(**why))).status_code == 409
    await published(service, case, wrong)
    for half in ({"corrects": wrong}, {"correction_reason": "Sai số phòng."}):
        assert (await service.post("feedback-hub", f"{case}/answers", an_answer(**half))).status_code == 422
    assert (await service.post("feedback-hub", f"{case}/answers", an_answer(text="Khác."))).status_code == 409
    service.clock.pass_by(days=2)
    right = await drafted(service, case, text="Bộ sẽ công bố lịch của 21 phòng.", outcome="accepted_in_part", **why)
    before = await service.case(code)
    assert (before["status"], before["outcome"], before["answer"]["text"][:5]) == ("answered", "accepted", "Bộ sẽ")
    assert before["former_answers"] == []
    by_drafter = await service.post("feedback-hub", f"{case}/answers/{right}/publish", {})
    assert by_drafter.json()["code"] == "publication-by-drafter"
    assert (await published(service, case, right)).status_code == 200
    after = await service.case(code)
    assert (after["outcome"], after["answered_at"]) == ("accepted_in_part", before["answered_at"])
    assert (after["answer"]["correction_reason"], after["answer"]["text"]) == (
        "Sai số phòng.",
        "Bộ sẽ công bố lịch của 21 phòng.",
    )
    assert [former["text"] for former in after["former_answers"]] == [before["answer"]["text"]]
    assert [event.change for event in await service.events()][-3:] == ["answered", "answer_drafted", "answered"]
    assert [row["kind"] for row in await service.rows("statement")].count("answered") == 2
    assert (await service.post("feedback-hub", f"{case}/answers", an_answer(**why))).status_code == 409


async def test_a_sender_takes_the_case_back_before_it_is_answered(service: Service) -> None:
    submission_id, code = await an_assigned_submission(service)
    case, opening = f"/submissions/{submission_id}", {"receipt_code": code}
    answer_id = await drafted(service, case)
    assert (await service.case(code))["may_withdraw"] is True
    taken = await service.public("/mailbox/withdraw", opening)
    assert (taken.status_code, taken.json()) == (200, {"status": "withdrawn", "occurred_at": "2025-11-03T03:00:00Z"})
    assert (await service.public("/mailbox/withdraw", opening)).json()["code"] == "transition-not-allowed"
    assert (await published(service, case, answer_id)).status_code == 409
    service.clock.pass_by(days=60)
    shown = await service.case(code)
    assert (shown["status"], shown["may_withdraw"], shown["clock"]["state"]) == ("withdrawn", False, "in_time")
    assert (await service.events())[-1].change == "taken_back"
    assert [row["kind"] for row in await service.rows("statement")][-1] == "closed"
    answered, other = await an_assigned_submission(service, "another-case-1234")
    path = f"/submissions/{answered}"
    await published(service, path, await drafted(service, path, next_date="2026-12-31"))
    assert (await service.public("/mailbox/withdraw", {"receipt_code": other})).status_code == 409


@pytest.mark.parametrize("path", ["/mailbox/withdraw", "/mailbox/rating"])
async def test_a_code_that_opens_nothing_is_answered_alike(service: Service, path: str) -> None:
    await a_submission(service)
    bodies = [{"receipt_code": code, "rating": "solved"} for code in ("0000-0000-0000-0000-1", "nonsense")]
    for body in bodies:
        sent = body if path.endswith("rating") else {"receipt_code": body["receipt_code"]}
        refused = await service.public(path, sent)
        assert (refused.status_code, refused.json()["code"]) == (404, "mailbox-not-found")
        assert refused.headers["Cache-Control"] == "no-store"
