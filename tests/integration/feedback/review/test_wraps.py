"""The key of a case, wrapped for each expert who reviews it: without that wrap nothing opens for an expert."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from tests.integration.feedback.conftest import OTHER_MINISTRY, Service, an_assigned_submission, case_key
from tests.integration.feedback.review.experts import (
    a_reviewed_case,
    an_asked_expert,
    an_opinion,
    asked,
    done,
    given,
    own,
    registered,
)

from sixclear.common.caller import Caller
from sixclear.common.use_case import Context
from sixclear.feedback.review import repository
from sixclear.feedback.review.models import Review
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.sealing.renewing import renew

pytestmark = pytest.mark.asyncio
NOT_FOUND = (404, "review-not-found")


async def wraps(service: Service) -> dict[str, str]:
    """The experts who have a wrap, with its month."""
    rows = [row for row in await service.rows("case_key") if row["recipient"].startswith("reviewer-")]
    return {row["recipient"].removeprefix("reviewer-"): row["period"] for row in rows}


async def reviewer_of(service: Service, review_id: str) -> str:
    """Who gives this review."""
    return next(str(row["reviewer_id"]) for row in await service.rows("review") if str(row["review_id"]) == review_id)


async def without_the_wrap_of(service: Service, reviewer_id: str) -> None:
    """Remove the wrap, and nothing else."""
    async with service.database.transaction() as session:
        removed = text("DELETE FROM case_key WHERE recipient = :recipient RETURNING recipient")
        assert (await session.execute(removed, {"recipient": f"reviewer-{reviewer_id}"})).all()


async def heard(service: Service, client: str, review_id: str) -> list[tuple[int, str]]:
    """What an expert hears who reads a review, and who takes each step in it."""
    steps: list[tuple[str, dict[str, Any]]] = [
        ("declaration", {"conflict": False}),
        ("opinion", an_opinion()),
        ("discussion", {"text": "Còn chi phí?"}),
    ]
    path = f"/own/reviews/{review_id}"
    answers = [await own(service, client, f"/{review_id}")]
    answers += [await service.post(client, f"{path}/{step}", body) for step, body in steps]
    return [(answer.status_code, answer.json().get("code")) for answer in answers]


@pytest.mark.parametrize("status", ["assigned", "accepted", "given"])
async def test_without_the_wrap_an_expert_reads_and_writes_nothing(service: Service, status: str) -> None:
    submission_id, _, first, second = await a_reviewed_case(service)
    reviewer = await reviewer_of(service, first)
    assert set(await wraps(service)) == {reviewer, await reviewer_of(service, second)}
    if status == "accepted":
        await done(service, "expert-1", f"/own/reviews/{first}/declaration", {"conflict": False})
    if status == "given":
        await given(service, "expert-1", first)
    assert (await own(service, "expert-1", f"/{first}")).json()["title"]
    await without_the_wrap_of(service, reviewer)
    assert (await case_key(service, submission_id)).data, "the hub opens it still"
    assert await heard(service, "expert-1", first) == [NOT_FOUND] * 4
    assert (await own(service, "expert-2", f"/{second}")).json()["title"], "the other one reads"
    assert (await service.rows("review_message")) == []


async def test_a_statement_that_finds_the_review_of_another_opens_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wrap is that of who calls, not that of the row: the first gate may fail, and the second holds."""
    _, _, first, _ = await a_reviewed_case(service)
    await registered(service, position="expert-3")

    async def find_any(session: AsyncSession, _reviewer_id: UUID, review_id: UUID) -> Review | None:
        return await session.get(Review, review_id)

    monkeypatch.setattr(repository, "find_own", find_any)
    assert await heard(service, "expert-3", first) == [NOT_FOUND] * 4
    assert (await own(service, "expert-1", f"/{first}")).status_code == 200


async def test_who_declines_or_is_taken_back_loses_the_wrap(service: Service) -> None:
    submission_id, _, first, second = await a_reviewed_case(service)
    third = await an_asked_expert(service, submission_id, "expert-3")
    by_review = {review: await reviewer_of(service, review) for review in (first, second, third)}
    assert set(await wraps(service)) == set(by_review.values())
    await done(service, "expert-1", f"/own/reviews/{first}/declaration", {"conflict": False})
    await done(service, "expert-1", f"/own/reviews/{first}/declaration", {"conflict": True, "reason": "Bạn cũ"})
    declined = (await own(service, "expert-1", f"/{first}")).json()
    assert (declined["status"], declined["title"], declined["text"]) == ("declined", None, None)
    await done(service, "feedback-hub", f"/submissions/{submission_id}/reviews/{second}/withdraw", {})
    assert set(await wraps(service)) == {by_review[third]}
    shown = (await service.get(f"/submissions/{submission_id}/reviews"))["reviews"]
    assert [one["conflict"] for one in shown if one["review_id"] == first] == ["Bạn cũ"], "the hub reads why"
    assert (await asked(service, submission_id, by_review[second])).status_code == 201
    assert set(await wraps(service)) == {by_review[second], by_review[third]}, "asked again"


async def test_a_conflict_that_a_transfer_makes_takes_the_wrap(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)
    tied = await registered(service, position="tied", organisation_id=str(OTHER_MINISTRY))
    assert (await asked(service, submission_id, tied)).status_code == 201
    free = await reviewer_of(service, await an_asked_expert(service, submission_id))
    assert set(await wraps(service)) == {tied, free}
    await done(
        service, "feedback-hub", f"/submissions/{submission_id}/assign", {"organisation_id": str(OTHER_MINISTRY)}
    )
    assert set(await wraps(service)) == {free}


async def test_a_new_month_wraps_for_experts_again(service: Service) -> None:
    _, _, first, _ = await a_reviewed_case(service)
    reviewer = await reviewer_of(service, first)
    before = (await wraps(service))[reviewer]
    service.clock.pass_by(days=40)
    assert await renew(service.database, service.log, service.clock) > 0
    assert (await wraps(service))[reviewer] != before
    async with service.database.session() as session:
        keys = sealing.vault_of(session).keys
        assert keys.private(sealing.reviewer(UUID(reviewer)), before) is None, "the key of the old month is destroyed"
    await given(service, "expert-1", first)
    assert (await own(service, "expert-1", f"/{first}")).json()["words"] == an_opinion()["words"]


async def test_an_erasure_takes_the_wraps_of_experts_too(service: Service) -> None:
    submission_id, code, first, _ = await a_reviewed_case(service)
    await given(service, "expert-1", first)
    assert (await service.public("/mailbox/withdraw", {"receipt_code": code})).status_code == 200
    erased = await service.public("/mailbox/erasure", {"receipt_code": code, "what": "case"})
    assert erased.status_code == 200, erased.text
    assert await wraps(service) == {}
    read = (await own(service, "expert-1", f"/{first}")).json()
    assert (read["status"], read["title"], read["text"], read["words"]) == ("given", "", "", "")
    async with service.database.session() as session:
        ctx = Context(session, service.log, Caller("test"), service.clock())
        reviewer_id = UUID(await reviewer_of(service, first))
        assert (await sealing.open_to_reviewer(ctx, submission_id, reviewer_id)).data is None
