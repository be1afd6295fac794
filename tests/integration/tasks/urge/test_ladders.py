"""The ladder of a programme is climbed by time alone: once for a task and a deadline, and only the highest rung."""

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from tests.integration.tasks.conftest import Service, an_assigned_task, statements
from tests.integration.tasks.decision.conftest import asked, decide
from tests.integration.tasks.evidence.evidence import classify
from tests.integration.tasks.urge.urges import EVIDENCE, at, civil, own, public, told

from sixclear.tasks.urge.service.ladder import pass_time, take_up_left

pytestmark = pytest.mark.asyncio
# Due on Monday 15 December 2025, 17:00; it is Thursday 4 December.
OTHER = {"slug": "khac", "name_vi": "Khác", "name_en": "Other", "resolution": "57-NQ/TW", "owner": "P57"}
SKIPPED = ["-7d", "-3d", "0d", "+1d", "+5wd"]


async def put(service: Service, code: str = "P57", slug: str = "plan", **entry: Any) -> httpx2.Response:
    return await service.http.put(
        f"{service.prefix}/programmes/{slug}/ladder", json=entry, headers=service.headers(code)
    )


async def test_each_rung_is_sent_on_its_day_to_the_one_that_it_names(service: Service) -> None:
    task_id = await an_assigned_task(service)
    before = await service.get(f"/tasks/{task_id}")
    assert await at(service, 2025, 12, 5, 9) == []
    assert await at(service, 2025, 12, 8, 7, 59) == []
    assert await at(service, 2025, 12, 8, 8) == [("reminded", "-7d")]
    assert await at(service, 2025, 12, 8, 9) == []
    after = await service.get(f"/tasks/{task_id}")
    assert after["version"] == before["version"], "a timer moves no version"
    assert await at(service, 2025, 12, 12, 8) == [("reminded", "-3d")]
    assert await at(service, 2025, 12, 15, 8) == [("reminded", "0d")]
    assert await at(service, 2025, 12, 16, 8) == [("escalated", "+1d")]
    assert await at(service, 2025, 12, 22, 8) == [("escalated", "+5wd")]
    assert await at(service, 2025, 12, 29, 8) == [("escalated", "+10wd")]
    assert await at(service, 2026, 3, 2, 9) == []
    found = {one["rule"]: one for one in await public(service)}
    assert {rule: (one["to"], one["addressee"]["code"], one["state"]) for rule, one in found.items()} == {
        **dict.fromkeys(("-7d", "-3d", "0d"), ("doer", "G06", "told")),
        "+1d": ("head", "G06", "told"),
        "+5wd": ("standing_body", "P57", "told"),
        "+10wd": ("late_list", "G06", "told"),
    }
    assert found["0d"]["addressee_position"]["title"] == "Cục trưởng"
    assert found["+1d"]["addressee_position"]["title"] == "Người đứng đầu"
    assert found["+10wd"]["deadline"] == "2025-12-15T10:00:00Z"


async def test_the_official_list_of_late_tasks_of_a_month_names_body_and_position(service: Service) -> None:
    await an_assigned_task(service)
    await at(service, 2025, 12, 29, 8)
    (entry,) = await public(service, to="late_list", **{"from": "2025-12-01", "to_day": "2025-12-31"})
    assert (entry["organisation"]["code"], entry["addressee_position"]["title"]) == ("G06", "Cục trưởng")
    assert await public(service, to="late_list", **{"from": "2026-01-01"}) == []


async def test_after_a_standstill_of_forty_days_two_processes_send_one_rung(service: Service) -> None:
    tasks = [await an_assigned_task(service, external_id=f"NV-{number}") for number in range(3)]
    service.clock.now = civil(2026, 1, 13, 9)
    await asyncio.gather(*(pass_time(service.database, service.log, service.clock) for _ in range(3)))
    assert await pass_time(service.database, service.log, service.clock) == 0
    for task_id in tasks:
        found = await public(service, task=str(task_id))
        assert {one["rule"]: one["state"] for one in found} == dict.fromkeys(SKIPPED, "skipped") | {"+10wd": "told"}
    assert len(await told(service)) == 18


