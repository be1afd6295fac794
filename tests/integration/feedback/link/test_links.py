"""Cases of one need are linked, never merged; what is no link is remembered; only handlers of both see it."""

from typing import Any
from uuid import UUID

import pytest
from tests.integration.feedback.conftest import MINISTRY, Service, a_submission, an_assigned_submission, service
from tests.integration.feedback.link.linked import ABOUT, LINKED, REFUSED, decide, two_cases_of_one_need
from tests.integration.feedback.publication.released import an_answered_case

__all__ = ["service"]


async def read(service: Service, path: str, client: str = "feedback-hub") -> Any:
    response = await service.http.get(f"{service.prefix}{path}", headers=service.headers(client))
    assert response.status_code == 200, response.text
    return response.json()


async def changes(service: Service, case: UUID) -> list[str]:
    return [row["change"] for row in await service.rows("event") if row["entity_id"] == case]


@pytest.mark.asyncio
async def test_linked_cases_keep_receipt_clock_and_answer(service: Service) -> None:
    one, other = await two_cases_of_one_need(service)
    for case, with_whom in ((one, other), (other, one)):
        (link,) = (await read(service, f"/submissions/{case}/links"))["items"]
        assert (link["submission_id"], link["decision"]) == (str(with_whom), LINKED)
        assert await changes(service, case) == ["received", "linked"]
        view = await read(service, f"/submissions/{case}")
        assert (view["status"], view["answers"]) == ("received", [])
    assert (await read(service, f"/submissions/{one}"))["due_at"] == (await read(service, f"/submissions/{other}"))[
        "due_at"
    ]


@pytest.mark.asyncio
async def test_decided_again_alike_nothing_changes_and_a_refusal_is_kept_without_an_event(service: Service) -> None:
    one, other = await two_cases_of_one_need(service)
    await decide(service, other, one, LINKED)
    assert await changes(service, one) == ["received", "linked"]
    await decide(service, one, other, REFUSED)
    assert await changes(service, one) == ["received", "linked"]
    (candidate,) = (await read(service, f"/submissions/{one}/similar"))["items"]
    assert (candidate["submission_id"], candidate["decision"]) == (str(other), REFUSED)


@pytest.mark.asyncio
async def test_a_case_is_not_linked_with_itself_a_sealed_one_or_one_of_others(service: Service) -> None:
    one, _ = await an_assigned_submission(service, **ABOUT)
    sealed, _ = await a_submission(service, "a-key-of-a-sealed-case", visibility="sealed")
    foreign, _ = await a_submission(service, "a-key-of-a-foreign-case", **ABOUT)
    for other, code in ((one, "link-not-allowed"), (sealed, "link-not-allowed")):
        body = {"submission_id": str(other), "decision": LINKED}
        response = await service.post("feedback-hub", f"/submissions/{one}/links", body)
        assert (response.status_code, response.json()["code"]) == (409, code)
    body = {"submission_id": str(foreign), "decision": LINKED}
    response = await service.post("ministry", f"/submissions/{one}/links", body)
    assert (response.status_code, response.json()["code"]) == (404, "submission-not-found")
    await decide(service, one, foreign, LINKED)
    assert (await read(service, f"/submissions/{one}/links", "ministry"))["items"] == []


@pytest.mark.asyncio
async def test_copies_of_a_campaign_come_first_then_what_is_alike(service: Service) -> None:
    title, text = "Đề nghị mở lịch phòng thí nghiệm", "Xin công bố lịch trống."
    case, _ = await a_submission(service, "a-key-of-the-first-case", **(ABOUT | {"title": title, "text": text}))
    copy, _ = await a_submission(
        service,
        "a-key-of-the-copied-case",
        **(ABOUT | {"title": "DE NGHI mo lich phong thi nghiem", "text": "Xin cong bo lich trong.", "place": "G01"}),
    )
    alike, _ = await a_submission(
        service, "a-key-of-the-case-alike", **(ABOUT | {"title": f"{title} của viện", "text": "Khác hẳn."})
    )
    await a_submission(
        service, "a-key-of-another-field", **(ABOUT | {"title": title, "text": "Khác.", "field": "data"})
    )
    await a_submission(
        service, "a-key-of-a-sealed-one", title=title, text=text, visibility="sealed", field=ABOUT["field"]
    )
    found = await read(service, f"/submissions/{case}/similar")
    assert [(one["submission_id"], one["same_words"]) for one in found["items"]] == [
        (str(copy), True),
        (str(alike), False),
    ]
    assert found["compared"] == 2


@pytest.mark.asyncio
async def test_a_body_compares_only_what_it_handles(service: Service) -> None:
    own, _ = await an_assigned_submission(service, **ABOUT)
    foreign, _ = await a_submission(service, "a-key-of-a-foreign-case", **ABOUT)
    assert await read(service, f"/submissions/{own}/similar", "ministry") == {"items": [], "compared": 0}
    for step, body in (("triage", {}), ("assign", {"organisation_id": str(MINISTRY)})):
        assert (await service.post("feedback-hub", f"/submissions/{foreign}/{step}", body)).status_code == 200
    (found,) = (await read(service, f"/submissions/{own}/similar", "ministry"))["items"]
    assert found["submission_id"] == str(foreign)


@pytest.mark.asyncio
async def test_of_an_anonymous_case_a_link_keeps_the_hour(service: Service) -> None:
    one, _ = await a_submission(service, "a-key-of-the-first-case", **ABOUT)
    anonymous, _ = await a_submission(
        service, "a-key-of-an-anonymous-case", **ABOUT, identity_level="anonymous", sender={"kind": "citizen"}
    )
    service.clock.pass_by(minutes=34)
    link = await decide(service, one, anonymous, LINKED)
    assert link["decided_at"] == "2025-11-03T03:00:00Z"
    (waiting,) = [row for row in await service.rows("hour_step") if row["change"] == "linked"]
    assert waiting["submission_id"] == anonymous


@pytest.mark.asyncio
async def test_an_erased_case_is_a_copy_of_none(service: Service) -> None:
    _, code = await an_answered_case(service)
    (before,) = await service.rows("submission")
    assert before["words_hash"] is not None
    erased = await service.public("/mailbox/erasure", {"receipt_code": code, "what": "case"})
    assert erased.status_code == 200, erased.text
    (after,) = await service.rows("submission")
    assert after["words_hash"] is None
