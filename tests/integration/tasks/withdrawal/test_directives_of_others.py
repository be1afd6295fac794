"""A directive stands in a programme because its owner or its issuer put it there, and each of them can take it out."""

import asyncio
from collections import Counter
from typing import Any

import httpx2
import pytest
from tests.integration.tasks.conftest import Service, proposal

REASON = {"reason": "Không thuộc chương trình này"}
MOST = 20


async def enter(service: Service, number: int = 1, code: str = "G06", **changes: Any) -> httpx2.Response:
    body = {
        "programme": "plan",
        "number": f"{number}-KH",
        "issued_on": "2025-06-19",
        "issuer": code,
        "title": "Văn bản",
    }
    return await service.post(code, "/directives", body | changes)


async def a_directive(service: Service, number: int = 1, code: str = "G06", **changes: Any) -> str:
    response = await enter(service, number, code, **changes)
    assert response.status_code == 201, response.text
    return str(response.json()["directive_id"])


async def withdraw(service: Service, code: str, directive_id: str) -> httpx2.Response:
    return await service.post(code, f"/directives/{directive_id}/withdraw", REASON)


async def listed(service: Service) -> list[str]:
    return [item["number"] for item in (await service.get("/directives", programme="plan"))["items"]]


@pytest.mark.asyncio
@pytest.mark.parametrize("code", ["P57", "G06"])
async def test_the_owner_and_the_issuer_take_a_directive_out(service: Service, code: str) -> None:
    directive_id = await a_directive(service)
    assert (await withdraw(service, "G01", directive_id)).json()["code"] == "organisation-not-allowed"
    assert (await withdraw(service, code, directive_id)).status_code == 204
    assert await listed(service) == []
    gone = await service.http.get(f"/api/tasks/v1/directives/{directive_id}")
    assert (gone.status_code, gone.json()["code"]) == (404, "directive-not-found")
    assert (await withdraw(service, code, directive_id)).status_code == 404
    event = (await service.events())[-1]
    assert (event.change, event.version, event.meta["reason"]) == ("withdrawn", 2, REASON["reason"])
    refused = await service.post("P57", "/tasks", proposal(directive_id=directive_id))
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "directive-unknown")


@pytest.mark.asyncio
async def test_only_the_owner_enters_again_what_it_took_out(service: Service) -> None:
    directive_id = await a_directive(service)
    await withdraw(service, "P57", directive_id)
    assert (await enter(service)).json()["code"] == "organisation-not-allowed"
    assert await a_directive(service, code="P57", issuer="G06") == directive_id
    assert await listed(service) == ["1-KH"]
    assert [event.change for event in (await service.events())[-3:]] == ["registered", "withdrawn", "registered"]
    await withdraw(service, "G06", directive_id)
    assert await a_directive(service) == directive_id, "an issuer's own withdrawal binds it to nothing"


@pytest.mark.asyncio
async def test_a_number_that_its_issuer_gave_up_is_free_for_another(service: Service) -> None:
    await withdraw(service, "G06", await a_directive(service))
    again = await enter(service, code="G01", title="Của G01")
    assert (again.status_code, again.json()["issuer"]["name_vi"]) == (201, "Bộ Công an")


@pytest.mark.asyncio
async def test_a_directive_that_tasks_name_stays_and_the_refusal_says_how_many(service: Service) -> None:
    directive_id = await a_directive(service)
    names: dict[str, Any] = {"directive_id": directive_id, "assign": False}
    first = (await service.post("G06", "/tasks", proposal(**names))).json()["task_id"]
    hidden = {"classification": "restricted", "assigning_organisation": "G06", "external_id": "NV-2"}
    second = (await service.post("G06", "/tasks", proposal(**names | hidden))).json()["task_id"]
    refused = await withdraw(service, "P57", directive_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "directive-in-use")
    assert refused.json()["detail"].startswith("2 tasks name it.")
    assert (await service.post("P57", f"/tasks/{first}/refuse", REASON)).status_code == 200
    assert (await withdraw(service, "P57", directive_id)).json()["detail"].startswith("1 task names it.")
    assert (await service.post("P57", f"/tasks/{second}/refuse", REASON)).status_code == 204
    assert (await withdraw(service, "P57", directive_id)).status_code == 204
    assert (await service.get(f"/tasks/{first}"))["directive"] is None


@pytest.mark.asyncio
async def test_a_body_has_only_so_many_directives_that_wait_for_a_task(service: Service) -> None:
    answers = await asyncio.gather(*(enter(service, number) for number in range(MOST + 5)))
    assert Counter(answer.status_code for answer in answers) == {201: MOST, 409: 5}
    assert next(a for a in answers if a.status_code == 409).json()["code"] == "too-many-open-directives"
    taken = [answer.json()["directive_id"] for answer in answers if answer.status_code == 201]
    assert (await service.post("P57", "/tasks", proposal(directive_id=taken[0]))).status_code == 201
    assert (await enter(service, 100)).status_code == 201, "an assigned task has taken one up"
    assert (await enter(service, 101)).status_code == 409
    assert (await withdraw(service, "P57", taken[1])).status_code == 204
    assert (await enter(service, 102)).status_code == 201
    assert (await enter(service, 103, code="G01")).status_code == 201, "each body has its own"
    own = [await enter(service, 200 + number, code="P57", issuer="G06") for number in range(MOST + 1)]
    assert {answer.status_code for answer in own} == {201}, "the owner enters as many as it likes"


@pytest.mark.asyncio
async def test_no_task_comes_to_name_a_directive_that_is_withdrawn_meanwhile(service: Service) -> None:
    for number in range(8):
        directive_id = await a_directive(service, number, code="P57")
        named, gone = await asyncio.gather(
            service.post("P57", "/tasks", proposal(directive_id=directive_id, external_id=f"NV-{number}")),
            withdraw(service, "P57", directive_id),
        )
        assert (named.status_code, gone.status_code) in {(201, 409), (422, 204)}
