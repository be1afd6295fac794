"""What the public reads of a case: released by a moderator with the sender's consent, taken back when that ends."""

from typing import Any

import pytest
from tests.integration.feedback.conftest import Service, a_submission, an_assigned_submission, service
from tests.integration.feedback.publication.released import ANSWER, MISTAKE, WORDS, an_answered_case, listed, released

__all__ = ["service"]


async def refused(service: Service, case: Any, status: int, code: str, client: str = "feedback-publisher") -> Any:
    answered = WORDS | {"answer": ANSWER}
    response = await service.post(client, f"/submissions/{case}/publication", answered)
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert await listed(service) == []
    return response.json()


async def drafted(service: Service, case: Any) -> Any:
    path = f"{service.prefix}/submissions/{case}/publication"
    response = await service.http.get(path, headers=service.headers("feedback-hub"))
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.asyncio
async def test_a_moderator_begins_with_masks_and_releases_what_everyone_reads(service: Service) -> None:
    text = "Tôi tên là Trần Thị Bình, gọi 0912 345 678 hoặc binh@example.invalid."
    case, code = await an_answered_case(service, text=text, field="science-technology", place="G01")
    draft = await drafted(service, case)
    assert draft["text"] == "Tôi tên là [họ tên], gọi [số điện thoại] hoặc [thư điện tử]."
    assert {(one["where"], one["kind"], one["times"]) for one in draft["found"]} == {
        *(("text", "name", 1), ("text", "phone", 1), ("text", "email", 1))
    }
    assert (draft["may_be_released"], draft["answer"], draft["released"]) == (True, ANSWER, None)
    shown = await released(service, case, text=draft["text"])
    (found,) = await listed(service, field="science-technology", place="G01")
    one = await service.http.get(f"{service.prefix}/publications/{shown['publication_id']}")
    assert one.json() == shown
    assert (found["publication_id"], found["answered"], found["place"]["code"]) == (
        shown["publication_id"],
        True,
        "G01",
    )
    assert await listed(service, field="data") == await listed(service, place="G06") == []
    assert (await service.case(code))["publication_id"] == shown["publication_id"]


@pytest.mark.asyncio
async def test_nothing_public_leads_to_the_case(service: Service) -> None:
    case, code = await an_answered_case(service)
    shown = await released(service, case)
    (event,) = [row for row in await service.rows("event") if row["change"] == "answered"]
    private = {str(case), code, event["occurred_at"].isoformat()[:19], "Trần Thị Bình"}
    for path in ("/publications", f"/publications/{shown['publication_id']}"):
        text = (await service.http.get(f"{service.prefix}{path}")).text
        assert not [secret for secret in private if secret in text]
    assert shown["publication_id"][14] == "4", "a random identifier has no time in it"


@pytest.mark.asyncio
async def test_without_consent_nothing_becomes_public_and_its_end_takes_the_copy_back(service: Service) -> None:
    case, code = await an_answered_case(service, consent=False)
    told = await refused(service, case, 409, "publication-not-allowed")
    assert "did not agree" in told["detail"]
    opening = {"receipt_code": code}
    assert (await service.public("/mailbox/consent", opening | {"consent": True})).json() == {
        "consent": True,
        "publication_withdrawn": False,
    }
    shown = await released(service, case)
    ended = await service.public("/mailbox/consent", opening | {"consent": False})
    assert ended.json() == {"consent": False, "publication_withdrawn": True}
    assert (await service.public("/mailbox/consent", opening | {"consent": False})).json()["consent"] is False
    assert await listed(service) == []
    gone = await service.http.get(f"{service.prefix}/publications/{shown['publication_id']}")
    assert gone.json()["code"] == "publication-not-found"
    (row,) = await service.rows("publication")
    assert {row[name] for name in ("title", "text", "answer", "folded")} == {None}
    assert (await service.case(code))["publication_id"] is None


@pytest.mark.asyncio
async def test_a_copy_that_is_released_again_has_another_identifier(service: Service) -> None:
    case, _ = await an_answered_case(service)
    first = await released(service, case)
    revised = await released(service, case, title="Lịch phòng thí nghiệm dùng chung")
    assert revised["publication_id"] == first["publication_id"]
    assert revised["revised_on"] == "2025-11-03"
    withdrawn = await service.post("feedback-publisher", f"/submissions/{case}/publication/withdraw", MISTAKE)
    assert withdrawn.status_code == 200, withdrawn.text
    again = await service.post("feedback-publisher", f"/submissions/{case}/publication/withdraw", MISTAKE)
    assert again.json()["code"] == "publication-not-found"
    assert (await released(service, case))["publication_id"] != first["publication_id"]


