"""Who endorses is counted, verified and others apart; past the field's threshold the head owes an answer."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.feedback.conftest import Service, an_assigned_submission, service
from tests.integration.feedback.endorsement.endorsed import HEAD, endorse
from tests.integration.feedback.publication.released import ABOUT, ANSWER, MISTAKE, WORDS, an_answered_case, released

from sixclear.feedback.field.rules import case_fields

__all__ = ["service"]

THRESHOLD = case_fields().threshold("science-technology")


async def owed(service: Service) -> Any:
    response = await service.http.get(f"{service.prefix}/endorsements/owed")
    assert response.status_code == 200, response.text
    return response.json()["items"]


async def endorsed_nearly(service: Service, publication_id: str) -> None:
    """One verified endorsement is missing, and more than enough others are there."""
    counted = {"publication_id": publication_id, "verified": THRESHOLD - 1, "unverified": 10 * THRESHOLD}
    async with service.database.transaction() as session:
        statement = "INSERT INTO support VALUES (CAST(:publication_id AS uuid), :verified, :unverified, NULL)"
        await session.execute(text(statement), counted)


@pytest.mark.asyncio
async def test_a_person_counts_once_and_may_take_it_back(service: Service) -> None:
    case, _ = await an_answered_case(service)
    copy = (await released(service, case))["publication_id"]
    for name in ("an", "an", "bình"):
        counted = await endorse(service, copy, name)
    for _ in range(2):
        counted = await endorse(service, copy)
    assert (counted["verified"], counted["unverified"], counted["owed_on"]) == (2, 2, None)
    for _ in range(2):
        counted = await endorse(service, copy, "an", endorsed=False)
    assert (counted["verified"], counted["unverified"]) == (1, 2)
    shown = await service.http.get(f"{service.prefix}/publications/{copy}/endorsements")
    assert shown.json() == {name: value for name, value in counted.items() if name != "answered"}


@pytest.mark.asyncio
async def test_nothing_kept_tells_who_endorsed_what(service: Service) -> None:
    one, _ = await an_answered_case(service)
    other, _ = await an_answered_case(service, "another-key-of-a-sender")
    for case in (one, other):
        await endorse(service, (await released(service, case))["publication_id"], "người-ủng-hộ")
    rows = await service.rows("endorsement")
    assert len({row["endorser_hash"] for row in rows}) == 2, "two copies do not tell of one person"
    for table in ("endorsement", "support", "event", "access_record"):
        assert "người-ủng-hộ" not in str(await service.rows(table))


@pytest.mark.asyncio
async def test_only_verified_ones_make_the_head_owe_an_answer(service: Service) -> None:
    case, _ = await an_answered_case(service)
    copy = (await released(service, case, **ABOUT))["publication_id"]
    await endorsed_nearly(service, copy)
    assert (await endorse(service, copy))["owed_on"] is None
    assert await owed(service) == []
    reached = await endorse(service, copy, "an")
    assert (reached["verified"], reached["owed_on"]) == (THRESHOLD, "2025-11-03")
    assert (await endorse(service, copy, "an", endorsed=False))["owed_on"] == "2025-11-03"
    (waiting,) = await owed(service)
    assert (waiting["publication_id"], waiting["verified"]) == (copy, THRESHOLD - 1)
    service.clock.pass_by(days=3)
    answered = await released(service, case, head_answer=HEAD, **ABOUT)
    assert (answered["head_answer"], answered["head_answered_on"]) == (HEAD, "2025-11-06")
    assert await owed(service) == []


@pytest.mark.asyncio
async def test_the_head_answers_after_the_case_and_names_no_person(service: Service) -> None:
    idea, _ = await an_assigned_submission(service, consent=True)
    path = f"/submissions/{idea}/publication"
    early = await service.post("feedback-publisher", path, WORDS | {"head_answer": HEAD})
    assert early.json()["errors"][0]["pointer"] == "#/head_answer"
    case, _ = await an_answered_case(service, "another-key-of-a-sender")
    named = {"head": "Bộ trưởng", "points": [{"point": "Gọi 0912 345 678", "answer": "Đã gọi."}]}
    words = WORDS | {"answer": ANSWER, "head_answer": named}
    told = await service.post("feedback-publisher", f"/submissions/{case}/publication", words)
    assert told.json()["errors"][0]["pointer"] == "#/head_answer/points/0/point"


@pytest.mark.asyncio
async def test_a_withdrawn_copy_owes_nothing_and_is_not_endorsed(service: Service) -> None:
    case, code = await an_answered_case(service)
    copy = (await released(service, case, head_answer=HEAD, **ABOUT))["publication_id"]
    await endorsed_nearly(service, copy)
    await endorse(service, copy, "an")
    await service.public("/mailbox/consent", {"receipt_code": code, "consent": False})
    assert await owed(service) == []
    for name in (None, "an"):
        assert (await endorse(service, copy, name))["code"] == "publication-not-found"
    assert "Công bố" not in str(await service.rows("publication"))


@pytest.mark.asyncio
async def test_strangers_have_an_allowance_and_a_machine_is_no_person(service: Service) -> None:
    case, _ = await an_answered_case(service)
    copy = (await released(service, case))["publication_id"]
    answers = [(await endorse(service, copy))["answered"] for _ in range(21)]
    assert answers == [*[200] * 20, 429]
    assert (await endorse(service, copy, "an"))["answered"] == 200
    machine = service.issuer.headers("feedback:endorse", client_id="citizen")
    refused = await service.public(f"/publications/{copy}/endorsements/verified", {}, **machine)
    assert (refused.status_code, refused.json()["code"]) == (403, "person-not-known")


@pytest.mark.asyncio
async def test_an_answer_stays_owed_when_a_mistake_is_released_again(service: Service) -> None:
    case, _ = await an_answered_case(service)
    copy = (await released(service, case, **ABOUT))["publication_id"]
    await endorsed_nearly(service, copy)
    assert (await endorse(service, copy, "an"))["owed_on"] == "2025-11-03"
    for _ in range(2):
        service.clock.pass_by(days=3)
        taken = await service.post("feedback-publisher", f"/submissions/{case}/publication/withdraw", MISTAKE)
        assert taken.status_code == 200, taken.text
        assert await owed(service) == []
        copy = (await released(service, case, **ABOUT))["publication_id"]
        (waiting,) = await owed(service)
        assert (waiting["publication_id"], waiting["owed_on"]) == (copy, "2025-11-03")
        assert waiting["verified"] == 0, "who endorsed did so of other words, and may do it again"
    counted = await endorse(service, copy, "an")
    assert (counted["verified"], counted["owed_on"]) == (1, "2025-11-03")
    await released(service, case, head_answer=HEAD, **ABOUT)
    assert await owed(service) == []


@pytest.mark.asyncio
@pytest.mark.parametrize("taken_back_before", [False, True])
async def test_nothing_is_owed_again_after_the_sender_took_consent_back(
    service: Service, taken_back_before: bool
) -> None:
    case, code = await an_answered_case(service)
    await endorsed_nearly(service, copy := (await released(service, case, **ABOUT))["publication_id"])
    await endorse(service, copy, "an")
    if taken_back_before:
        await service.post("feedback-publisher", f"/submissions/{case}/publication/withdraw", MISTAKE)
    for agrees in (False, True):
        await service.public("/mailbox/consent", {"receipt_code": code, "consent": agrees})
    await released(service, case, **ABOUT)
    assert await owed(service) == []


@pytest.mark.asyncio
async def test_a_form_that_is_sent_twice_counts_once(service: Service) -> None:
    one, _ = await an_answered_case(service)
    other, _ = await an_answered_case(service, "another-key-of-a-sender")
    copies = [(await released(service, case))["publication_id"] for case in (one, other)]

    async def sent(copy: str, key: str) -> tuple[int, str | None]:
        path = f"/publications/{copy}/endorsements"
        response = await service.public(path, {}, **{"Idempotency-Key": key})
        assert response.status_code == 200, response.text
        return response.json()["unverified"], response.headers.get("idempotency-replayed")

    key = "a-key-by-chance-of-a-form"
    assert [await sent(copies[0], key) for _ in range(2)] == [(1, None), (1, "true")]
    together = await asyncio.gather(*(sent(copies[1], key) for _ in range(4)))
    assert sorted(figure for figure, _ in together) == [1, 1, 1, 1]
    assert await sent(copies[0], "another-form-of-that-page") == (2, None)
    assert key not in str(await service.rows("endorsement_key")) + str(await service.rows("idempotency_key"))
    service.clock.pass_by(days=2)
    await sent(copies[0], "a-form-of-two-days-later")
    assert len(await service.rows("endorsement_key")) == 1
