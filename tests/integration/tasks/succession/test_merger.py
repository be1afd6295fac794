"""A body is merged into another one: its open work moves by the same decision, its past stays, its code is found."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import EVERYTHING
from tests.integration.tasks.decision.conftest import ask, decide
from tests.integration.tasks.succession.conftest import COMMITTEE_57, COMMITTEE_204, Service, a_task, merge, reach

from sixclear.common.testing.service import RunningService
from sixclear.tasks.organisation.seed import organisation_id

pytestmark = pytest.mark.asyncio
FORMER, SUCCESSOR = str(organisation_id(COMMITTEE_57)), str(organisation_id(COMMITTEE_204))
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
REPORT = {"percent": 30, "text": "Đã làm một phần"}


async def lead_of(service: Service, task_id: str) -> str:
    """The identifier of the body that leads a task."""
    return str((await service.get(f"/tasks/{task_id}"))["lead_organisation"]["organisation_id"])


async def completed(service: Service, external_id: str) -> str:
    """A task that committee 57 did and Hanoi confirmed."""
    task_id = await a_task(service, external_id)
    link = {"title": "Biên bản", "url": "https://example.vn/b", "sha256": None}
    assert (await service.post(COMMITTEE_57, f"/tasks/{task_id}/evidence", link)).is_success
    assert (await service.post(COMMITTEE_57, f"/tasks/{task_id}/submit", {})).is_success
    assert (await service.post("01", f"/tasks/{task_id}/confirm", {})).is_success
    return task_id


async def test_open_work_moves_with_one_instant_and_the_past_stays(service: Service) -> None:
    done = await completed(service, "D-1")
    open_ones = [await a_task(service, f"M-{number}") for number in range(3)]
    assert (await service.post(COMMITTEE_57, f"/tasks/{open_ones[0]}/accept", {})).is_success
    service.clock.pass_by(hours=2)
    merged = await merge(service)
    assert merged.status_code == 200, merged.text
    service.clock.pass_by(hours=5)
    assert await reach(service, at_a_time=2) == 3
    whole = await service.get(f"/decisions/{merged.json()['decision_id']}")
    assert (whole["kind"], whole["state"], whole["reason"], whole["document"]) == (
        "transfer",
        "granted",
        "Hợp nhất hai ban",
        "1234/QĐ-UBND",
    )
    assert (whole["waiting"], whole["done"], whole["rejected"]) == (0, 3, 0)
    moved = [event for event in await service.events() if event.change == "transferred"]
    assert {str(event.entity_id) for event in moved} == set(open_ones)
    assert {event.occurred_at.isoformat()[:19] for event in moved} == {whole["decided_at"][:19]}
    for task_id in open_ones:
        task = await service.get(f"/tasks/{task_id}")
        assert task["lead_organisation"]["code"] == COMMITTEE_204
        assert task["responsible_position"]["organisation_id"] == SUCCESSOR
        if task_id != open_ones[0]:
            assert task["assignment"]["state"] == "waiting", "the successor answers in place of the former body"
    accepted = (await service.get(f"/tasks/{open_ones[0]}"))["assignment"]
    assert (accepted["state"], accepted["since"]) == ("accepted", whole["decided_at"]), "answerable since then"
    assert await lead_of(service, done) == FORMER


async def test_what_hangs_on_a_task_moves_where_it_is_open(service: Service) -> None:
    task_id = await a_task(service, "M-1")
    for title, weight in (("Khảo sát", 1), ("Triển khai", 2)):
        entry = {"title": title, "weight": weight, "deadline": "2025-12-12"}
        assert (await service.post(COMMITTEE_57, f"/tasks/{task_id}/milestones", entry)).is_success
    asked = await ask(service, task_id, "extension", COMMITTEE_57, deadline="2026-01-30")
    assert asked.status_code == 201, asked.text
    assert (await merge(service)).is_success
    await reach(service)
    told = {
        (event.entity_type, event.data["organisation_id"])
        for event in await service.events()
        if event.change == "restated"
    }
    assert told == {("milestone", SUCCESSOR), ("decision", SUCCESSOR)}
    (open_one,) = (await service.get("/decisions", state="asked"))["items"]
    assert open_one["asked_by"]["code"] == COMMITTEE_204
    (moved,) = (await service.get("/decisions", kind="transfer"))["items"]
    assert (moved["state"], moved["organisation"]["code"]) == ("accepted", COMMITTEE_57), "who was answerable then"
    taken_back = await service.post(COMMITTEE_204, f"/decisions/{open_one['decision_id']}/withdraw", {})
    assert taken_back.is_success, taken_back.text


async def test_who_gives_works_along_or_proposes_is_the_successor(service: Service) -> None:
    given = await a_task(
        service,
        "G-1",
        assigning_organisation="01",
        lead_organisation="01-BCD57-TGV",
        coordinating_organisations=[COMMITTEE_57],
    )
    proposed = await a_task(service, "P-1", COMMITTEE_57, assign=False)
    assert (await merge(service)).is_success
    await reach(service)
    task = await service.get(f"/tasks/{given}")
    assert [one["code"] for one in task["coordinating_organisations"]] == [COMMITTEE_204]
    assert [event.change for event in await service.events()].count("transferred") == 0
    assert (await service.post(COMMITTEE_204, f"/tasks/{proposed}/withdraw-proposal", {})).is_success


async def test_what_is_reopened_later_is_the_successors(service: Service) -> None:
    done = await completed(service, "D-1")
    assert (await merge(service)).is_success
    await reach(service)
    asked = await ask(service, done, "reopening", COMMITTEE_57, reason="Hệ thống không chạy")
    decided = await decide(service, asked.json()["decision_id"], code="01")
    assert decided.is_success, decided.text
    assert await lead_of(service, done) == SUCCESSOR
    changes = [event.change for event in await service.events() if str(event.entity_id) == done]
    assert changes[-2:] == ["reopened", "transferred"]


async def test_a_body_is_named_by_its_code_in_the_address_of_a_decision(service: Service) -> None:
    merger = {"into": COMMITTEE_204, "reason": "Hợp nhất hai ban"}
    unknown = await service.post("01", "/organisations/01-XX/merge", merger)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "organisation-not-found")
    path = f"/organisations/{COMMITTEE_57.lower()}/merge"
    merged = await service.post("01", path, merger)
    assert (merged.json()["organisation_id"], merged.json()["ended"]) == (FORMER, "merged"), merged.text
    again = await service.post("01", path, merger)
    assert again.json() == merged.json(), "the decision that is sent again does not reach the successor"
    closed = await service.post("01", f"/organisations/{COMMITTEE_57}/close", {"reason": "Không còn cần"})
    assert (closed.status_code, closed.json()["code"]) == (409, "transition-not-allowed")
    assert (await service.get(f"/organisations/{COMMITTEE_204}"))["ended"] is None
    renamed = {"name_vi": "Ban Chỉ đạo 204", "reason": "Đổi tên"}
    upgraded = await service.post("01", f"/organisations/{COMMITTEE_204}/upgrade", renamed)
    assert upgraded.json()["organisation_id"] == SUCCESSOR, upgraded.text


async def test_what_its_owner_reopens_alone_is_the_successors_too(service: Service) -> None:
    done = await completed(service, "D-1")
    assert (await merge(service)).is_success
    await reach(service)
    granted = await ask(service, done, "reopening", "01", reason="Hệ thống không chạy")
    assert granted.json()["state"] == "granted", granted.text
    assert await lead_of(service, done) == SUCCESSOR


async def test_former_names_and_codes_answer_the_successor_and_say_so(service: Service) -> None:
    assert (await merge(service)).is_success
    by_code = await service.get(f"/organisations/{COMMITTEE_57}")
    assert (by_code["code"], by_code["codes"]) == (COMMITTEE_204, [COMMITTEE_204, COMMITTEE_57])
    (unit,) = by_code["predecessors"]
    assert (unit["organisation_id"], unit["code"], unit["valid_to"]) == (FORMER, COMMITTEE_57, "2025-12-04")
    assert unit["legal_basis"] == "1234/QĐ-UBND"
    itself = await service.get(f"/organisations/{FORMER}")
    assert (itself["ended"], itself["merged_into"], itself["valid_to"]) == ("merged", SUCCESSOR, "2025-12-04")
    assert itself["successor"]["code"] == COMMITTEE_204
    assert itself["periods"][-1]["valid_to"] == "2025-12-04"
    for query in ("ban chi dao 57 thanh pho", COMMITTEE_57):
        found = (await service.get("/organisations", q=query))["items"]
        assert SUCCESSOR in [one["organisation_id"] for one in found]


async def test_filters_by_the_former_code_hold_both(service: Service) -> None:
    done, open_one = await completed(service, "D-1"), await a_task(service, "M-1")
    assert (await merge(service)).is_success
    await reach(service)
    by_code = (await service.get("/tasks", organisation=COMMITTEE_57))["items"]
    assert {one["task_id"] for one in by_code} == {done, open_one}
    past = (await service.get("/tasks", organisation=FORMER))["items"]
    assert [one["task_id"] for one in past] == [done], "its past stays its own"


async def test_a_report_of_the_former_body_is_told_the_successor(service: Service, both_ways: None) -> None:
    task_id = await a_task(service, "M-1")
    assert (await merge(service)).is_success
    await reach(service)
    late = await service.post(COMMITTEE_57, f"/tasks/{task_id}/progress", REPORT)
    assert (late.status_code, late.json()["code"]) == (403, "organisation-not-allowed")
    assert f"its work is that of {COMMITTEE_204}" in late.json()["detail"]
    assert (await service.post(COMMITTEE_204, f"/tasks/{task_id}/progress", REPORT)).status_code == 201
    keyed = [{"source": "ministry", "external_id": "M-1", "percent": 40, "text": "Tiếp"}]
    bulk = await service.post(COMMITTEE_204, "/progress/bulk", keyed)
    assert bulk.json()["items"][0]["outcome"] == "reported", bulk.text


async def test_a_file_of_the_former_body_is_told_the_successor(service: Service) -> None:
    task_id = await a_task(service, "M-1")
    lines = [{"task_id": task_id, **REPORT}, {"source": "ministry", "external_id": "M-1", **REPORT}, {"text": "x"}]
    assert (await merge(service)).is_success
    await reach(service)
    items = (await service.post(COMMITTEE_57, "/progress/bulk", lines)).json()["items"]
    assert [one["problem"]["code"] for one in items] == [
        "organisation-not-allowed",
        "task-not-found",
        "reference-unknown",
    ]
    named = [f"its work is that of {COMMITTEE_204}" in one["problem"]["detail"] for one in items]
    assert named == [True, True, False]
    other = (await service.post("01", "/progress/bulk", [{"task_id": task_id, **REPORT}])).json()["items"]
    assert "its work is that of" not in other[0]["problem"]["detail"]


async def test_nothing_new_is_given_to_what_is_no_more(service: Service) -> None:
    assert (await merge(service)).is_success
    by_code = await a_task(service, "N-1")
    assert await lead_of(service, by_code) == SUCCESSOR, "the former code means the successor"
    body: dict[str, Any] = {"lead_organisation": FORMER}
    path = f"{service.prefix}/tasks/{by_code}"
    refused = await service.http.patch(path, json=body, headers=service.headers("01") | MERGE_PATCH)
    assert (refused.status_code, refused.json()["code"]) == (422, "organisation-ended"), refused.text
    assert COMMITTEE_204 in refused.json()["detail"]
    moved = await ask(service, by_code, "transfer", COMMITTEE_204, organisation=FORMER)
    assert moved.json()["code"] == "organisation-ended"


async def test_a_position_at_what_is_no_more_stops_no_other_change(service: Service) -> None:
    position = {"title": "Thư ký", "organisation": COMMITTEE_57}
    task_id = await a_task(service, "N-1", lead_organisation=COMMITTEE_204, responsible_position=position)
    assert (await merge(service)).is_success
    await reach(service)
    path, headers = f"{service.prefix}/tasks/{task_id}", service.headers("01") | MERGE_PATCH
    restricted = await service.http.patch(path, json={"classification": "restricted"}, headers=headers)
    assert restricted.status_code == 200, restricted.text
    for body in ({"coordinating_organisations": [FORMER]}, {"lead_organisation": FORMER}):
        refused = await service.http.patch(path, json=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (422, "organisation-ended"), refused.text


async def test_who_may_not_decide_and_what_cannot_be(service: Service) -> None:
    for code, into, problem in (
        (COMMITTEE_57, COMMITTEE_204, "organisation-not-allowed"),
        ("75", COMMITTEE_204, "organisation-not-allowed"),
        ("01", "75", "organisation-not-allowed"),
        ("01", COMMITTEE_57, "successor-impossible"),
        ("01", "01-BCD57-TGV", "successor-impossible"),
        ("01", "no-such", "reference-unknown"),
    ):
        refused = await merge(service, code, into)
        assert refused.json()["code"] == problem, (code, into)
    first = await merge(service)
    again = await merge(service, into=SUCCESSOR)
    assert (again.status_code, again.json()) == (200, first.json()), "the same merger changes nothing"
    other = await merge(service, into="01")
    assert (other.status_code, other.json()["code"]) == (409, "transition-not-allowed")


async def test_the_log_tells_of_it(service: Service) -> None:
    assert (await merge(service)).is_success
    history = [event for event in await RunningService.events(service) if str(event.entity_id) in (FORMER, SUCCESSOR)][
        -2:
    ]
    assert [(str(event.entity_id), event.change) for event in history] == [
        (SUCCESSOR, "codes_added"),
        (FORMER, "merged"),
    ]
    ended = history[-1].data
    assert (ended["codes"], ended["merged_into"], ended["parent_id"]) == ([], SUCCESSOR, SUCCESSOR)


async def test_a_value_that_names_a_body_tells_what_became_of_it(service: Service) -> None:
    """The value stays as it was said; readers are told who took the place, and find it by the successor."""
    fields = [{"name": "partner", "kind": "reference", "label_vi": "Đơn vị phối hợp", "public": True}]
    headers = service.headers("01") | MERGE_PATCH
    path = f"{service.prefix}/programmes/hanoi-57"
    assert (await service.http.patch(path, json={"own_fields": fields}, headers=headers)).is_success
    task_id = await a_task(service, "F-1", lead_organisation="01-BCD57-TGV", own_fields={"partner": COMMITTEE_57})
    before = await service.http.get(f"{service.prefix}/tasks/{task_id}")
    partner = before.json()["own_field_organisations"]["partner"]
    assert (partner["organisation_id"], partner["ended"], partner["successor"]) == (FORMER, None, None)
    assert (await merge(service)).is_success
    known = {"If-None-Match": before.headers["etag"]}
    after = await service.http.get(f"{service.prefix}/tasks/{task_id}", headers=known)
    assert after.status_code == 200, "the answer tells something new"
    assert (after.json()["version"], after.json()["own_fields"]) == (before.json()["version"], {"partner": FORMER})
    partner = after.json()["own_field_organisations"]["partner"]
    assert (partner["code"], partner["ended"]) == (COMMITTEE_57, "merged")
    assert partner["successor"]["code"] == COMMITTEE_204
    table = await service.http.get(f"{service.prefix}/programmes/hanoi-57/tasks/export")
    assert "Ban Chỉ đạo 57 Thành phố Hà Nội (nay là Ban Chỉ đạo 204 Thành phố Hà Nội)" in table.text
    for asked in (COMMITTEE_204, COMMITTEE_57, FORMER):
        found = await service.get("/tasks", programme="hanoi-57", own_field=f"partner:{asked}")
        assert [one["task_id"] for one in found["items"]] == [task_id], asked


async def test_a_ministry_dissolves_neither_a_province_nor_another_ministry(service: Service) -> None:
    """Its ordinary client keeps the bodies below it; for those below none it takes a scope that one body has."""
    ordinary = service.headers("G06", *(scope for scope in EVERYTHING if scope != "tasks:organise"))
    for code, verb, entry in (
        ("01", "merge", {"into": "75", "reason": "Hợp nhất"}),
        ("G01", "close", {"successor": "G06", "reason": "Kết thúc hoạt động"}),
        ("75", "upgrade", {"name_vi": "Khu", "reason": "Đổi tên"}),
    ):
        refused = await service.http.post(f"/api/tasks/v1/organisations/{code}/{verb}", json=entry, headers=ordinary)
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient-scope"), refused.text
        assert 'scope="tasks:organise"' in refused.headers["www-authenticate"]
        assert (await service.get(f"/organisations/{organisation_id(code)}"))["valid_to"] is None
