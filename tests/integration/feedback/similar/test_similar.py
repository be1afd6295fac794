"""What everyone is shown before sending: public copies that are like it. Nothing of the question is kept."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.feedback.conftest import KEY, Service, an_assigned_submission, service
from tests.integration.feedback.publication.released import WORDS, an_answered_case, released

from sixclear.feedback.publication.repository import Narrowing, nearest

__all__ = ["service"]

ASKED = "Ban do phong thi nghiem dung chung"


async def similar(service: Service, **asked: Any) -> Any:
    response = await service.public("/similar", {"text": ASKED} | asked)
    assert response.status_code == 200, response.text
    assert response.json()["complete"]
    return response.json()["items"]


@pytest.mark.asyncio
async def test_answered_copies_come_first_and_nothing_else_is_found(service: Service) -> None:
    answered, _ = await an_answered_case(service, place="G01")
    idea, _ = await an_assigned_submission(service, "another-key-of-a-sender", consent=True)
    await an_answered_case(service, "a-third-key-of-a-sender", title="Phòng thí nghiệm dùng chung mật", consent=False)
    open_copy = await service.post("feedback-publisher", f"/submissions/{idea}/publication", WORDS | {"title": ASKED})
    assert open_copy.status_code == 201
    await released(service, answered, title="Bản đồ dùng chung phòng thí nghiệm của các viện")
    found = await similar(service)
    assert [one["answered"] for one in found] == [True, False]
    assert found[0]["likeness"] < found[1]["likeness"] == 1.0
    assert [one["answered"] for one in await similar(service, place="G01")] == [True]
    assert await similar(service, field="data") == []
    assert await similar(service, text="Sửa đèn đường hỏng trước cổng trường") == []


@pytest.mark.asyncio
async def test_a_withdrawn_copy_and_one_of_long_ago_are_not_found(service: Service) -> None:
    case, code = await an_answered_case(service)
    await released(service, case)
    assert len(await similar(service)) == 1
    service.clock.pass_by(days=549)
    assert await similar(service) == []
    await released(service, case)
    assert await similar(service) == [], "the day of the first release counts"
    service.clock.pass_by(days=-540)
    assert len(await similar(service)) == 1
    await service.public("/mailbox/consent", {"receipt_code": code, "consent": False})
    assert await similar(service) == []


@pytest.mark.asyncio
async def test_what_asked_can_write_nothing_and_is_hurried_no_longer(service: Service) -> None:
    everything = Narrowing(None, None, None, None, None)
    async with service.database.session() as session:
        bound = await session.scalar(text("SHOW statement_timeout"))
        await nearest(session, "mot", everything, since=date(2025, 1, 1), most=20, milliseconds=123)
        assert await session.scalar(text("SHOW transaction_read_only")) == "on"
        assert await session.scalar(text("SHOW statement_timeout")) == bound != "123ms"


@pytest.mark.asyncio
async def test_nothing_of_the_question_is_kept(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """Not in a row, not with an Idempotency-Key, not in a log; the server would refuse to write."""

    async def rows() -> dict[str, int]:
        async with service.database.session() as session:
            named = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
            counts = {name: await session.scalar(text(f'SELECT count(*) FROM "{name}"')) for name in named.all()}
        return {name: count or 0 for name, count in counts.items()}

    before = await rows()
    canary = "Quả dưa hấu tím biết bay"
    response = await service.public("/similar", {"title": canary, "text": canary}, **{"Idempotency-Key": KEY})
    refused = await service.public("/similar", {"title": canary, "text": canary, "field": "astrology"})
    assert (response.status_code, refused.status_code) == (200, 422)
    assert await rows() == before
    assert canary not in response.text + refused.text + caplog.text
