"""The pages by which the hub asks experts, in front of the real service: no conflict is explained, no name told on."""

import httpx2
import pytest
from tests.integration.feedback.conftest import MINISTRY, Service, an_assigned_submission
from tests.integration.feedback.review.experts import an_opinion, asked, given, registered
from tests.integration.feedback.review.test_pages_of_experts import pages, portal_of

from sixclear.portal.shell.rendering import Pages

pytestmark = pytest.mark.asyncio
__all__ = ["pages"]
FIELD = "?field=science-technology"


def told(page: httpx2.Response) -> list[str]:
    """The problems that a page tells."""
    return [line for line in page.text.splitlines() if "<li>" in line and "xung đột" in line]


async def test_the_hub_asks_an_expert_of_a_field_and_takes_the_invitation_back(service: Service, pages: Pages) -> None:
    submission_id, _ = await an_assigned_submission(service)
    reviewer = await registered(service)
    path = f"/own/cases/{submission_id}/reviewers"
    async with portal_of(service, pages) as portal:
        listed = await portal.read("feedback-hub", "/own/cases")
        assert f'href="{path}"' in listed.text
        assert "Bản đồ phòng thí nghiệm dùng chung" in listed.text
        empty = await portal.read("feedback-hub", path)
        assert "Chuyên gia expert-1" not in empty.text, "experts are looked for by field"
        found = await portal.read("feedback-hub", path + FIELD)
        assert "Chuyên gia expert-1" in found.text
        assert "0 trên 3" in found.text
        sent = await portal.send("feedback-hub", path + FIELD, assign=reviewer)
        assert (sent.status_code, sent.headers["location"]) == (303, path + FIELD)
        shown = await portal.read("feedback-hub", path + FIELD)
        assert "Đã mời, chưa trả lời" in shown.text
        assert f'value="{reviewer}"' not in shown.text, "who is asked is no candidate"
        [review] = await service.rows("review")
        await portal.send("feedback-hub", path, withdraw=str(review["review_id"]))
        assert [row["status"] for row in await service.rows("review")] == ["withdrawn"]


async def test_a_conflict_is_told_and_not_explained(service: Service, pages: Pages) -> None:
    """Of the same body as who handles, of the sender's mail house, full: the page is the same but for its words."""
    sender = {"kind": "scientist", "name": "Trần Thị Bình", "email": "binh@university.example"}
    submission_id, _ = await an_assigned_submission(service, sender=sender)
    tied = [
        await registered(service, position="of-the-body", organisation_id=str(MINISTRY), email_domain="free.example"),
        await registered(service, position="of-the-house"),
    ]
    path = f"/own/cases/{submission_id}/reviewers"
    async with portal_of(service, pages) as portal:
        found = await portal.read("feedback-hub", path + FIELD)
        assert not [one for one in tied if one in found.text]
        refused = [await portal.send("feedback-hub", path, assign=one) for one in tied]
        assert [answer.status_code for answer in refused] == [422, 422]
        assert told(refused[0]) == told(refused[1])
        assert len(told(refused[0])) == 1


async def test_a_body_reads_reviews_by_letter_and_asks_nobody(service: Service, pages: Pages) -> None:
    submission_id, _ = await an_assigned_submission(service)
    reviewer = await registered(service)
    review = (await asked(service, submission_id, reviewer)).json()["review_id"]
    await given(service, "expert-1", review)
    path = f"/own/cases/{submission_id}/reviewers"
    async with portal_of(service, pages) as portal:
        by_hub, by_body = [await portal.read(client, path) for client in ("feedback-hub", "ministry")]
        assert (by_hub.status_code, by_body.status_code) == (200, 200)
        assert ("Chuyên gia" in by_hub.text.split("Tìm chuyên gia")[0], "expert-1" in by_body.text) == (True, False)
        assert "84 điểm" in by_body.text
        assert an_opinion()["words"] not in by_body.text
        refused = await portal.send("ministry", path, assign=reviewer)
        assert (refused.status_code, "why=scope" in refused.headers["location"]) == (303, True)
        for client in ("expert-1", "other-ministry", None):
            answer = await portal.read(client, path)
            assert answer.status_code in (303, 404)
            assert "Chuyên gia" not in answer.text


async def test_what_is_refused_is_told_in_words(service: Service, pages: Pages) -> None:
    submission_id, _ = await an_assigned_submission(service)
    path = f"/own/cases/{submission_id}/reviewers"
    nothing = str(submission_id)
    async with portal_of(service, pages) as portal:
        for step, words in (("assign", "Không có chuyên gia này"), ("withdraw", "Không có nhận xét này")):
            refused = await portal.send("feedback-hub", path, **{step: nothing})
            assert (refused.status_code, words in refused.text) == (422, True)
        no_field = await portal.read("feedback-hub", f"{path}?field=No+field")
        assert (no_field.status_code, "Chưa mời ai" in no_field.text) == (422, True)
        assert "No field" in no_field.text


async def test_a_kind_that_no_expert_judges_is_told(service: Service, pages: Pages) -> None:
    submission_id, _ = await an_assigned_submission(service, kind="feedback")
    async with portal_of(service, pages) as portal:
        page = await portal.read("feedback-hub", f"/own/cases/{submission_id}/reviewers{FIELD}")
        assert page.status_code == 200
        assert "Chỉ sáng kiến và giải pháp được mời nhận xét" in page.text


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_each_page_of_the_hub_is_whole_in_each_language(service: Service, pages: Pages, language: str) -> None:
    submission_id, _ = await an_assigned_submission(service)
    await registered(service)
    reviewer = await registered(service, position="expert-2")
    assert (await asked(service, submission_id, reviewer)).status_code == 201
    async with portal_of(service, pages) as portal:
        for path in ("/own/cases", f"/own/cases/{submission_id}/reviewers{FIELD}"):
            page = await portal.read("feedback-hub", path, language)
            assert (page.status_code, page.headers["content-language"]) == (200, language)
            assert "<script" not in page.text, "without script"
