"""A task from the steering committee to a ministry and back, over HTTP, on real PostgreSQL."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal

EVIDENCE = {"title": "Biên bản nghiệm thu", "url": "https://example.invalid/bb.pdf"}


async def steps(service: Service, task_id: UUID) -> None:
    """Report, prove, submit: all that the ministry does."""
    for path, body in (("progress", {"percent": 90, "text": "Gần xong"}), ("evidence", EVIDENCE), ("submit", {})):
        response = await service.post("G06", f"/tasks/{task_id}/{path}", body)
        assert response.status_code in (200, 201), response.text


@pytest.mark.asyncio
async def test_a_task_is_done_when_another_body_confirms_it(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await steps(service, task_id)
    confirmed = await service.post("P57", f"/tasks/{task_id}/confirm", {})
    assert confirmed.json()["status"] == "completed"
    assert confirmed.json()["completed_by"]["code"] == "P57"
    events = [event for event in await service.events() if event.entity_type == "task"]
    changes = ["proposed", "assigned", "progress_reported", "evidence_added", "submitted", "completed"]
    assert [event.change for event in events] == changes
    assert [event.version for event in events] == [1, 2, 3, 4, 5, 6]
    assert [event.previous_version for event in events] == [None, 1, 2, 3, 4, 5]
    assert events[-1].data["change"] == "completed"
    history = (await service.get(f"/tasks/{task_id}/history"))["items"]
    assert [entry["change"] for entry in history] == changes[::-1]
    assert history[0]["organisation"]["code"] == "P57"


@pytest.mark.asyncio
async def test_the_doer_never_confirms(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await steps(service, task_id)
    refused = await service.post("G06", f"/tasks/{task_id}/confirm", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "confirmation-by-doer")
    assert (await service.get(f"/tasks/{task_id}"))["status"] == "submitted"


@pytest.mark.asyncio
async def test_a_stranger_reports_nothing(service: Service) -> None:
    task_id = await an_assigned_task(service)
    refused = await service.post("G01", f"/tasks/{task_id}/progress", {"percent": 5, "text": "Chúng tôi làm"})
    assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")
    assert (await service.get(f"/tasks/{task_id}"))["reports_count"] == 0


@pytest.mark.asyncio
async def test_every_missing_clear_is_listed_and_nothing_is_written(service: Service) -> None:
    body = proposal(responsible_position=None, product=None)
    refused = await service.post("P57", "/tasks", body)
    assert refused.status_code == 422
    assert [error["code"] for error in refused.json()["errors"]] == ["person", "product"]
    assert (await service.get("/tasks"))["items"] == []
    assert [event for event in await service.events() if event.entity_type == "task"] == []


@pytest.mark.asyncio
async def test_a_machine_may_send_the_same_task_again(service: Service) -> None:
    task_id = await an_assigned_task(service)
    before = len(await service.events())
    again = await service.post("P57", "/tasks", proposal())
    assert (again.status_code, again.json()["task_id"]) == (200, str(task_id))
    assert len(await service.events()) == before
    renamed = await service.post("P57", "/tasks", proposal(title="Xây dựng cơ sở dữ liệu quốc gia"))
    assert renamed.json()["title"] == "Xây dựng cơ sở dữ liệu quốc gia"
    assert renamed.json()["version"] == 3
    moved = await service.post("P57", "/tasks", proposal(deadline="2026-01-31"))
    assert (moved.status_code, moved.json()["code"]) == (409, "deadline-needs-decision")


@pytest.mark.asyncio
async def test_an_extension_keeps_both_deadlines(service: Service) -> None:
    task_id = await an_assigned_task(service)
    decision = {"deadline": "2026-01-31", "reason": "Thay đổi phạm vi"}
    assert (await service.post("G06", f"/tasks/{task_id}/extend", decision)).status_code == 403
    extended = (await service.post("P57", f"/tasks/{task_id}/extend", decision)).json()
    assert extended["original_deadline"] == "2025-12-15T10:00:00Z"
    assert extended["current_deadline"] == "2026-01-31T10:00:00Z"


@pytest.mark.asyncio
async def test_an_extension_gives_time_that_is_still_to_come(service: Service) -> None:
    task_id = await an_assigned_task(service)
    path, decision = f"/tasks/{task_id}/extend", {"deadline": "2025-12-03", "reason": "Thay đổi phạm vi"}
    refused = await service.post("P57", path, decision)
    assert (refused.status_code, refused.json()["code"]) == (422, "deadline-in-past")
    assert refused.json()["errors"][0]["pointer"] == "#/deadline"
    history = service.headers("P57", "tasks:assign", "facts:past")
    loaded = await service.http.post(f"/api/tasks/v1{path}", json=decision, headers=history)
    assert (loaded.status_code, loaded.json()["code"]) == (422, "decision-value"), "an earlier date is no extension"


@pytest.mark.asyncio
async def test_a_report_of_a_stated_time_may_be_sent_again(service: Service) -> None:
    task_id = await an_assigned_task(service)
    service.clock.pass_by(hours=2)
    path, headers = f"/api/tasks/v1/tasks/{task_id}/progress", service.headers("G06", "tasks:report", "facts:past")
    body = {"text": "Tuần này", "percent": 5, "occurred_at": "2025-12-04T11:00:00+07:00"}
    first = await service.http.post(path, json=body, headers=headers)
    again = await service.http.post(path, json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    more = await service.http.post(path, json=body | {"difficulty": "Thiếu kinh phí"}, headers=headers)
    assert (more.status_code, more.json()["reports_count"]) == (201, 2)


@pytest.mark.asyncio
async def test_a_submission_goes_back_with_its_reason_kept_inside(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await steps(service, task_id)
    returned = await service.post("P57", f"/tasks/{task_id}/return", {"reason": "Thiếu người dùng thật"})
    assert returned.json()["status"] == "returned"
    last = (await service.events())[-1]
    assert last.meta["reason"] == "Thiếu người dùng thật"
    assert "Thiếu" not in last.data_json


@pytest.mark.asyncio
async def test_a_step_decided_on_an_older_version_is_refused(service: Service) -> None:
    task_id = await an_assigned_task(service)
    seen = (await service.http.get(f"/api/tasks/v1/tasks/{task_id}")).headers["etag"]
    await service.post("G06", f"/tasks/{task_id}/progress", {"percent": 10, "text": "Bắt đầu"})
    decision = {"deadline": "2026-01-31", "reason": "Muộn"}
    stale = await service.post("P57", f"/tasks/{task_id}/extend", decision, **{"If-Match": seen})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    fresh = await service.post("P57", f"/tasks/{task_id}/extend", decision, **{"If-Match": stale.headers["etag"]})
    assert fresh.status_code == 200


@pytest.mark.asyncio
async def test_a_retried_report_counts_once(service: Service) -> None:
    task_id = await an_assigned_task(service)
    body, key = {"percent": 20, "text": "Đã khảo sát"}, {"Idempotency-Key": str(uuid4())}
    first = await service.post("G06", f"/tasks/{task_id}/progress", body, **key)
    again = await service.post("G06", f"/tasks/{task_id}/progress", body, **key)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (await service.get(f"/tasks/{task_id}"))["reports_count"] == 1


@pytest.mark.asyncio
async def test_facts_of_the_past_need_their_scope_and_their_order(service: Service) -> None:
    task_id = await an_assigned_task(service)
    path = f"/api/tasks/v1/tasks/{task_id}/progress"

    async def report(at: str, *scopes: str) -> tuple[int, str | None]:
        body = {"text": "Báo cáo", "occurred_at": at}
        response = await service.http.post(path, json=body, headers=service.headers("G06", *scopes))
        return response.status_code, response.json()["code"] if response.status_code >= 400 else None

    assert await report("2025-12-04T10:00:00+07:00", "tasks:report") == (403, "facts-past-not-allowed")
    scopes = ("tasks:report", "facts:past")
    assert await report("2025-12-05T10:00:00+07:00", *scopes) == (422, "fact-in-future")
    assert await report("2025-12-01T10:00:00+07:00", *scopes) == (409, "fact-behind-last-change")
    service.clock.pass_by(hours=2)
    assert await report("2025-12-04T11:00:00+07:00", *scopes) == (201, None)


@pytest.mark.asyncio
async def test_a_restricted_task_appears_nowhere(service: Service) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    assert (await service.get("/tasks"))["items"] == []
    assert (await service.http.get(f"/api/tasks/v1/tasks/{task_id}")).status_code == 404
    assert (await service.http.get(f"/api/tasks/v1/tasks/{task_id}/history")).status_code == 404
    events = [event for event in await service.events() if event.entity_type == "task"]
    assert [event.published for event in events] == [False, False]
    own = await service.http.get("/api/tasks/v1/own/tasks", headers=service.headers("G06"))
    assert [task["task_id"] for task in own.json()["items"]] == [str(task_id)]
    foreign = await service.http.get(f"/api/tasks/v1/own/tasks/{task_id}", headers=service.headers("G01"))
    assert foreign.status_code == 404


@pytest.mark.asyncio
async def test_a_task_that_becomes_restricted_leaves_with_one_last_word(service: Service) -> None:
    task_id = await an_assigned_task(service)
    hidden = await service.post("P57", "/tasks", proposal(classification="restricted"))
    assert hidden.status_code == 200
    last = (await service.events())[-1]
    assert (last.change, last.published) == ("withdrawn", True)
    assert last.data == {"change": "withdrawn", "task_id": str(task_id)}
    await service.post("G06", f"/tasks/{task_id}/progress", {"text": "Tiếp tục"})
    assert not (await service.events())[-1].published


@pytest.mark.asyncio
async def test_lists_are_narrowed_searched_and_paged(service: Service) -> None:
    for number in range(5):
        await an_assigned_task(service, external_id=f"NV-{number}", deadline=f"2025-12-{10 + number}")
    other = proposal(
        external_id="NV-9", lead_organisation="25999", title="Mở kho dữ liệu đất đai", deadline="2025-12-05"
    )
    assert (await service.post("P57", "/tasks", other)).status_code == 201
    found = await service.get("/tasks", q="du lieu DAT dai")
    assert [task["code"] for task in found["items"]] == ["NV-9"]
    below = await service.get("/tasks", organisation="75")
    assert [task["code"] for task in below["items"]] == ["NV-9"]
    first = await service.get("/tasks", limit="4")
    rest = await service.get("/tasks", limit="4", cursor=first["next"])
    codes = [task["code"] for task in first["items"] + rest["items"]]
    assert codes == ["NV-9", "NV-0", "NV-1", "NV-2", "NV-3", "NV-4"]
    assert rest["next"] is None
    service.clock.pass_by(days=8)
    overdue = await service.get("/tasks", bucket="overdue")
    assert [task["code"] for task in overdue["items"]] == ["NV-9", "NV-0", "NV-1", "NV-2"][: len(overdue["items"])]
    assert {task["bucket"] for task in overdue["items"]} == {"overdue"}


@pytest.mark.asyncio
async def test_organisations_keep_their_dated_names(service: Service) -> None:
    detail = await service.get("/organisations/75")
    assert [period["type"] for period in detail["periods"]] == ["province", "city"]
    assert detail["type"] == "city"
    below = await service.get("/organisations", parent="75")
    assert [row["code"] for row in below["items"]] == ["25999", "75-KH"]
    found = await service.get("/organisations", q="bien hoa")
    assert [row["code"] for row in found["items"]] == ["25999"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/tasks", {}),
        ("/tasks", proposal(title="")),
        ("/tasks", proposal(title="a\x00b")),
        ("/tasks", proposal(lead_organisation="nobody")),
        ("/tasks", proposal(assigning_organisation="")),
        ("/tasks", proposal(coordinating_organisations=[""])),
        ("/tasks", proposal(responsible_position={"title": "Cục trưởng", "organisation": ""})),
        ("/tasks", proposal(lead_organisation=" ")),
        ("/tasks", proposal(programme="none")),
        ("/tasks", proposal(deadline="0001-01-01")),
        ("/tasks", proposal(deadline="2025-12-15T17:00:00")),
        ("/tasks", proposal(kind="recurring", recurrence="often")),
        ("/tasks", proposal(directive_id=str(uuid4()))),
        ("/tasks", proposal(external_id=None)),
        ("/tasks", proposal(unknown=1)),
        ("/tasks", [1, 2]),
        ("/programmes", {"slug": "-"}),
        ("/programmes", {"slug": "p", "name_vi": "x", "name_en": "x", "resolution": "x", "owner": ""}),
        ("/directives", {"programme": "plan", "number": "1", "issued_on": "2025-01-01", "issuer": "", "title": "x"}),
        ("/directives", {"programme": "none", "number": "1", "issued_on": "2025-01-01", "issuer": "P57", "title": "x"}),
        ("/tasks/00000000-0000-4000-8000-000000000000/progress", {"text": "x"}),
        ("/tasks/not-an-id/progress", {"text": "x"}),
    ],
)
async def test_bad_input_is_explained_and_changes_nothing(service: Service, path: str, body: Any) -> None:
    before = len(await service.events())
    response = await service.post("P57", path, body)
    assert 400 <= response.status_code < 500, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"]
    assert len(await service.events()) == before


@pytest.mark.asyncio
async def test_an_empty_cell_for_the_lead_body_means_none(service: Service) -> None:
    response = await service.post("P57", "/tasks", proposal(lead_organisation="", assign=False))
    assert (response.status_code, response.json()["lead_organisation"]) == (201, None)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"classification": "restricted"}, "organisation-not-allowed"),
        ({"title": "Một việc khác"}, "organisation-not-allowed"),
        ({"product": "Một báo cáo"}, "organisation-not-allowed"),
        ({"kind": "recurring", "recurrence": "FREQ=DAILY"}, "field-needs-decision"),
        ({"assigning_organisation": "G06"}, "field-needs-decision"),
        ({"assigned_by": "province"}, "level-mismatch"),
        ({"lead_organisation": "G01"}, "field-needs-decision"),
        ({"deadline": "2030-01-01"}, "deadline-needs-decision"),
    ],
)
async def test_the_lead_never_rewrites_what_it_was_given(service: Service, change: dict[str, Any], code: str) -> None:
    task_id = await an_assigned_task(service)
    before = await service.get(f"/tasks/{task_id}")
    refused = await service.post("G06", "/tasks", proposal(task_id=str(task_id), **change))
    assert (refused.status_code >= 400, refused.json()["code"]) == (True, code)
    assert await service.get(f"/tasks/{task_id}") == before


@pytest.mark.asyncio
async def test_only_its_owner_adds_to_the_totals_of_a_programme(service: Service) -> None:
    own = proposal(external_id="NV-5", assigning_organisation="G06", lead_organisation="G01")
    refused = await service.post("G06", "/tasks", own)
    assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")
    proposed = await service.post("G06", "/tasks", own | {"assign": False})
    assert (proposed.status_code, proposed.json()["bucket"]) == (201, None)


@pytest.mark.asyncio
async def test_a_lead_proposes_and_improves_its_proposal_until_it_is_assigned(service: Service) -> None:
    proposed = await service.post("G06", "/tasks", proposal(assign=False))
    assert proposed.status_code == 201
    better = await service.post("G06", "/tasks", proposal(assign=False, title="Một đề xuất rõ hơn"))
    assert (better.status_code, better.json()["title"]) == (200, "Một đề xuất rõ hơn")
    assert (await service.post("P57", f"/tasks/{proposed.json()['task_id']}/assign", {})).status_code == 200


@pytest.mark.asyncio
async def test_the_periods_of_a_recurring_task_are_counted_from_its_assignment(service: Service) -> None:
    """The second is due on Sunday, 7 December: on the Monday after it."""
    rule = {"kind": "recurring", "recurrence": "FREQ=DAILY;INTERVAL=3", "deadline": None}
    proposed = await service.post("P57", "/tasks", proposal(**rule, assign=False))
    assert proposed.json()["current_period"] is None
    assigned = (await service.post("P57", "/tasks", proposal(**rule))).json()
    assert assigned["assigned_at"] == "2025-12-04T03:00:00Z"
    service.clock.pass_by(days=1)
    task = f"/tasks/{assigned['task_id']}"
    reported = (await service.post("G06", f"{task}/progress", {"text": "Kỳ này"})).json()
    period = {"previous_due_at": "2025-12-04T10:00:00Z", "due_at": "2025-12-08T10:00:00Z", "reported": True}
    assert reported["current_period"] == period
    service.clock.pass_by(days=4)
    period = {"previous_due_at": "2025-12-08T10:00:00Z", "due_at": "2025-12-10T10:00:00Z", "reported": False}
    assert (await service.get(task))["current_period"] == period


@pytest.mark.asyncio
async def test_a_directive_stays_with_its_issuer(service: Service) -> None:
    directive = {
        "programme": "plan",
        "number": "99-KH",
        "issued_on": "2025-06-19",
        "issuer": "P57",
        "title": "Kế hoạch",
    }
    entered = await service.post("P57", "/directives", directive)
    assert entered.status_code == 201
    own = await service.post("G06", "/directives", directive | {"issuer": "G06", "title": "Của chúng tôi"})
    assert own.status_code == 201, "a number is its issuer's: another body may use it for a directive of its own"
    assert own.json()["directive_id"] != entered.json()["directive_id"]
    taken = await service.post("G06", "/directives", directive | {"title": "Của chúng tôi"})
    assert (taken.status_code, taken.json()["code"]) == (403, "organisation-not-allowed")


async def _walk(service: Service, path: str, key: str) -> list[str]:
    """Every item of a list, one item a page."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await service.get(path, limit=1, **cursor)
        found += [item[key] for item in page["items"]]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


