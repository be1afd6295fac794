"""Who may not review: by body, by what bodies became, by mail house, by a hand in the case, by the own word."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.integration.feedback.conftest import (
    HUB,
    MINISTRY,
    OTHER_MINISTRY,
    Service,
    a_submission,
    an_answer,
    an_assigned_submission,
)
from tests.integration.feedback.review.experts import (
    a_reviewed_case,
    an_asked_expert,
    an_expert,
    an_opinion,
    asked,
    done,
    given,
    own,
    registered,
)

from sixclear.common.ids import stable_id
from sixclear.common.testing.mirrored import behind, follow
from sixclear.feedback.organisation.models import Organisation
from sixclear.feedback.review.rules import review_rules

pytestmark = pytest.mark.asyncio
OFFICE, INSTITUTE, MERGED = (stable_id("organisation", code) for code in ("G06.1", "G01.1", "G99"))


async def below(service: Service, **parents: UUID) -> None:
    """These bodies are there, each below its parent."""
    codes = {"office": "G06.1", "institute": "G01.1", "merged": "G99"}
    await follow(service, Organisation, "organisation", *(codes[name] for name in parents))
    async with service.database.transaction() as session:
        for name, parent in parents.items():
            told = {"parent": parent, "body": stable_id("organisation", codes[name])}
            await session.execute(text("UPDATE organisation SET parent_id = :parent WHERE entity_id = :body"), told)


async def refused(service: Service, submission_id: UUID, **changes: Any) -> bool:
    """Whether a conflict keeps an expert like this from the case."""
    reviewer = await registered(service, **changes)
    response = await asked(service, submission_id, reviewer)
    shown = await candidates(service, submission_id)
    if response.status_code == 201:
        assert reviewer not in shown, "one who is asked is no candidate any longer"
        return False
    assert (response.status_code, response.json()["code"]) == (409, "reviewer-conflict")
    assert response.json()["detail"] == "A conflict of interest is declared or computed; choose another expert."
    assert reviewer not in shown
    return True


async def candidates(service: Service, submission_id: UUID) -> list[str]:
    """Who is suggested to the hub."""
    found = await service.get(f"/submissions/{submission_id}/reviewer-candidates")
    return [one["reviewer"]["reviewer_id"] for one in found]


async def test_a_body_and_what_is_below_or_beside_it_does_not_judge_its_own_case(service: Service) -> None:
    await below(service, office=MINISTRY, institute=OTHER_MINISTRY, merged=OFFICE)
    submission_id, _ = await an_assigned_submission(service)
    assert await refused(service, submission_id, position="a", organisation_id=str(MINISTRY))
    assert await refused(service, submission_id, position="b", organisation_id=str(OFFICE))
    assert await refused(service, submission_id, position="c", organisation_id=str(HUB))
    assert await refused(service, submission_id, position="d", organisation_id=str(MERGED)), "it was merged into one"
    assert not await refused(service, submission_id, position="e", organisation_id=str(INSTITUTE))


async def test_a_body_of_the_last_years_counts_and_one_of_before_does_not(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)  # received on 2025-11-03
    left = {"organisation_id": str(MINISTRY), "until": "2022-11-03"}
    assert await refused(service, submission_id, position="a", affiliations=[left])
    assert not await refused(service, submission_id, position="b", affiliations=[left | {"until": "2022-11-02"}])


async def test_the_mail_house_of_the_sender_counts_and_is_not_told(service: Service) -> None:
    sender = {"name": "Trần Thị Bình", "email": "binh@lab.hust.edu.vn"}
    submission_id, _ = await an_assigned_submission(service, sender=sender)
    assert await refused(service, submission_id, position="a", email_domain="hust.edu.vn")
    assert await refused(service, submission_id, position="b", email_domain="mail.hust.edu.vn")
    assert not await refused(service, submission_id, position="c", email_domain="hust.edu.cn")
    assert not await refused(service, submission_id, position="d", email_domain="neu.edu.vn")
    [contact] = await service.rows("contact")
    assert not [one for one in contact["domain_hashes"] if b"hust" in one]
    async with service.database.transaction() as session:
        await session.execute(text("DELETE FROM contact"))
    assert not await refused(service, submission_id, position="e", email_domain="hust.edu.vn"), "nothing is left of it"


async def test_who_enters_experts_to_try_mail_houses_learns_no_more_than_the_first_few(service: Service) -> None:
    sender = {"name": "Trần Thị Bình", "email": "binh@lab.hust.edu.vn"}
    known = await registered(service, position="known", email_domain="neu.edu.vn", capacity=9)
    service.clock.pass_by(days=1)
    with_address, _ = await an_assigned_submission(service, sender=sender)
    without, _ = await an_assigned_submission(service, "another-key-of-a-sender", sender={"kind": "citizen"})
    service.clock.pass_by(days=1)
    most = review_rules().late_houses
    tries = [f"a{number}.edu.vn" for number in range(most)] + ["hust.edu.vn", "last.edu.vn"]
    entered = [
        await registered(service, position=f"tried-{number}", email_domain=domain, capacity=9)
        for number, domain in enumerate(tries)
    ]
    told = []
    for case in (with_address, without):
        path = f"/submissions/{case}/reviewer-candidates"
        asked_twice = [await service.get(path, limit=50) for _ in range(2)]
        shown = {one["reviewer"]["reviewer_id"] for found in asked_twice for one in found}
        assert known in shown, "who was known before the case is always compared"
        told.append(len(shown - {known}))
        full = await asked(service, case, sorted(set(entered) - shown)[0])
        assert (full.status_code, full.json()["code"]) == (409, "reviewer-conflict")
    assert told[0] in (most - 1, most)
    assert told[1] == most
    assert len(await service.rows("compared_house")) == 2 * most


async def test_where_everyone_has_a_mailbox_two_people_are_not_of_one_house(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service, sender={"email": "binh@gmail.com"})
    assert not await refused(service, submission_id, position="a", email_domain="gmail.com")


async def test_who_had_a_hand_in_the_case_does_not_review_it(service: Service) -> None:
    """Also by another client: the position of the hub's desk is registered as an expert of a far body."""
    submission_id, _ = await an_assigned_submission(service)
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE submission SET hands = ARRAY['position::expert-1']"))
    assert await refused(service, submission_id, position="expert-1")


