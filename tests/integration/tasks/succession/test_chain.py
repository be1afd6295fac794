"""What is on its way when bodies end one after the other, or move while others do."""

import asyncio

import pytest
from tests.integration.tasks.decision.conftest import asked, decide
from tests.integration.tasks.succession.conftest import COMMITTEE_57, COMMITTEE_204, Service, a_task, merge, reach

from sixclear.common.caller import Caller
from sixclear.common.entity import HasVersion
from sixclear.common.use_case import Context
from sixclear.tasks.organisation.seed import organisation_id
from sixclear.tasks.succession import service as succession
from sixclear.tasks.succession.schemas import Upgrade

pytestmark = pytest.mark.asyncio
COMMITTEE_06, GROUP, UNIT = "01-BCD06", "01-BCD57-TGV", "01-BCD57-TGV-1"


def path(code: str, step: str) -> str:
    return f"/organisations/{organisation_id(code)}/{step}"


async def set_up(service: Service, code: str, parent: str) -> None:
    """Register a committee of Hanoi."""
    body = {"code": code, "name_vi": code, "type": "committee", "level": "department", "parent": parent, "reason": "x"}
    made = await service.post("01", "/organisations", body)
    assert made.status_code == 201, made.text


@pytest.mark.parametrize("chunk_between", [False, True])
async def test_work_goes_to_the_last_of_a_chain(service: Service, chunk_between: bool) -> None:
    await set_up(service, COMMITTEE_06, "01")
    tasks = [await a_task(service, f"M-{number}") for number in range(2)]
    assert (await merge(service)).is_success
    if chunk_between:
        await reach(service)
    service.clock.pass_by(hours=1)
    ended = await service.post("01", path(COMMITTEE_204, "merge"), {"into": COMMITTEE_06, "reason": "Hợp nhất"})
    assert ended.is_success, ended.text
    await reach(service)
    leads = [(await service.get(f"/tasks/{one}"))["lead_organisation"]["code"] for one in tasks]
    assert leads == [COMMITTEE_06, COMMITTEE_06]
    assert (await service.get(f"/decisions/{ended.json()['decision_id']}"))["done"] == 2


async def test_what_is_on_its_way_is_open_work_of_the_successor(service: Service) -> None:
    task_id = await a_task(service, "M-1")
    assert (await merge(service)).is_success
    refused = await service.post("01", path(COMMITTEE_204, "close"), {"reason": "Giải thể"})
    assert (refused.status_code, refused.json()["code"]) == (422, "successor-missing")
    await reach(service)
    assert (await service.get(f"/tasks/{task_id}"))["lead_organisation"]["code"] == COMMITTEE_204


async def test_a_former_body_decides_nothing_below_it(service: Service) -> None:
    await set_up(service, UNIT, GROUP)
    plan = {"slug": "tgv", "name_vi": "Kế hoạch", "name_en": "Plan", "owner": GROUP, "resolution": "57-NQ/TW"}
    assert (await service.post(GROUP, "/programmes", plan)).status_code == 201
    bodies = {"assigning_organisation": GROUP, "lead_organisation": UNIT}
    position = {"title": "Tổ trưởng", "organisation": UNIT}
    task_id = await a_task(service, "T-1", GROUP, programme="tgv", responsible_position=position, **bodies)
    decision = await asked(service, task_id, "extension", UNIT, deadline="2026-01-30")
    assert (await merge(service)).is_success
    await reach(service)
    refused = await decide(service, decision, code=COMMITTEE_57)
    assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")
    assert (await decide(service, decision, code=COMMITTEE_204)).is_success


async def test_a_body_with_a_part_in_one_task_reads_of_no_restricted_other(service: Service) -> None:
    seen = await a_task(service, "M-1", coordinating_organisations=["75"])
    hidden = await a_task(service, "M-2", classification="restricted")
    merged = (await merge(service)).json()["decision_id"]
    for _ in range(2):
        told = {}
        for code in ("01", "75"):
            answer = await service.http.get(f"{service.prefix}/own/decisions/{merged}", headers=service.headers(code))
            told[code] = {one["task_id"] for one in answer.json()["tasks"]}
        assert told == {"01": {seen, hidden}, "75": {seen}}
        assert (await service.http.get(f"{service.prefix}/decisions/{merged}")).status_code == 404
        await reach(service)


async def test_two_moves_at_the_same_time_close_no_ring(service: Service) -> None:
    await set_up(service, COMMITTEE_06, COMMITTEE_204)
    moved = Upgrade(parent=COMMITTEE_06, reason="Sắp xếp")
    async with service.database.transaction() as session:
        ctx = Context(session, service.log, Caller("x", organisation_id("01")), service.clock())
        await succession.upgrade(ctx, organisation_id(COMMITTEE_57), moved, _any_version)
        other = asyncio.create_task(
            service.post("01", path(COMMITTEE_204, "upgrade"), {"parent": GROUP, "reason": "Sắp xếp"})
        )
        await asyncio.wait({other}, timeout=1)
    refused = await other
    assert (refused.status_code, refused.json()["code"]) == (422, "successor-impossible")


async def test_a_merger_of_bodies_that_stand_below_none_is_answered_again(service: Service) -> None:
    first, again = [
        await service.post("G06", path("75", "merge"), {"into": "01", "reason": "202/2025/QH15"}) for _ in range(2)
    ]
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())


def _any_version(_: HasVersion | None) -> None:
    """Whatever the version is."""
