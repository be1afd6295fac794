"""The story of what senders do with answers, and of what stands behind an answer: for examples, and for every route."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.integration.feedback.conftest import MINISTRY, SCOPES, Service, an_answer, submission
from tests.unit.feedback.attachment.made_files import a_form, a_photo

Before = Callable[[str, str, Any, Mapping[str, str]], Awaitable[None]]
POINT = {"point": "Ai đặt lịch cho doanh nghiệp?", "answer": "Trung tâm dùng chung của Bộ, trong hai ngày làm việc."}
PROMISE = {"words": "Công bố lịch của 12 phòng thí nghiệm.", "due_date": "2026-03-31"}
TEMPLATE = {"title": "Cảm ơn", "text": "Bộ cảm ơn {ông hoặc bà} đã gửi ý kiến."}


async def nothing_first(client_id: str, path: str, body: Any, headers: Mapping[str, str]) -> None:
    """What comes before a step in the plain story."""


async def what_a_sender_does(service: Service, before: Before = nothing_first) -> None:
    """Every step that a sender may take by receipt beside messages, once, and the answers that lead to them."""

    async def step(client_id: str, path: str, body: Any, **headers: str) -> Any:
        service.clock.pass_by(hours=path != "/mailbox/notice")  # which came later: the times of the others stay
        await before(client_id, path, body, headers)
        sent = headers | (service.headers(client_id) if client_id in SCOPES else {})
        response = await service.http.post(f"/api/feedback/v1{path}", json=body, headers=sent)
        assert response.status_code in (200, 201), response.text
        return response.json()

    notice = {"email": "binh@example.invalid", "language": "en"}
    template = await step("ministry", "/answer-templates", TEMPLATE)
    await step("ministry", f"/answer-templates/{template['template_id']}/retire", {})
    receipt = await step("anybody", "/submissions", submission(), **{"Idempotency-Key": "after-the-answer-1"})
    case, opening = f"/submissions/{receipt['submission_id']}", {"receipt_code": receipt["receipt_code"]}
    await step("feedback-hub", f"{case}/triage", {})
    await step("feedback-hub", f"{case}/assign", {"organisation_id": str(MINISTRY)})
    drafted = await step("feedback-hub", f"{case}/answers", an_answer(points=[POINT], steps=[PROMISE]))
    await step("feedback-publisher", f"{case}/answers/{drafted['answer_id']}/publish", {})
    await step("anybody", "/mailbox/notice", opening | {"notice": notice})
    await step("anybody", "/mailbox/rating", opening | {"rating": "partly", "words": "Chưa rõ phí."})
    [promise] = (await service.case(receipt["receipt_code"]))["answer"]["steps"]
    await step("ministry", f"{case}/promises/{promise['promise_id']}/done", {"words": "Đã công bố."})
    await step("anybody", "/mailbox/reopen", opening | {"reason": "Lịch chưa có."})
    drafted = await step("feedback-hub", f"{case}/answers", an_answer(text="Lịch có từ 1/12."))
    await step("feedback-publisher", f"{case}/answers/{drafted['answer_id']}/publish", {})
    await step("anybody", "/mailbox/appeal", opening | {"reason": "Vẫn chưa có."})
    found = await service.http.get("/api/feedback/v1/appeals", headers=service.headers("appeals-desk"))
    [appeal] = found.json()["items"]
    decision = {"decision": "rejected", "text": "Lịch đã có tại địa chỉ nêu trong câu trả lời."}
    await step("appeals-desk", f"/appeals/{appeal['appeal_id']}/decide", decision)
    await _a_file_is_added(service, case, opening)
    await step("anybody", "/mailbox/copy", opening)
    receipt = await step("anybody", "/submissions", submission(), **{"Idempotency-Key": "after-the-answer-2"})
    await step("anybody", "/mailbox/withdraw", {"receipt_code": receipt["receipt_code"]})
    receipt = await step("anybody", "/submissions", submission(), **{"Idempotency-Key": "erased-by-the-sender"})
    await step("anybody", "/mailbox/withdraw", {"receipt_code": receipt["receipt_code"]})
    await step("anybody", "/mailbox/erasure", {"receipt_code": receipt["receipt_code"], "what": "case"})


async def _a_file_is_added(service: Service, case: str, opening: Mapping[str, str]) -> None:
    """A photo is added to a case, read by who handles it and by its sender."""
    prefix = "/api/feedback/v1"
    body, head = a_form({**opening, "text": "Ảnh chụp bảng."}, "lich-phong.png", a_photo("PNG"))
    sent = await service.http.post(f"{prefix}/mailbox/files", content=body, headers=head)
    assert sent.status_code == 201, sent.text
    file = sent.json()["attachment_id"]
    back = await service.http.post(f"{prefix}/mailbox/files/{file}", json=opening)
    assert back.status_code == 200, back.text
    hub = service.headers("feedback-hub")
    copy = await service.http.get(f"{prefix}{case}/files/{file}", headers=hub)
    assert copy.status_code == 200, copy.text