async def test_every_step_of_a_handler_leaves_a_hand(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)
    await done(service, "ministry", f"/submissions/{submission_id}/messages", {"text": "Xin cho biết tên viện."})
    await done(service, "desk", f"/submissions/{submission_id}/identity-requests", {"reason": "Gọi lại"})
    [row] = await service.rows("submission")
    held = [f"position:{HUB}:feedback-hub", f"position:{MINISTRY}:ministry", f"position:{HUB}:desk"]
    assert row["hands"] == held


async def test_who_declares_a_conflict_reads_nothing_and_is_not_asked_again(service: Service) -> None:
    submission_id, _, first, _ = await a_reviewed_case(service)
    said = {"conflict": True, "reason": "Người gửi có thể là đồng nghiệp cũ."}
    await done(service, "expert-1", f"/own/reviews/{first}/declaration", said)
    shown = (await own(service, "expert-1", f"/{first}")).json()
    assert (shown["status"], shown["text"], shown["others"]) == ("declined", None, None)
    refused_ = await service.post("expert-1", f"/own/reviews/{first}/opinion", an_opinion())
    assert refused_.json()["code"] == "transition-not-allowed"
    [reviewer] = [row["reviewer_id"] for row in await service.rows("review") if row["status"] == "declined"]
    assert (await asked(service, submission_id, str(reviewer))).json()["code"] == "reviewer-conflict"
    reviews = (await service.get(f"/submissions/{submission_id}/reviews"))["reviews"]
    assert [one["conflict"] for one in reviews if one["review_id"] == first] == [said["reason"]]


async def test_a_transfer_takes_open_reviews_back_from_experts_of_the_new_body(service: Service) -> None:
    await below(service, institute=OTHER_MINISTRY)
    submission_id, _ = await an_assigned_submission(service)
    tied = await registered(service, position="tied", organisation_id=str(INSTITUTE))
    assert (await asked(service, submission_id, tied)).status_code == 201
    review = await an_asked_expert(service, submission_id)
    await done(
        service, "feedback-hub", f"/submissions/{submission_id}/assign", {"organisation_id": str(OTHER_MINISTRY)}
    )
    statuses = {str(row["reviewer_id"]): row["status"] for row in await service.rows("review")}
    assert statuses.pop(tied) == "withdrawn"
    assert list(statuses.values()) == ["assigned"]
    await given(service, "expert-1", review)


