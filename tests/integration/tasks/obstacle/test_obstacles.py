"""What holds work back is reported, climbs until somebody decides, and is as public as its tasks."""

from typing import Any
from uuid import UUID

import httpx2
import orjson
import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.decision.conftest import asked, decide
from tests.integration.tasks.evidence.evidence import classify
from tests.integration.tasks.obstacle.obstacles import WORDS, at, opened, own, public, stands, step, taken, told
from tests.integration.tasks.task.test_mandates import Reader

from sixclear.tasks.organisation.seed import organisation_id

pytestmark = pytest.mark.asyncio

WARD = {"lead_organisation": "25999", "responsible_position": {"title": "Chủ tịch", "organisation": "25999"}}


def _refused(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_an_obstacle_of_a_commune_climbs_to_the_centre_and_is_settled_there(service: Service) -> None:
    task_id = await an_assigned_task(service, **WARD)
    version = (await service.get(f"/tasks/{task_id}"))["version"]
    first = await opened(service, "25999", task_id, kind="resources", since="2025-11-10", amount_vnd=2_000_000_000)
    assert stands(first) == ("open", "commune", "25999", 0)
    assert (first["owner"]["code"], first["programme"], first["since"]) == ("25999", "plan", "2025-11-10")
    assert first["decide_by"] == "2025-12-11T10:00:00Z", "five working days, at the close of the day"
    assert await at(service, 2025, 12, 11, 17, 0) == 0
    assert await at(service, 2025, 12, 11, 17, 1) == 1
    assert await at(service, 2025, 12, 11, 17, 1) == 0, "once"
    (waiting,) = await public(service, level="province", state="open")
    assert stands(waiting) == ("open", "province", "75", 1)
    assert (waiting["escalated_by"], waiting["decide_by"]) == (None, "2025-12-18T10:00:00Z")
    climbed = await taken(service, "75", first, "escalate", reason="Vượt thẩm quyền của tỉnh")
    assert stands(climbed) == ("open", "central", "P57", 2)
    assert await taken(service, "75", first, "escalate", reason="Vượt thẩm quyền của tỉnh") == climbed
    # No body is above the owner of the programme: there it waits, and is late.
    assert await at(service, 2026, 1, 15, 9, 0) == 0
    (late,) = await public(service, sort="longest")
    assert (late["late"], late["level"]) == (True, "central")
    higher = await step(service, "25999", first, "escalate", reason="Chờ lâu")
    assert _refused(higher) == (409, "transition-not-allowed")
    settled = await taken(service, "P57", first, "settle", how="Bổ sung định mức tại Thông tư")
    assert (settled["state"], settled["outcome"], settled["settled_by"]["code"]) == ("settled", "decided", "P57")
    assert settled["settled_at"] == "2026-01-15T02:00:00Z"
    assert await taken(service, "P57", first, "settle", how="Bổ sung định mức tại Thông tư") == settled
    assert await public(service, state="open") == []
    again = await taken(service, "25999", first, "reopen", reason="Thông tư chưa ban hành")
    assert (stands(again), again["settlement"]) == (("open", "central", "P57", 2), None)
    assert (await service.get(f"/tasks/{task_id}"))["version"] == version, "the task stays as it is"
    changes = ["opened", "escalated", "escalated", "settled", "reopened"]
    assert await told(service) == [(change, number, True) for number, change in enumerate(changes, 1)]


async def test_after_a_standstill_no_level_is_passed_over(service: Service) -> None:
    task_id = await an_assigned_task(service, **WARD)
    await opened(service, "25999", task_id)
    assert await at(service, 2026, 1, 20, 9, 0) == 1
    (waiting,) = await public(service)
    assert stands(waiting) == ("open", "province", "75", 1)
    assert waiting["decide_by"] == "2026-01-27T10:00:00Z", "its own five days, counted from now"


async def test_it_may_be_settled_where_it_stands_and_only_by_those_concerned(service: Service) -> None:
    task_id = await an_assigned_task(service, **WARD)
    obstacle = await opened(service, "25999", task_id)
    for verb, entry in (("settle", {"how": "Xong"}), ("escalate", {"reason": "Gấp"})):
        assert _refused(await step(service, "G01", obstacle, verb, **entry)) == (403, "organisation-not-allowed")
    # A body above the one that is to decide may decide for it.
    settled = await taken(service, "75", obstacle, "settle", how="Tỉnh cấp kinh phí", kind="resources")
    assert (settled["level"], settled["kind"], settled["counts_as"]) == ("commune", "resources", "resources")
    assert await at(service, 2026, 3, 2, 9, 0) == 0, "what is settled climbs no more"
    assert _refused(await step(service, "75", obstacle, "settle", how="Khác")) == (409, "transition-not-allowed")
    assert _refused(await step(service, "G01", obstacle, "reopen", reason="Chưa")) == (403, "organisation-not-allowed")
    stale = await service.post(
        "75", f"/obstacles/{obstacle['obstacle_id']}/reopen", {"reason": "Chưa"}, **{"If-Match": '"1.7"'}
    )
    assert _refused(stale) == (412, "stale-version")
    assert _refused(await step(service, "75", {"obstacle_id": UUID(int=1)}, "settle", how="Xong"))[0] == 404


async def test_the_same_words_on_the_same_task_are_one_obstacle_until_it_is_settled(service: Service) -> None:
    task_id = await an_assigned_task(service)
    first = await opened(service, "G06", task_id)
    entry = {"description": WORDS, "task_ids": [str(task_id)]}
    repeated = await service.post("P57", "/obstacles", entry)
    assert (repeated.status_code, repeated.json()) == (200, first)
    await taken(service, "G06", first, "settle", how="Đã cấp")
    assert (await opened(service, "G06", task_id))["obstacle_id"] != first["obstacle_id"]


async def test_a_programme_has_obstacles_and_kinds_of_its_own(service: Service) -> None:
    kinds = [{"code": "gpmb", "label_vi": "Giải phóng mặt bằng", "label_en": None, "counts_as": "coordination"}]
    headers = service.headers("P57") | {"content-type": "application/merge-patch+json"}
    path = f"{service.prefix}/programmes/plan"
    assert len((await service.get("/programmes/plan"))["obstacle_kinds"]) == 6, "by default"
    patched = await service.http.patch(path, json={"obstacle_kinds": kinds}, headers=headers)
    assert (patched.status_code, patched.json()["obstacle_kinds"]) == (200, kinds)
    gone = await service.http.patch(path, json={"obstacle_kinds": []}, headers=headers)
    assert (_refused(gone), gone.json()["errors"][0]["code"]) == ((422, "obstacle-kinds-refused"), "kind-gone")
    whole = await opened(service, "P57", programme="plan", kind="gpmb")
    assert (whole["task_ids"], whole["counts_as"], stands(whole)[1:3]) == ([], "coordination", ("central", "P57"))
    assert [one["obstacle_id"] for one in await public(service, kind="gpmb")] == [whole["obstacle_id"]]
    entry: dict[str, Any] = {"description": "Khác", "programme": "plan"}
    unknown = await service.post("P57", "/obstacles", entry | {"kind": "resources"})
    assert (_refused(unknown), unknown.json()["errors"][0]["pointer"]) == ((422, "reference-unknown"), "#/kind")
    nothing = await service.post("P57", "/obstacles", {"description": "Khác"})
    assert nothing.json()["errors"][0]["pointer"] == "#/programme"
    assert _refused(await service.post("G01", "/obstacles", entry)) == (403, "organisation-not-allowed")
    later = await service.post("P57", "/obstacles", entry | {"since": "2025-12-31"})
    assert (_refused(later), later.json()["errors"][0]["pointer"]) == ((422, "fact-in-future"), "#/since")


async def test_a_report_with_a_difficulty_opens_one_and_the_same_difficulty_no_second(service: Service) -> None:
    task_id = await an_assigned_task(service)
    path, said = f"/tasks/{task_id}/progress", {"text": "Tuần 1", "percent": 10, "difficulty": WORDS}
    for entry in (said, said, said | {"text": "Tuần 2"}):
        assert (await service.post("G06", path, entry)).status_code in (200, 201)
    (obstacle,) = await public(service, task=str(task_id))
    assert (obstacle["description"], obstacle["kind"], obstacle["counts_as"]) == (WORDS, None, "not-classified")
    assert stands(obstacle) == ("open", "central", "G06", 0)
    assert (await service.get(f"/tasks/{task_id}"))["version"] == 4, "two reports, one of them told twice"
    lines = [
        said | {"task_id": str(task_id), "text": f"Tuần {number}", "difficulty": words}
        for number, words in ((3, WORDS), (4, "Thiếu nhân lực"), (5, "Thiếu nhân lực"))
    ]
    headers = service.headers("G06") | {"content-type": "application/x-ndjson"}
    address = f"{service.prefix}/progress/bulk"
    for dry_run in ("true", "false", "false"):
        sent = await service.http.post(
            address, content=b"\n".join(map(orjson.dumps, lines)), params={"dry_run": dry_run}, headers=headers
        )
        assert sent.json()["rejected"] == 0, sent.text
        assert len(await public(service)) == (1 if dry_run == "true" else 2)
    assert [change for change, *_ in await told(service)] == ["opened", "opened"]


async def test_it_ends_with_the_last_task_that_it_holds_back(service: Service) -> None:
    tasks = [await an_assigned_task(service, external_id=f"NV-{number}") for number in range(2)]
    obstacle = await opened(service, "G06", *tasks)
    await decide(service, await asked(service, tasks[0], "cancellation"))
    assert (await public(service))[0]["state"] == "open"
    await decide(service, await asked(service, tasks[1], "cancellation"))
    (ended,) = await public(service)
    assert (ended["state"], ended["outcome"], ended["settlement"]) == ("settled", "task_over", None)
    late = await service.post("G06", "/obstacles", {"description": "Khác", "task_ids": obstacle["task_ids"]})
    assert _refused(late) == (409, "transition-not-allowed")


async def test_it_is_restricted_as_long_as_one_of_its_tasks_is(service: Service) -> None:
    first, second = [await an_assigned_task(service, external_id=f"NV-{number}") for number in range(2)]
    obstacle = await opened(service, "G06", first, second)
    address = f"{service.prefix}/obstacles/{obstacle['obstacle_id']}"
    await classify(service, second, "restricted")
    await classify(service, first, "restricted")
    assert (await public(service), (await service.http.get(address)).status_code) == ([], 404)
    assert [one["obstacle_id"] for one in await own(service, "G06")] == [obstacle["obstacle_id"]]
    assert await own(service, "G01") == []
    named = (await Reader(service, "programme:plan").get("/own/obstacles", role="mandate")).json()["items"]
    assert [one["obstacle_id"] for one in named] == [obstacle["obstacle_id"]]
    await classify(service, first, "public")
    assert await public(service) == []
    await classify(service, second, "public")
    assert [one["obstacle_id"] for one in await public(service)] == [obstacle["obstacle_id"]]
    assert await told(service) == [("opened", 1, True), ("withdrawn", 2, True), ("restated", 3, True)]


async def test_what_was_told_in_confidence_stays_so(service: Service) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    said = {"text": "Mật", "percent": 10, "difficulty": WORDS}
    assert (await service.post("G06", f"/tasks/{task_id}/progress", said)).status_code == 201
    await classify(service, task_id, "public")
    assert await public(service) == []
    (kept,) = await own(service, "G06")
    settled = await taken(service, "G06", kept, "settle", how="Đã cấp")
    assert settled["state"] == "settled"
    assert await own(service, "75") == await own(service, "75", role="deciding") == []
    assert not any(published for *_, published in await told(service))


async def test_its_event_has_no_words_and_follows_the_task_into_other_hands(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await opened(service, "G06", task_id, decision_needed="Ban hành định mức", documents=["12/2025/TT-BTC"])
    offered = await asked(service, task_id, "transfer", organisation="G01")
    assert (await decide(service, offered)).status_code == 200
    taken_over = {"responsible_position": {"title": "Vụ trưởng", "organisation": "G01"}}
    assert (await service.post("G01", f"/decisions/{offered}/accept", taken_over)).status_code == 200
    first, moved = [event for event in await service.events() if event.entity_type == "obstacle"]
    assert not any(words in str(first.data) for words in (WORDS, "Ban hành", "12/2025"))
    assert first.data["organisation_id"] == str(organisation_id("G06"))
    assert moved.change == "restated"
    assert moved.data["organisation_id"] == moved.data["decider_organisation_id"] == str(organisation_id("G01"))


async def test_pages_are_walked_to_their_end_in_both_orders(service: Service) -> None:
    task_id = await an_assigned_task(service)
    for number in range(5):
        await opened(service, "G06", task_id, description=f"Vướng mắc {number}")
    for sort in ("newest", "longest"):
        walked: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await service.get("/obstacles", sort=sort, limit=2, **({"cursor": cursor} if cursor else {}))
            walked += [one["obstacle_id"] for one in page["items"]]
            cursor = page["next"]
        whole = [one["obstacle_id"] for one in await public(service, sort=sort, organisation="G06")]
        assert (walked, len(set(walked))) == (whole, 5)