@pytest.mark.asyncio
async def test_who_drafted_the_answer_does_not_release_the_copy(service: Service) -> None:
    case, _ = await an_answered_case(service)
    await refused(service, case, 403, "moderation-by-answerer", client="feedback-hub")
    await refused(service, case, 404, "submission-not-found", client="other-ministry")


@pytest.mark.asyncio
async def test_a_sealed_initiative_never_becomes_public(service: Service) -> None:
    case, code = await an_answered_case(service, visibility="sealed")
    await refused(service, case, 409, "publication-not-allowed")
    accesses = len((await service.case(code))["accesses"])
    draft = await drafted(service, case)
    assert (draft["hindrance"], draft["title"], draft["text"], draft["answer"]) == ("sealed", None, None, None)
    assert len((await service.case(code))["accesses"]) == accesses, "nothing sealed was read"


@pytest.mark.asyncio
async def test_an_idea_is_public_before_its_answer_and_feedback_is_not(service: Service) -> None:
    idea, _ = await an_assigned_submission(service, consent=True)
    feedback, _ = await an_assigned_submission(service, "another-key-of-a-sender", consent=True, kind="feedback")
    too_early = await service.post("feedback-publisher", f"/submissions/{idea}/publication", WORDS | {"answer": ANSWER})
    assert too_early.json()["errors"][0]["code"] == "answer-too-early"
    shown = await service.post("feedback-publisher", f"/submissions/{idea}/publication", WORDS)
    assert shown.status_code == 201, shown.text
    assert [one["answered"] for one in await listed(service)] == [False]
    told = await service.post("feedback-publisher", f"/submissions/{feedback}/publication", WORDS)
    assert told.json()["code"] == "publication-not-allowed"
    untriaged, _ = await a_submission(service, "a-third-key-of-a-sender", consent=True)
    told = await service.post("feedback-publisher", f"/submissions/{untriaged}/publication", WORDS)
    assert told.json()["code"] == "publication-not-allowed"


@pytest.mark.asyncio
async def test_what_looks_like_personal_data_is_left_only_on_purpose(service: Service) -> None:
    case, _ = await an_answered_case(service)
    words = WORDS | {"answer": f"{ANSWER} Gọi (024) 3826 1234."}
    path = f"/submissions/{case}/publication"
    told = await service.post("feedback-publisher", path, words)
    assert (told.status_code, told.json()["code"]) == (422, "personal-data-left")
    assert told.json()["errors"] == [{"pointer": "#/answer", "code": "phone-left", "detail": "phone: 1"}]
    assert "3826" not in told.text
    kept = await released(service, case, answer=words["answer"], left_on_purpose=True)
    assert kept["answer"] == words["answer"]


@pytest.mark.asyncio
async def test_lists_are_paged_and_filters_bound(service: Service) -> None:
    shown = []
    for number in range(3):
        case, _ = await an_answered_case(service, f"key-number-{number}-of-a-sender")
        shown.append((await released(service, case, place=["G06", "G01", "G01"][number]))["publication_id"])
    first = (await service.http.get(f"{service.prefix}/publications", params={"limit": 2})).json()
    rest = (
        await service.http.get(f"{service.prefix}/publications", params={"limit": 2, "cursor": first["next"]})
    ).json()
    found = [one["publication_id"] for one in first["items"] + rest["items"]]
    assert sorted(found) == sorted(shown)
    assert (first["total"], rest["next"]) == (3, None)
    assert {one["publication_id"] for one in await listed(service, place="G01")} == set(shown[1:])
    unknown = await service.http.get(f"{service.prefix}/publications", params={"field": "astrology"})
    assert unknown.status_code == 422, unknown.text


@pytest.mark.asyncio
async def test_a_retry_of_the_release_gives_no_words_that_were_taken_back(service: Service) -> None:
    case, _ = await an_answered_case(service)
    path, words, key = f"/submissions/{case}/publication", WORDS | {"answer": ANSWER}, {"Idempotency-Key": "k" * 16}
    first = await service.post("feedback-publisher", path, words, **key)
    assert (first.status_code, first.json()["version"]) == (201, 1)
    taken = await service.post("feedback-publisher", f"{path}/withdraw", MISTAKE)
    assert taken.status_code == 200, taken.text
    again = await service.post("feedback-publisher", path, words, **key)
    assert (again.status_code, again.json()) == (201, first.json())
    kept = [bytes(row["body"] or b"").decode() for row in await service.rows("idempotency_key")]
    for said in (WORDS["title"], WORDS["text"], ANSWER):
        assert said not in again.text + "".join(kept)