async def test_giving_a_case_to_its_body_again_tells_no_mail_house(service: Service) -> None:
    """The hub names another house of an expert who reviews already: what is withdrawn then would tell the sender's."""
    sender = {"name": "Trần Thị Bình", "email": "binh@lab.hust.edu.vn"}
    submission_id, _ = await an_assigned_submission(service, sender=sender)
    reviewer = await registered(service, email_domain="neu.edu.vn")
    assert (await asked(service, submission_id, reviewer)).status_code == 201
    guessed = {name: value for name, value in an_expert(email_domain="hust.edu.vn").items() if name != "position"}
    path, headers = f"{service.prefix}/reviewers/{reviewer}", service.headers("feedback-hub")
    assert (await service.http.put(path, json=guessed, headers=headers)).status_code == 200
    await done(service, "feedback-hub", f"/submissions/{submission_id}/assign", {"organisation_id": str(MINISTRY)})
    assert [row["status"] for row in await service.rows("review")] == ["assigned"]


async def test_nobody_is_asked_while_it_is_not_known_which_body_stands_above_which(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)
    reviewer = await registered(service)
    behind(service, None)
    response = await asked(service, submission_id, reviewer)
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert response.headers["Retry-After"]


async def test_an_expert_has_no_more_open_reviews_than_agreed(service: Service) -> None:
    cases = [(await an_assigned_submission(service, f"key-of-the-case-{number}"))[0] for number in range(2)]
    reviewer = await registered(service, capacity=1)
    first = await asked(service, cases[0], reviewer)
    assert (await asked(service, cases[0], reviewer)).status_code == 200, "asked already"
    assert (await asked(service, cases[1], reviewer)).json()["code"] == "reviewer-full"
    assert reviewer not in await candidates(service, cases[1])
    await given(service, "expert-1", first.json()["review_id"])
    assert (await asked(service, cases[1], reviewer)).status_code == 201


async def test_a_case_has_no_more_reviewers_than_the_rules_say(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)
    for number in range(9):
        await an_asked_expert(service, submission_id, f"expert-{number}")
    last = await asked(service, submission_id, await registered(service, position="expert-9"))
    assert last.json()["code"] == "reviewers-enough"


async def test_only_ideas_that_wait_for_their_answer_are_reviewed(service: Service) -> None:
    feedback, _ = await an_assigned_submission(service, kind="feedback")
    assert (await asked(service, feedback, await registered(service))).json()["code"] == "kind-not-reviewed"
    answered, _ = await an_assigned_submission(service, "another-key-000001")
    draft = await done(service, "feedback-hub", f"/submissions/{answered}/answers", an_answer())
    await done(service, "feedback-publisher", f"/submissions/{answered}/answers/{draft['answer_id']}/publish", {})
    late = await asked(service, answered, await registered(service, position="late"))
    assert late.json()["code"] == "transition-not-allowed"


async def test_the_register_is_the_hubs(service: Service) -> None:
    reviewer = await registered(service)
    assert (await service.post("feedback-hub", "/reviewers", an_expert())).status_code == 200
    other = await service.post("feedback-hub", "/reviewers", an_expert(name="Tên khác"))
    assert (other.status_code, other.json()["code"]) == (409, "reviewer-registered")
    for client in ("ministry", "other-ministry"):
        assert (await service.post(client, "/reviewers", an_expert())).json()["code"] == "organisation-not-allowed"
        headers = service.headers(client)
        for path in ("/reviewers", f"/reviewers/{reviewer}"):
            answer = await service.http.get(f"{service.prefix}{path}", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "organisation-not-allowed")
    shown = await service.get(f"/reviewers/{reviewer}")
    assert (shown["name"], shown["fields"], shown["version"]) == ("Chuyên gia expert-1", ["science-technology"], 1)
    await a_submission(service)
    both = await service.post("feedback-hub", "/reviewers", an_expert(person="lan"))
    assert (both.status_code, both.json()["errors"][0]["code"]) == (422, "person-or-position")
