"""A body's own task stands below a national one: shown under it, with its number in the upper plan."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal, statements
from tests.integration.tasks.intake.test_bulk_tasks import outcomes, send
from tests.integration.tasks.programme.test_own_fields import codes, patch
from tests.integration.tasks.programme.test_reach import CITY

Below = dict[str, Any]


async def a_national_task(service: Service, **changes: Any) -> UUID:
    """A national task, beside a programme for own ones."""
    opened = await service.post("P57", "/programmes", {**CITY, "reach": "own"})
    assert opened.status_code in (200, 201), opened.text
    return await an_assigned_task(service, external_id="NV-UP", **changes)


def own(upper: object, **changes: Any) -> Below:
    named: Below = {"programme": "city", "external_id": "NV-OWN", "upper_task_id": str(upper), "upper_number": "II.3"}
    return proposal(**(named | changes))


async def below(service: Service, upper: object) -> list[tuple[str, str]]:
    found = await service.get("/tasks", below=str(upper))
    return [(item["external_id"], item["upper_number"]) for item in found["items"]]


@pytest.mark.asyncio
async def test_an_own_task_is_shown_under_the_national_one_with_its_number(service: Service) -> None:
    upper = await a_national_task(service)
    assert await below(service, upper) == []
    made = await service.post("P57", "/tasks", own(upper))
    assert made.status_code == 201, made.text
    shown = await service.get(f"/tasks/{made.json()['task_id']}")
    assert (shown["upper_task_id"], shown["upper_number"]) == (str(upper), "II.3")
    await an_assigned_task(service, external_id="NV-2", programme="city")
    assert await below(service, upper) == [("NV-OWN", "II.3")]
    assert (await service.get("/tasks", below=str(upper), reach="national"))["items"] == []
    above = await service.get(f"/tasks/{upper}")
    assert (above["upper_task_id"], above["upper_number"], above["version"]) == (None, None, 2)


@pytest.mark.asyncio
async def test_events_tell_the_number_and_not_the_upper_task(service: Service) -> None:
    upper = await a_national_task(service)
    made = (await service.post("P57", "/tasks", own(upper))).json()
    told = [one.data for one in await service.events() if one.data.get("task_id") == made["task_id"]]
    assert [one["upper_number"] for one in told] == ["II.3", "II.3"]
    assert not any(str(upper) in str(one) for one in told)


@pytest.mark.asyncio
async def test_a_file_names_upper_tasks_with_one_statement(service: Service) -> None:
    upper = await a_national_task(service)
    await send(service, [own(upper, external_id="CV-0")])
    items = [own(upper, external_id=f"CV-{number}") for number in range(1, 4)]
    with statements(service) as seen:
        answer = await send(service, [*items, own(uuid4(), external_id="CV-9")])
    assert outcomes(answer) == ["created", "created", "created", "rejected"]
    assert len([one for one in seen if "programme.reach" in one and "task.classification" in one]) == 1
    problem = answer["items"][3]["problem"]
    assert (problem["code"], problem["pointer"]) == ("upper-task-invalid", "#/upper_task_id")
    assert len(await below(service, upper)) == 4
    assert outcomes(await send(service, items)) == ["unchanged"] * 3


@pytest.mark.asyncio
async def test_only_a_public_national_task_is_named_and_only_by_an_own_one(service: Service) -> None:
    upper = await a_national_task(service)
    hidden = await an_assigned_task(service, external_id="NV-HIDDEN", classification="restricted")
    other = await an_assigned_task(service, external_id="NV-OTHER", programme="city")
    wanted = {
        "programme-national": own(upper, programme="plan", upper_number=None),
        "task-unknown": own(uuid4()),
        "upper-not-national": own(other),
    }
    for code, sent in wanted.items():
        refused = await service.post("P57", "/tasks", sent)
        assert (refused.status_code, refused.json()["code"]) == (422, "upper-task-invalid"), code
        assert codes(refused) == {"#/upper_task_id": code}
    number = await service.post("P57", "/tasks", own(upper, programme="plan", upper_task_id=None))
    assert codes(number) == {"#/upper_number": "programme-national"}
    # A restricted one is as one that is not there, also for the bodies concerned.
    told = [codes(await service.post("P57", "/tasks", own(one))) for one in (uuid4(), hidden)]
    assert told == [{"#/upper_task_id": "task-unknown"}] * 2


@pytest.mark.asyncio
async def test_an_upper_task_that_becomes_restricted_is_named_no_more(service: Service) -> None:
    upper = await a_national_task(service)
    made = (await service.post("P57", "/tasks", own(upper))).json()
    address = f"/tasks/{made['task_id']}"
    assert (await patch(service, f"/tasks/{upper}", {"classification": "restricted"})).status_code == 200
    shown = await service.get(address)
    assert (shown["upper_task_id"], shown["upper_number"]) == (None, "II.3")
    listed = [await service.http.get(f"{service.prefix}/tasks", params={"below": str(one)}) for one in (upper, uuid4())]
    assert [(one.status_code, one.json()["code"], codes(one)) for one in listed] == [
        (422, "reference-unknown", {"below": "task-unknown"})
    ] * 2
    # What follows on the own task neither tells it nor takes it away.
    report = await service.post("G06", f"{address}/progress", {"percent": 10, "text": "Đang làm"})
    assert (report.status_code, report.json()["upper_task_id"]) == (201, None), report.text
    again = await patch(service, address, {"title": "Mới"})
    assert (again.status_code, again.json()["upper_task_id"], again.json()["title"]) == (200, None, "Mới")
    assert (await patch(service, f"/tasks/{upper}", {"classification": "public"})).status_code == 200
    assert (await service.get(address))["upper_task_id"] == str(upper)
    report = await service.post("G06", f"{address}/progress", {"percent": 20, "text": "Đang làm"})
    assert report.json()["upper_task_id"] == str(upper)


@pytest.mark.asyncio
async def test_a_description_that_leaves_it_out_takes_it_away_and_a_patch_keeps_it(service: Service) -> None:
    upper = await a_national_task(service)
    made = (await service.post("P57", "/tasks", own(upper))).json()
    kept = await patch(service, f"/tasks/{made['task_id']}", {"upper_number": "II.4"})
    assert (kept.json()["upper_task_id"], kept.json()["upper_number"]) == (str(upper), "II.4")
    # The programme becomes national: what its tasks have stays, and no more is taken.
    await service.post("P57", "/programmes", {**CITY, "reach": "national"})
    again = await patch(service, f"/tasks/{made['task_id']}", {"title": "Mới"})
    assert (again.status_code, again.json()["upper_number"]) == (200, "II.4")
    refused = await patch(service, f"/tasks/{made['task_id']}", {"upper_number": "II.5"})
    assert codes(refused) == {"#/upper_number": "programme-national"}
    emptied = await service.post("P57", "/tasks", own(upper, upper_task_id=None, upper_number=None))
    assert (emptied.json()["upper_task_id"], emptied.json()["upper_number"]) == (None, None)
    assert await below(service, upper) == []