@pytest.mark.asyncio
async def test_programmes_and_directives_come_page_by_page(service: Service) -> None:
    for slug in ("bravo", "alpha"):
        programme = {"slug": slug, "name_vi": slug, "name_en": slug, "resolution": "57-NQ/TW", "owner": "P57"}
        assert (await service.post("P57", "/programmes", programme)).status_code == 201
    for number, day in (("1", "2025-06-19"), ("2", "2025-07-01"), ("3", "2025-06-19")):
        directive = {"programme": "plan", "number": number, "issued_on": day, "issuer": "P57", "title": "Kế hoạch"}
        assert (await service.post("P57", "/directives", directive)).status_code == 201
    assert await _walk(service, "/programmes", "slug") == ["alpha", "bravo", "plan"]
    walked = await _walk(service, "/directives", "number")
    assert (walked[0], sorted(walked)) == ("2", ["1", "2", "3"])
    assert walked == [item["number"] for item in (await service.get("/directives", programme="plan"))["items"]]


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/tasks", "/directives", "/programmes"])
async def test_an_upsert_on_an_older_version_is_refused(service: Service, path: str) -> None:
    bodies: dict[str, Any] = {
        "/tasks": proposal(),
        "/directives": {
            "programme": "plan",
            "number": "99-KH",
            "issued_on": "2025-06-19",
            "issuer": "P57",
            "title": "Kế hoạch",
        },
        "/programmes": {"slug": "two", "name_vi": "Hai", "name_en": "Two", "resolution": "57-NQ/TW", "owner": "P57"},
    }
    for tag in ('"1.1"', "*"):
        absent = await service.post("P57", path, bodies[path], **{"If-Match": tag})
        assert (absent.status_code, absent.json()["code"]) == (412, "stale-version")
    assert (await service.post("P57", path, bodies[path])).status_code == 201
    stale = await service.post("P57", path, bodies[path], **{"If-Match": '"1.999"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")


@pytest.mark.asyncio
async def test_the_bodies_concerned_read_the_reports_of_a_restricted_task(service: Service) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    await service.post("G06", f"/tasks/{task_id}/progress", {"text": "Đã bắt đầu"})
    for part, count in (("reports", 1), ("history", 3), ("evidence", 0)):
        path = f"/api/tasks/v1/own/tasks/{task_id}/{part}"
        own = await service.http.get(path, headers=service.headers("G06"))
        assert len(own.json()["items"]) == count
        assert (await service.http.get(path, headers=service.headers("G01"))).status_code == 404