async def test_a_task_at_which_the_service_fails_stops_no_other_ladder(service: Service) -> None:
    """Its programme's ladder cannot be read: by the hand of an operator, or written by a later release."""
    await service.post("P57", "/programmes", OTHER)
    broken = await an_assigned_task(service, external_id="NV-0", programme=OTHER["slug"])
    await an_assigned_task(service, external_id="NV-1")
    async with service.database.transaction() as session:
        unread = "UPDATE programme SET ladder = :ladder WHERE slug = :slug"
        await session.execute(text(unread), {"ladder": '{"rungs": [{"hours": 3}]}', "slug": OTHER["slug"]})
    assert await at(service, 2025, 12, 8, 8) == [("reminded", "-7d")]
    async with service.database.transaction() as session:
        mended = "UPDATE programme SET ladder = NULL WHERE slug = :slug"
        await session.execute(text(mended), {"slug": OTHER["slug"]})
    assert await at(service, 2025, 12, 8, 8, 59) == []
    assert await at(service, 2025, 12, 8, 9) == [("reminded", "-7d")]
    assert [one["state"] for one in await public(service, task=str(broken))] == ["told"]


async def test_what_a_body_is_told_on_a_day_is_one_message(service: Service) -> None:
    for number in range(3):
        await an_assigned_task(service, external_id=f"NV-{number}")
    await at(service, 2025, 12, 8, 8)
    await at(service, 2025, 12, 16, 9)
    latest, first = await own(service, "G06", "/days")
    assert (first["day"], first["tasks"], first["reminders"], first["escalations"]) == ("2025-12-08", 3, 3, 0)
    assert (latest["day"], latest["tasks"], latest["reminders"], latest["escalations"]) == ("2025-12-16", 3, 0, 3)
    on_that_day = {"from": "2025-12-08", "to_day": "2025-12-08"}
    assert len(await own(service, "G06", role="addressed", **on_that_day)) == 3
    assert await own(service, "P57", "/days") == []


async def test_over_tet_the_ladder_waits_for_the_first_working_day(service: Service) -> None:
    await an_assigned_task(service, deadline="2026-02-24")
    assert await at(service, 2026, 2, 17, 9) == [], "Tết"
    assert await at(service, 2026, 2, 21, 9) == [], "a Saturday"
    assert await at(service, 2026, 2, 23, 8) == [("skipped", "-7d"), ("reminded", "-3d")]


async def test_a_saturday_that_is_worked_in_exchange_is_a_day_of_the_ladder(service: Service) -> None:
    await an_assigned_task(service, deadline="2026-01-09")
    await at(service, 2026, 1, 9, 8)
    assert await at(service, 2026, 1, 10, 8) == [("escalated", "+1d")]


async def test_a_report_ends_no_rung_and_what_is_handed_in_ends_them(service: Service) -> None:
    task_id = await an_assigned_task(service)
    assert (await service.post("G06", f"/tasks/{task_id}/progress", {"text": "Chạy thử"})).status_code == 201
    assert await at(service, 2025, 12, 8, 8) == [("reminded", "-7d")]
    submitted = await service.post("G06", f"/tasks/{task_id}/submit", {"evidence": [EVIDENCE]})
    assert submitted.status_code == 200, submitted.text
    assert await at(service, 2025, 12, 18, 9) == []
    assert (await service.post("P57", f"/tasks/{task_id}/return", {"reason": "Chưa đủ"})).status_code == 200
    assert await at(service, 2025, 12, 18, 10) == [("skipped", "-3d"), ("skipped", "0d"), ("escalated", "+1d")]
    again = await service.post("G06", f"/tasks/{task_id}/submit", {"evidence": [EVIDENCE]})
    assert again.status_code == 200, again.text
    assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).status_code == 200
    assert await at(service, 2026, 1, 20, 9) == []


