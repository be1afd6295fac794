"""An idea that feedback accepted becomes a proposed task: once, whatever is told again, in whatever order."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from tests.integration.tasks.conftest import Service

from sixclear.common.bus.envelope import Envelope
from sixclear.tasks.feedback_proposal.service import open_left, take
from sixclear.tasks.organisation.seed import organisation_id

pytestmark = pytest.mark.asyncio
AT = datetime(2025, 12, 4, 2, 0, tzinfo=UTC)


def says(proposal_id: UUID, change: str = "accepted", *, version: int = 1, epoch: int = 1, **data: Any) -> Envelope:
    """What feedback publishes of an idea."""
    told = {
        "proposal_id": str(proposal_id),
        "status": "accepted",
        "title": "Lịch chung của phòng thí nghiệm",
        "abstract": "Một trang cho biết phòng nào còn trống.",
        "programme": "plan",
        "organisation_id": str(organisation_id("G06")),
        "promised_steps": [{"text": "Công bố lịch", "due_on": "2026-03-31"}, {"text": "Mở đặt chỗ", "due_on": None}],
        "demonstration": False,
    }
    return Envelope(
        service="feedback",
        entity_type="proposal",
        entity_id=proposal_id,
        type=f"vn.sixclear.feedback.proposal.{change}.v1",
        change=change,
        version=version,
        previous_version=version - 1 or None,
        position=version,
        epoch=epoch,
        occurred_at=AT,
        recorded_at=AT,
        data={"proposal_id": str(proposal_id)} if change == "withdrawn" else told | data,
        traceparent=None,
    )


async def taken(service: Service, envelopes: Sequence[Envelope]) -> None:
    async with service.database.transaction() as session:
        await take(session, service.log, service.clock, envelopes)


async def opened(service: Service) -> list[dict[str, Any]]:
    """Every task that came of an idea."""
    found = (await service.get("/tasks"))["items"]
    shown = [await service.get(f"/tasks/{one['task_id']}") for one in found]
    return [one for one in shown if one["origin"] is not None]


async def test_it_is_proposed_to_the_owner_of_the_programme_and_assigned_as_any_proposal(service: Service) -> None:
    idea = uuid4()
    await taken(service, [says(idea)])
    (task,) = await opened(service)
    assert task["origin"] == {"id": str(idea), "source": "feedback"}
    assert (task["status"], task["programme"], task["assigned_by"]) == ("proposed", "plan", "central")
    assert (task["assigning_organisation"]["code"], task["lead_organisation"]["code"]) == ("P57", "G06")
    assert task["description"] == (
        "Một trang cho biết phòng nào còn trống.\n\n- Công bố lịch (2026-03-31)\n- Mở đặt chỗ"
    )
    waiting = await service.http.get(f"{service.prefix}/own/proposals", headers=service.headers("P57"))
    assert [one["proposed_by"]["code"] for one in waiting.json()["items"]] == ["G06"]
    described = {
        "responsible_position": {"title": "Cục trưởng", "organisation": "G06"},
        "product": "Trang lịch chung",
        "authority": "Trong phạm vi được giao",
        "deadline": "2026-03-31",
    }
    patched = await service.http.patch(
        f"{service.prefix}/tasks/{task['task_id']}",
        json=described,
        headers=service.headers("P57") | {"Content-Type": "application/merge-patch+json"},
    )
    assert patched.status_code == 200, patched.text
    assigned = await service.post("P57", f"/tasks/{task['task_id']}/assign", {})
    assert (assigned.status_code, assigned.json()["status"]) == (200, "assigned")
    events = [one for one in await service.events() if one.entity_type == "task"]
    assert [one.change for one in events] == ["proposed", "updated", "assigned"]
    assert all(one.data["origin"] == task["origin"] for one in events)


async def test_an_idea_that_is_told_again_opens_no_second_task(service: Service) -> None:
    idea = uuid4()
    for _ in range(2):
        await taken(service, [says(idea), says(idea)])
    await taken(service, [says(idea, epoch=2, title="Sau phục hồi")])
    (task,) = await opened(service)
    assert task["title"] == "Lịch chung của phòng thí nghiệm", "people describe a task that is there"
    refused = await service.post("P57", f"/tasks/{task['task_id']}/refuse", {"reason": "Đã có ở bộ khác."})
    assert refused.status_code == 200, refused.text
    await taken(service, [says(idea, epoch=3)])
    assert [one["status"] for one in await opened(service)] == []
    assert (await service.get(f"/tasks/{task['task_id']}"))["status"] == "cancelled", "what people ended stays ended"


async def test_one_of_a_programme_that_is_not_known_waits_for_it(service: Service) -> None:
    idea = uuid4()
    await taken(service, [says(idea, programme="later")])
    assert await open_left(service.database, service.log, service.clock) == 0
    entry = {"slug": "later", "name_vi": "Sau", "name_en": "Later", "resolution": "57-NQ/TW", "owner": "75"}
    assert (await service.post("75", "/programmes", entry)).status_code == 201
    assert await open_left(service.database, service.log, service.clock) == 1
    assert await open_left(service.database, service.log, service.clock) == 0
    (task,) = await opened(service)
    assert (task["programme"], task["assigned_by"], task["assigning_organisation"]["code"]) == (
        "later",
        "province",
        "75",
    )


async def test_a_withdrawn_idea_opens_none_and_cancels_none(service: Service) -> None:
    early, late = uuid4(), uuid4()
    await taken(service, [says(early), says(early, "withdrawn", version=2)])
    await taken(service, [says(early)])
    assert await opened(service) == []
    await taken(service, [says(late)])
    await taken(service, [says(late, "withdrawn", version=2)])
    assert [one["status"] for one in await opened(service)] == ["proposed"], "people cancel it"


async def test_a_body_that_is_no_more_is_not_named(service: Service) -> None:
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE organisation SET ended = 'closed' WHERE code = 'G06'"))
    await taken(service, [says(uuid4()), says(uuid4(), organisation_id=str(uuid4()))])
    assert [one["lead_organisation"] for one in await opened(service)] == [None, None]


@pytest.mark.parametrize("seed", range(3))
async def test_in_whatever_order_and_batches_each_idea_has_one_task(service: Service, seed: int) -> None:
    chance = random.Random(seed)
    ideas = [uuid4() for _ in range(4)]
    log = [says(idea) for idea in ideas] + [says(ideas[0], epoch=2)]
    heard = [chance.choice(log) for _ in range(8)] + chance.sample(log, len(log))
    while heard:
        size = chance.randint(1, 4)
        await taken(service, heard[:size])
        heard = heard[size:]
    assert sorted(one["origin"]["id"] for one in await opened(service)) == sorted(map(str, ideas))


async def test_no_request_claims_that_a_task_came_of_an_idea(service: Service) -> None:
    body = {
        "programme": "plan",
        "title": "Của tôi",
        "assigned_by": "central",
        "assigning_organisation": "P57",
        "source": "feedback",
        "external_id": str(uuid4()),
    }
    made = await service.post("P57", "/tasks", body)
    assert (made.status_code, made.json()["origin"]) == (201, None)
    told = await service.post("P57", "/tasks", body | {"origin": {"id": str(uuid4()), "source": "feedback"}})
    assert told.status_code == 422
