"""The keys of a body that has ended mean its tasks: for its own system, and for its successor."""

from typing import Any

import pytest
from httpx2 import Response
from tests.integration.tasks.conftest import proposal
from tests.integration.tasks.succession.conftest import COMMITTEE_57, COMMITTEE_204, Service, merge, reach
from tests.integration.tasks.succession.test_chain import COMMITTEE_06, path, set_up

pytestmark = pytest.mark.asyncio


async def send(service: Service, code: str, external_id: str = "P-1", lead: str = COMMITTEE_57) -> Response:
    """Propose a task of Hanoi that a committee leads, or send it again."""
    bodies = {"assigning_organisation": "01", "lead_organisation": lead, "assigned_by": "province"}
    position = {"responsible_position": {"title": "Trưởng ban", "organisation": lead}, "assign": False}
    body = proposal(programme="hanoi-57", external_id=external_id, **bodies, **position)
    return await service.post(code, "/tasks", body)


async def tasks(service: Service) -> list[dict[str, Any]]:
    """All tasks."""
    return list((await service.get("/tasks"))["items"])


async def test_both_find_the_task_and_it_is_one(service: Service) -> None:
    task_id = (await send(service, COMMITTEE_57)).json()["task_id"]
    assert (await merge(service)).is_success
    for moved in (False, True):
        if moved:
            await reach(service)
        for code in (COMMITTEE_204, COMMITTEE_57):
            again = await send(service, code)
            assert again.status_code != 201, (code, moved)
            if moved:
                assert (again.status_code, again.json().get("task_id")) == (200, task_id), (code, again.text)
        assert [one["task_id"] for one in await tasks(service)] == [task_id]
    (told,) = await tasks(service)
    assert told["lead_organisation"]["code"] == COMMITTEE_204


async def test_a_file_finds_it_too(service: Service) -> None:
    task_id = (await send(service, COMMITTEE_57)).json()["task_id"]
    assert (await merge(service)).is_success
    await reach(service)
    bodies = {"assigning_organisation": "01", "lead_organisation": COMMITTEE_57, "assigned_by": "province"}
    position = {"responsible_position": {"title": "Trưởng ban", "organisation": COMMITTEE_57}, "assign": False}
    row = proposal(programme="hanoi-57", external_id="P-1", **bodies, **position)
    for code in (COMMITTEE_204, COMMITTEE_57):
        (item,) = (await service.post(code, "/tasks/bulk", [row])).json()["items"]
        assert (item["outcome"], item["task_id"]) == ("unchanged", task_id), (code, item)


async def test_the_last_of_a_chain_finds_it(service: Service) -> None:
    await set_up(service, COMMITTEE_06, "01")
    task_id = (await send(service, COMMITTEE_57)).json()["task_id"]
    assert (await merge(service)).is_success
    service.clock.pass_by(hours=1)
    assert (await service.post("01", path(COMMITTEE_204, "merge"), {"into": COMMITTEE_06, "reason": "x"})).is_success
    await reach(service)
    assert (await send(service, COMMITTEE_06)).json()["task_id"] == task_id
    assert (await send(service, COMMITTEE_204)).json()["code"] == "organisation-not-allowed", "it gave no key"
    assert [one["task_id"] for one in await tasks(service)] == [task_id]


async def test_an_own_key_comes_first(service: Service) -> None:
    theirs = (await send(service, COMMITTEE_57)).json()["task_id"]
    own = (await send(service, COMMITTEE_204, lead=COMMITTEE_204)).json()["task_id"]
    assert own != theirs
    assert (await merge(service)).is_success
    await reach(service)
    assert (await send(service, COMMITTEE_204)).json()["task_id"] == own
    assert (await send(service, COMMITTEE_57)).json()["task_id"] == theirs


async def test_a_key_of_two_former_bodies_is_not_guessed(service: Service) -> None:
    await set_up(service, COMMITTEE_06, "01")
    for code in (COMMITTEE_57, COMMITTEE_204):
        assert (await send(service, code, lead=code)).status_code == 201
        ended = await service.post("01", path(code, "merge"), {"into": COMMITTEE_06, "reason": "x"})
        assert ended.is_success, ended.text
    await reach(service)
    refused = await send(service, COMMITTEE_06, lead=COMMITTEE_06)
    assert (refused.status_code, refused.json()["code"]) == (422, "reference-ambiguous")
    assert len(await tasks(service)) == 2


async def test_no_other_body_finds_it(service: Service) -> None:
    first = (await send(service, COMMITTEE_57)).json()["task_id"]
    assert (await merge(service)).is_success
    await reach(service)
    other = await send(service, "01")
    assert (other.status_code, other.json()["task_id"] == first) == (201, False)
