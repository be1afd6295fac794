"""Remarks and urging stand on a task, want an answer, and go where their task goes."""

from datetime import timedelta
from uuid import UUID

import httpx2
import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.decision.conftest import asked, decide
from tests.integration.tasks.evidence.evidence import classify
from tests.integration.tasks.task.test_mandates import Reader
from tests.integration.tasks.urge.urges import EVIDENCE, URGING, own, public, told, urged

from sixclear.tasks.organisation.seed import organisation_id

pytestmark = pytest.mark.asyncio


def _refused(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_urging_stands_on_the_task_until_it_is_answered(service: Service) -> None:
    task_id = await an_assigned_task(service)
    before = await service.get(f"/tasks/{task_id}")
    urge = await urged(service, task_id)
    assert (urge["kind"], urge["state"], urge["to"], urge["version"]) == ("urging", "open", "doer", 1)
    assert (urge["addressee"]["code"], urge["addressee_position"]["title"]) == ("G06", "Cục trưởng")
    assert (urge["author"]["code"], urge["author_position"]["title"]) == ("P57", "Chánh Văn phòng")
    assert urge["answer_by"] == "2025-12-11T10:00:00Z", "five working days, at the close of the day"
    assert [one["urge_id"] for one in await public(service, state="open")] == [urge["urge_id"]]
    answered = await service.post("G06", f"/urges/{urge['urge_id']}/answer", {"text": "Đang chờ kinh phí"})
    assert answered.status_code == 200, answered.text
    assert (answered.json()["state"], answered.json()["answered_by"]["code"]) == ("answered", "G06")
    assert await public(service, state="open") == []
    assert await service.get(f"/tasks/{task_id}") == before, "the task and its version stay as they are"
    assert await told(service) == [("urged", None, True), ("answered", None, True)]


async def test_everyone_reads_that_it_was_urged_and_the_bodies_concerned_what_was_said(service: Service) -> None:
    task_id = await an_assigned_task(service)
    urge = await urged(service, task_id)
    await service.post("G06", f"/urges/{urge['urge_id']}/answer", {"text": "Đang chờ kinh phí"})
    (shown,) = await public(service)
    assert (shown["text"], shown["answer"], shown["state"]) == (None, None, "answered")
    assert await service.get(f"/urges/{urge['urge_id']}") == shown
    for code in ("P57", "G06"):
        (read,) = await own(service, code)
        assert (read["text"], read["answer"]) == (URGING["text"], "Đang chờ kinh phí")
    assert await own(service, "G01") == []
    assert [one["urge_id"] for one in await own(service, "P57", role="sent")] == [urge["urge_id"]]
    assert [one["urge_id"] for one in await own(service, "G06", role="addressed")] == [urge["urge_id"]]
    inspector = Reader(service, "programme:plan")
    named = (await inspector.get("/own/urges", role="mandate")).json()["items"]
    assert [one["text"] for one in named] == [URGING["text"]]


async def test_its_event_tells_positions_and_no_words(service: Service) -> None:
    task_id = await an_assigned_task(service)
    urge = await urged(service, task_id)
    (event,) = [event for event in await service.events() if event.entity_type == "urge"]
    assert URGING["text"] not in str(event.data)
    assert event.data["urge_id"] == urge["urge_id"]
    assert event.data["organisation_id"] == str(organisation_id("G06"))
    assert event.data["author_position"]["title"] == "Chánh Văn phòng"
    assert event.data["addressee_position"]["title"] == "Cục trưởng"


async def test_a_leader_remarks_on_the_work_of_its_own_body_and_does_not_urge_it(service: Service) -> None:
    task_id = await an_assigned_task(service)
    assert (await urged(service, task_id, "G06", kind="remark", position="Bộ trưởng"))["author"]["code"] == "G06"
    refused = await service.post("G06", f"/tasks/{task_id}/urges", URGING)
    assert _refused(refused) == (403, "organisation-not-allowed")
    assert _refused(await service.post("G01", f"/tasks/{task_id}/urges", URGING)) == (403, "organisation-not-allowed")


async def test_a_body_above_the_lead_urges_and_reads_what_it_said(service: Service) -> None:
    task_id = await an_assigned_task(
        service, lead_organisation="25999", responsible_position={"title": "Chủ tịch", "organisation": "25999"}
    )
    urge = await urged(service, task_id, "75")
    (read,) = await own(service, "75", role="sent")
    assert (read["urge_id"], read["text"]) == (urge["urge_id"], URGING["text"])
    assert await own(service, "75") == [], "it has no part in the task by it"
    assert [one["urge_id"] for one in await public(service, organisation="75")] == [urge["urge_id"]]
    assert await public(service, organisation="G06") == []
    # Once the task is restricted it is no business of a body without a part in it.
    await classify(service, task_id, "restricted")
    assert await own(service, "75", role="sent") == []
    again = await service.post("75", f"/tasks/{task_id}/urges", URGING)
    assert _refused(again) == (404, "task-not-found")


async def test_the_same_again_is_the_same_until_it_is_answered(service: Service) -> None:
    task_id = await an_assigned_task(service)
    first = await urged(service, task_id)
    repeated = await service.post("P57", f"/tasks/{task_id}/urges", URGING)
    assert (repeated.status_code, repeated.json()) == (200, first)
    path = f"/urges/{first['urge_id']}/answer"
    answered = await service.post("G06", path, {"text": "Đã rõ"})
    assert (await service.post("G06", path, {"text": "Đã rõ"})).json() == answered.json()
    assert _refused(await service.post("G06", path, {"text": "Khác"})) == (409, "transition-not-allowed")
    assert (await urged(service, task_id))["urge_id"] != first["urge_id"]


async def test_only_the_lead_body_answers_and_on_the_version_that_it_read(service: Service) -> None:
    task_id = await an_assigned_task(service, coordinating_organisations=["G01"])
    urge = await urged(service, task_id)
    path = f"/urges/{urge['urge_id']}/answer"
    for code in ("P57", "G01", "75"):
        assert _refused(await service.post(code, path, {"text": "Thay"})) == (403, "organisation-not-allowed")
    stale = {"If-Match": '"1.7"'}
    assert _refused(await service.post("G06", path, {"text": "Đã rõ"}, **stale)) == (412, "stale-version")
    unknown = await service.post("G06", f"/urges/{UUID(int=1)}/answer", {"text": "Đã rõ"})
    assert _refused(unknown) == (404, "urge-not-found")


async def test_no_body_is_urged_on_what_waits_for_another(service: Service) -> None:
    task_id = await an_assigned_task(service)
    assert (await service.post("G06", f"/tasks/{task_id}/submit", {"evidence": [EVIDENCE]})).status_code == 200
    refused = await service.post("P57", f"/tasks/{task_id}/urges", URGING)
    assert _refused(refused) == (409, "transition-not-allowed")
    await urged(service, task_id, kind="remark")


async def test_what_is_not_answered_lapses_with_its_task(service: Service) -> None:
    task_id = await an_assigned_task(service)
    urge = await urged(service, task_id)
    assert (await decide(service, await asked(service, task_id, "cancellation"))).status_code == 200
    assert (await service.get(f"/urges/{urge['urge_id']}"))["state"] == "lapsed"
    assert (await told(service))[-1] == ("lapsed", None, True)
    late = await service.post("G06", f"/urges/{urge['urge_id']}/answer", {"text": "Đã rõ"})
    assert _refused(late) == (409, "transition-not-allowed")


async def test_an_answer_that_is_late_is_told_by_time_alone(service: Service) -> None:
    task_id = await an_assigned_task(service)
    urge = await urged(service, task_id, answer_days=1)
    address = f"{service.prefix}/urges/{urge['urge_id']}"
    fresh = await service.http.get(address)
    service.clock.now += timedelta(days=3)
    late = await service.http.get(address)
    assert (fresh.json()["late"], late.json()["late"]) == (False, True)
    assert fresh.json()["version"] == late.json()["version"]
    assert fresh.headers["etag"] != late.headers["etag"]


async def test_restricting_the_task_withdraws_what_was_said_in_the_same_transaction(service: Service) -> None:
    task_id = await an_assigned_task(service)
    urge = await urged(service, task_id)
    await classify(service, task_id, "restricted")
    assert await public(service) == []
    assert _refused(await service.http.get(f"{service.prefix}/urges/{urge['urge_id']}")) == (404, "urge-not-found")
    hidden = await urged(service, task_id, text="Chỉ đạo kín")
    assert [one["text"] for one in await own(service, "G06")] == ["Chỉ đạo kín", URGING["text"]]
    await classify(service, task_id, "public")
    assert [one["urge_id"] for one in await public(service)] == [urge["urge_id"]]
    assert _refused(await service.http.get(f"{service.prefix}/urges/{hidden['urge_id']}")) == (404, "urge-not-found")
    assert sorted(await told(service)) == sorted(
        [
            ("urged", None, True),
            ("withdrawn", None, True),
            ("urged", None, False),
            ("restated", None, True),
            ("restated", None, False),
        ]
    )


async def test_what_waits_for_an_answer_goes_along_with_a_transfer(service: Service) -> None:
    task_id = await an_assigned_task(service)
    answered, waiting = await urged(service, task_id), None
    await service.post("G06", f"/urges/{answered['urge_id']}/answer", {"text": "Đã rõ"})
    waiting = await urged(service, task_id, text="Vẫn chậm")
    offered = await asked(service, task_id, "transfer", organisation="G01")
    assert (await decide(service, offered)).status_code == 200
    taken = {"responsible_position": {"title": "Vụ trưởng", "organisation": "G01"}}
    assert (await service.post("G01", f"/decisions/{offered}/accept", taken)).status_code == 200
    (event,) = [one for one in await service.events() if (one.entity_type, one.change) == ("urge", "restated")]
    assert event.entity_id == UUID(waiting["urge_id"])
    assert event.data["organisation_id"] == event.data["addressee_organisation_id"] == str(organisation_id("G01"))
    assert event.data["addressee_position"]["title"] == "Vụ trưởng"
    assert (await service.post("G01", f"/urges/{waiting['urge_id']}/answer", {"text": "Nhận"})).status_code == 200
    assert (await service.get(f"/urges/{answered['urge_id']}"))["organisation"]["code"] == "G06"


async def test_pages_are_walked_to_their_end_in_both_orders(service: Service) -> None:
    task_id = await an_assigned_task(service)
    for number in range(5):
        await urged(service, task_id, text=f"Lần {number}")
    for sort in ("newest", "longest"):
        walked: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await service.get("/urges", sort=sort, limit=2, **({"cursor": cursor} if cursor else {}))
            walked += [one["urge_id"] for one in page["items"]]
            cursor = page["next"]
        whole = [one["urge_id"] for one in await public(service, sort=sort)]
        assert (walked, len(set(walked))) == (whole, 5)


async def test_a_body_with_many_tasks_reads_the_same_urges(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [await an_assigned_task(service, external_id=f"NV-{number}") for number in range(3)]
    restricted = await an_assigned_task(service, external_id="NV-3", classification="restricted")
    other = {"lead_organisation": "G01", "responsible_position": {"title": "Cục trưởng", "organisation": "G01"}}
    elsewhere = await an_assigned_task(service, external_id="NV-4", **other)
    for task_id in (*tasks, restricted, elsewhere):
        await urged(service, task_id)
    few = {code: [one["urge_id"] for one in await own(service, code)] for code in ("P57", "G06", "G01", "75")}
    assert {code: len(urges) for code, urges in few.items()} == {"P57": 5, "G06": 4, "G01": 1, "75": 0}
    monkeypatch.setattr("sixclear.tasks.urge.repository._MANY_TASKS", 0)
    assert {code: [one["urge_id"] for one in await own(service, code)] for code in few} == few