async def test_a_deadline_that_is_moved_has_rungs_of_its_own(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await at(service, 2025, 12, 12, 9)
    longer = {"deadline": "2025-12-24", "reason": "Bổ sung phạm vi"}
    assert (await service.post("P57", f"/tasks/{task_id}/extend", longer)).status_code == 200
    assert await at(service, 2025, 12, 15, 9) == [], "the first deadline is none any more"
    assert await at(service, 2025, 12, 17, 8) == [("reminded", "-7d")]
    found = await public(service, task=str(task_id), to="doer")
    assert [(one["rule"], one["deadline"][:10]) for one in found if one["state"] == "told"] == [
        ("-7d", "2025-12-24"),
        ("-3d", "2025-12-15"),
    ]


async def test_a_pause_holds_the_ladder_and_the_new_deadline_begins_one(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await at(service, 2025, 12, 8, 8)
    assert (await decide(service, await asked(service, task_id, "pause"))).status_code == 200
    assert await at(service, 2025, 12, 30, 9) == []
    resumed = await asked(service, task_id, "resume", deadline="2026-01-30")
    assert (await decide(service, resumed)).status_code == 200
    assert await at(service, 2026, 1, 22, 9) == []
    assert await at(service, 2026, 1, 23, 8) == [("reminded", "-7d")]


async def test_a_late_task_that_was_paused_goes_on_where_its_rungs_were_told(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await at(service, 2025, 12, 15, 8)
    assert await at(service, 2025, 12, 16, 8) == [("escalated", "+1d")]
    assert (await decide(service, await asked(service, task_id, "pause"))).status_code == 200
    assert await at(service, 2026, 1, 12, 9) == []
    resumed = await asked(service, task_id, "resume", deadline="2025-12-15T17:00:00+07:00")
    assert (await decide(service, resumed)).status_code == 200
    assert await at(service, 2026, 1, 12, 10) == [("skipped", "+5wd"), ("escalated", "+10wd")]


async def test_a_result_that_was_found_wrong_is_asked_for_on_the_same_ladder(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await at(service, 2025, 12, 8, 8)
    submitted = await service.post("G06", f"/tasks/{task_id}/submit", {"evidence": [EVIDENCE]})
    assert submitted.status_code == 200, submitted.text
    assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).status_code == 200
    assert await at(service, 2025, 12, 22, 8) == []
    assert (await decide(service, await asked(service, task_id, "reopening"))).status_code == 200
    assert [rule for _, rule in await at(service, 2025, 12, 22, 9)] == ["-3d", "0d", "+1d", "+5wd"]


async def test_a_restricted_task_is_told_to_its_bodies_and_to_no_one_else(service: Service) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    assert await at(service, 2025, 12, 8, 8) == [("reminded", "-7d")]
    assert await public(service) == []
    assert [one["rule"] for one in await own(service, "G06", role="addressed")] == ["-7d"]
    assert [published for _, _, published in await told(service)] == [False]
    await classify(service, task_id, "public")
    assert await at(service, 2025, 12, 12, 8) == [("reminded", "-3d")]
    assert [one["rule"] for one in await public(service)] == ["-3d"]


async def test_a_rung_wants_no_answer(service: Service) -> None:
    await an_assigned_task(service)
    await at(service, 2025, 12, 8, 8)
    (rung,) = await public(service)
    refused = await service.post("G06", f"/urges/{rung['urge_id']}/answer", {"text": "Đã rõ"})
    assert (refused.status_code, refused.json()["code"]) == (409, "transition-not-allowed")
    assert await public(service, state="open") == []


async def test_a_programme_has_a_ladder_of_its_own(service: Service) -> None:
    task_id = await an_assigned_task(service)
    before = await service.get(f"/tasks/{task_id}")
    default = await service.get("/programmes/plan/ladder")
    assert [one["days"] for one in default["rungs"]] == [-7, -3, 0, 1, 5, 10]
    assert (default["is_default"], default["sent_from"], default["sent_until"]) == (True, 8, 17)
    rungs = [{"days": -14, "to": "doer"}, {"days": -5, "to": "head"}, {"days": 2, "working": True, "to": "late_list"}]
    given = await put(service, rungs=rungs, sent_from=13, sent_until=15)
    assert (given.status_code, given.json()["is_default"]) == (200, False), given.text
    assert given.json() == await service.get("/programmes/plan/ladder")
    assert (await put(service, rungs=rungs, sent_from=13, sent_until=15)).headers["etag"] == given.headers["etag"]
    assert await at(service, 2025, 12, 10, 12) == []
    assert await at(service, 2025, 12, 10, 13) == [("escalated", "-5d")], "-14 days were over when it was assigned"
    assert await at(service, 2025, 12, 17, 15) == []
    assert await at(service, 2025, 12, 18, 13) == [("escalated", "+2wd")]
    assert (await put(service, rungs=[])).status_code == 200
    assert (await service.get(f"/tasks/{task_id}"))["version"] == before["version"]


async def test_a_ladder_that_is_changed_counts_for_deadlines_that_run(service: Service) -> None:
    await an_assigned_task(service)
    await at(service, 2025, 12, 29, 8)
    more = [{"days": -7, "to": "doer"}, {"days": 20, "working": True, "to": "standing_body"}]
    assert (await put(service, rungs=more)).status_code == 200
    assert await at(service, 2025, 12, 30, 9) == []
    assert await at(service, 2026, 1, 14, 8) == [("escalated", "+20wd")]


async def test_only_the_owner_gives_a_ladder_and_one_that_cannot_be_is_refused(service: Service) -> None:
    other = await put(service, "G06", rungs=[])
    assert (other.status_code, other.json()["code"]) == (403, "organisation-not-allowed")
    unknown = await put(service, slug="no-such", rungs=[])
    assert (unknown.status_code, unknown.json()["code"]) == (404, "programme-not-found")
    falling = [{"days": 3, "to": "doer"}, {"days": 1, "to": "doer"}]
    wrong = await put(service, rungs=falling)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "ladder-refused")
    assert wrong.json()["errors"][0]["pointer"] == "#/rungs/1/days"
    headers = service.headers("P57") | {"If-Match": '"1.9"'}
    stale = await service.http.put(f"{service.prefix}/programmes/plan/ladder", json={"rungs": []}, headers=headers)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")


async def test_a_task_that_the_release_before_assigned_is_taken_up(service: Service) -> None:
    await an_assigned_task(service)
    async with service.database.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM task_ladder")
    assert await at(service, 2025, 12, 5, 9) == []
    await take_up_left(service.database, service.clock)
    assert await at(service, 2025, 12, 8, 8) == [("reminded", "-7d")]


async def test_a_new_ladder_is_taken_to_a_large_programme_in_chunks(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = [await an_assigned_task(service, external_id=f"NV-{number}") for number in range(5)]
    await service.post("P57", "/programmes", OTHER)
    other = await an_assigned_task(service, external_id="NV-9", programme=OTHER["slug"])
    monkeypatch.setattr("sixclear.tasks.urge.service.ladder._LADDERS_AT_ONCE", 2)
    service.clock.now = civil(2025, 12, 5, 9)
    with statements(service) as sent:
        changed = await put(service, rungs=[{"days": -10, "to": "doer"}])
    assert changed.status_code == 200, changed.text
    assert not [one for one in sent if "task_ladder" in one], "the request reads and writes no task"
    assert await at(service, 2025, 12, 5, 9) == [("reminded", "-10d")] * len(tasks)
    assert {one["task_id"] for one in await public(service)} == {*map(str, tasks)}
    assert await at(service, 2025, 12, 8, 10) == [("reminded", "-7d")], "the other programme has the default"
    assert [one["task_id"] for one in await public(service, programme=OTHER["slug"])] == [str(other)]


async def test_a_rung_is_not_told_again_by_a_ladder_that_sends_later_in_the_day(service: Service) -> None:
    await an_assigned_task(service)
    other = await an_assigned_task(service, external_id="NV-2", deadline="2025-12-16")
    rungs = [{"days": -7, "to": "doer"}, {"days": 0, "to": "head"}]
    assert (await put(service, rungs=rungs)).status_code == 200
    assert await at(service, 2025, 12, 8, 8) == [("reminded", "-7d")]
    assert (await put(service, rungs=rungs, sent_from=10)).status_code == 200
    assert await at(service, 2025, 12, 8, 10) == []
    assert await at(service, 2025, 12, 9, 10) == [("reminded", "-7d")], "others are told all the same"
    assert next(one["task_id"] for one in await public(service)) == str(other)
    assert await at(service, 2025, 12, 15, 10) == [("escalated", "0d")]
