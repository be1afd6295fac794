"""A task in parts: planned by the bodies that answer for it, reached by evidence, hidden when the task is."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal
from tests.integration.tasks.decision.conftest import asked, decide

from sixclear.tasks.events import EVENTS
from sixclear.tasks.task.service.children import hanging

pytestmark = pytest.mark.asyncio

PLAN = {"title": "Khảo sát hiện trạng", "weight": 2, "deadline": "2025-12-10"}


async def plan(service: Service, task_id: UUID | str, code: str = "G06", **changes: Any) -> Response:
    """Plan a milestone."""
    return await service.post(code, f"/tasks/{task_id}/milestones", PLAN | changes)


async def evidence_of(service: Service, task_id: UUID | str) -> str:
    """The identifier of evidence that the lead body adds."""
    entry = {"title": "Biên bản", "url": "https://example.invalid/bb.pdf"}
    assert (await service.post("G06", f"/tasks/{task_id}/evidence", entry)).status_code == 201
    listed = await service.http.get(f"{service.prefix}/own/tasks/{task_id}/evidence", headers=service.headers("G06"))
    return str(listed.json()["items"][0]["evidence_id"])


async def told(service: Service) -> list[tuple[str, int, bool]]:
    """The change, the version and whether it went out, of each event of a milestone."""
    return [
        (event.change, event.version, event.published)
        for event in await service.events()
        if event.entity_type == "milestone"
    ]


async def classify(service: Service, task_id: UUID | str, classification: str) -> None:
    """Classify the task as its assigning body."""
    headers = service.headers("P57") | {"content-type": "application/merge-patch+json"}
    changed = await service.http.patch(
        f"{service.prefix}/tasks/{task_id}", json={"classification": classification}, headers=headers
    )
    assert changed.status_code == 200, changed.text


async def test_a_plan_is_made_moved_and_reached(service: Service) -> None:
    task_id = await an_assigned_task(service)
    before = (await service.get(f"/tasks/{task_id}"))["version"]
    first = await plan(service, task_id)
    assert first.status_code == 201, first.text
    assert first.json()["current_deadline"] == "2025-12-10T10:00:00Z", "17:00 in Vietnam"
    second = await plan(service, task_id, "P57", title="Nghiệm thu", weight=1, deadline="2025-12-12")
    assert second.status_code == 201

    evidence_id = await evidence_of(service, task_id)
    done = await service.post(
        "G06", f"/milestones/{first.json()['milestone_id']}/complete", {"evidence_id": evidence_id}
    )
    assert (done.status_code, done.json()["version"]) == (200, 2)
    move = {"deadline": "2025-12-14", "reason": "Chờ thiết bị"}
    moved = await service.post("G06", f"/milestones/{second.json()['milestone_id']}/move", move)
    assert (moved.json()["original_deadline"], moved.json()["current_deadline"]) == (
        "2025-12-12T10:00:00Z",
        "2025-12-14T10:00:00Z",
    )

    listed = await service.get(f"/tasks/{task_id}/milestones")
    assert (listed["weight"], listed["reached_weight"], listed["reached_percent"]) == (3, 2, 66.67)
    assert [one["title"] for one in listed["items"]] == ["Khảo sát hiện trạng", "Nghiệm thu"]
    task = await service.get(f"/tasks/{task_id}")
    assert listed["reported_percent"] == task["percent"] == 0, "what was typed is another fact"
    assert task["version"] == before + 1, "only the evidence changed the task"


async def test_what_was_reached_by_evidence_refused_later_is_reached_by_another_piece(service: Service) -> None:
    task_id = await an_assigned_task(service)
    path = f"/milestones/{(await plan(service, task_id)).json()['milestone_id']}"
    first = await evidence_of(service, task_id)
    assert (await service.post("G06", f"{path}/complete", {"evidence_id": first})).status_code == 200
    other = {"title": "Ảnh", "url": "https://example.invalid/anh.png"}
    assert (await service.post("G06", f"/tasks/{task_id}/evidence", other)).status_code == 201
    second = (await service.get(f"/tasks/{task_id}/evidence"))["items"][0]["evidence_id"]
    early = await service.post("G06", f"{path}/complete", {"evidence_id": second})
    assert early.json()["code"] == "transition-not-allowed", "the first piece stands"

    assert (await service.post("P57", f"/evidence/{first}/refuse", {"reason": "Không đọc được"})).status_code == 200
    listed = await service.get(f"/tasks/{task_id}/milestones")
    assert (listed["reached_weight"], listed["items"][0]["evidence_state"]) == (0, "refused")
    again = await service.post("G06", f"{path}/complete", {"evidence_id": second})
    assert (again.status_code, again.json()["evidence_state"]) == (200, "waiting"), again.text
    listed = await service.get(f"/tasks/{task_id}/milestones")
    assert (listed["reached_percent"], listed["accepted_percent"]) == (100.0, 0.0)
    assert [change for change, _, _ in await told(service)] == ["planned", "reached", "reached"]


async def test_what_another_body_accepted_is_a_fact_of_its_own(service: Service) -> None:
    task_id = await an_assigned_task(service)
    path = f"/milestones/{(await plan(service, task_id)).json()['milestone_id']}"
    assert (await plan(service, task_id, title="Nghiệm thu", weight=1)).status_code == 201
    refused = await evidence_of(service, task_id)
    assert (await service.post("P57", f"/evidence/{refused}/refuse", {"reason": "Không đọc được"})).status_code == 200
    by_refused = await service.post("G06", f"{path}/complete", {"evidence_id": refused})
    assert by_refused.json()["code"] == "transition-not-allowed"

    photo = {"title": "Ảnh", "url": "https://example.invalid/anh.png"}
    assert (await service.post("G06", f"/tasks/{task_id}/evidence", photo)).status_code == 201
    evidence_id = (await service.get(f"/tasks/{task_id}/evidence"))["items"][0]["evidence_id"]
    done = await service.post("G06", f"{path}/complete", {"evidence_id": evidence_id})
    assert done.json()["evidence_state"] == "waiting"
    listed = await service.get(f"/tasks/{task_id}/milestones")
    assert (listed["reached_percent"], listed["accepted_weight"], listed["accepted_percent"]) == (66.67, 0, 0.0)

    before = await service.http.get(f"{service.prefix}{path}")
    assert (await service.post("P57", f"/evidence/{evidence_id}/accept", {})).status_code == 200
    after = await service.http.get(f"{service.prefix}{path}")
    assert (after.json()["evidence_state"], after.json()["version"]) == ("accepted", before.json()["version"])
    assert after.headers["etag"] != before.headers["etag"]
    listed = await service.get(f"/tasks/{task_id}/milestones")
    assert (listed["reached_percent"], listed["accepted_weight"], listed["accepted_percent"]) == (66.67, 2, 66.67)


async def test_what_is_said_again_changes_nothing(service: Service) -> None:
    task_id = await an_assigned_task(service)
    first = (await plan(service, task_id)).json()
    assert ((await plan(service, task_id)).status_code, (await plan(service, task_id)).json()) == (200, first)
    path = f"/milestones/{first['milestone_id']}"
    same = {"deadline": "2025-12-10", "reason": "Không đổi"}
    assert (await service.post("G06", f"{path}/move", same)).json() == first
    reached = {"evidence_id": await evidence_of(service, task_id)}
    once = (await service.post("G06", f"{path}/complete", reached)).json()
    assert (await service.post("G06", f"{path}/complete", reached)).json() == once
    assert await told(service) == [("planned", 1, True), ("reached", 2, True)]


async def test_an_event_is_counted_without_its_task(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await plan(service, task_id)
    (event,) = [event for event in await service.events() if event.entity_type == "milestone"]
    task = await service.get(f"/tasks/{task_id}")
    assert event.data["programme"] == "plan"
    assert event.data["assigned_by"] == "central"
    assert event.data["organisation_id"] == task["lead_organisation"]["organisation_id"]
    assert event.data["task_id"] == str(task_id)


async def test_others_neither_plan_nor_complete(service: Service) -> None:
    task_id = await an_assigned_task(service)
    assert (await plan(service, task_id, "G01")).json()["code"] == "organisation-not-allowed"
    milestone_id = (await plan(service, task_id)).json()["milestone_id"]
    evidence_id = await evidence_of(service, task_id)
    by_assigner = await service.post("P57", f"/milestones/{milestone_id}/complete", {"evidence_id": evidence_id})
    assert by_assigner.json()["code"] == "organisation-not-allowed", "who assigned it does not do it"
    other = await service.post("G06", f"/milestones/{milestone_id}/complete", {"evidence_id": str(milestone_id)})
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "#/evidence_id")
    stale = await service.http.post(
        f"{service.prefix}/milestones/{milestone_id}/complete",
        json={"evidence_id": evidence_id},
        headers=service.headers("G06") | {"if-match": '"0.9"'},
    )
    assert stale.status_code == 412
    assert await told(service) == [("planned", 1, True)]


@pytest.mark.parametrize(
    ("changes", "status", "place"),
    [
        ({"weight": 0}, 422, "#/weight"),
        ({"weight": 101}, 422, "#/weight"),
        ({"title": " "}, 422, "#/title"),
        ({"deadline": "2025-12-01"}, 422, "#/deadline"),
        ({"deadline": "01/12/2025"}, 422, "#/deadline"),
        ({"owner": "G06"}, 422, "#/owner"),
    ],
)
async def test_a_plan_that_is_wrong_is_refused_by_name(
    service: Service, changes: dict[str, Any], status: int, place: str
) -> None:
    task_id = await an_assigned_task(service)
    refused = await plan(service, task_id, **changes)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (status, place), refused.text
    assert await told(service) == []


async def test_a_task_has_at_most_fifty_and_one_that_is_over_is_not_divided(service: Service) -> None:
    task_id = await an_assigned_task(service)
    for number in range(50):
        assert (await plan(service, task_id, title=f"Mốc {number}")).status_code == 201
    assert (await plan(service, task_id)).json()["code"] == "too-many-milestones"
    await evidence_of(service, task_id)
    assert (await service.post("G06", f"/tasks/{task_id}/submit", {})).status_code == 200
    assert (await service.post("P57", f"/tasks/{task_id}/confirm", {})).status_code == 200
    assert (await plan(service, task_id, title="Sau khi xong")).status_code == 409


async def test_milestones_of_a_restricted_task_are_for_the_bodies_concerned(service: Service) -> None:
    task_id = await an_assigned_task(service)
    milestone_id = (await plan(service, task_id)).json()["milestone_id"]
    await classify(service, task_id, "restricted")
    assert (await service.http.get(f"{service.prefix}/milestones/{milestone_id}")).status_code == 404
    assert (await service.http.get(f"{service.prefix}/tasks/{task_id}/milestones")).status_code == 404
    own = f"{service.prefix}/own/milestones/{milestone_id}"
    assert (await service.http.get(own, headers=service.headers("G01"))).status_code == 404
    assert (await service.http.get(own, headers=service.headers("G06"))).status_code == 200
    assert (await plan(service, task_id, title="Kín")).status_code == 201
    assert await told(service) == [("planned", 1, True), ("withdrawn", 2, True), ("planned", 1, False)]
    withdrawn = [event for event in await service.events() if event.entity_type in ("milestone", "task")][-3:-1]
    assert [(event.entity_type, event.change) for event in withdrawn] == [
        ("milestone", "withdrawn"),
        ("task", "withdrawn"),
    ], "the children first, the parent last"
    assert set(withdrawn[0].data) == {"change", "milestone_id", "task_id"}

    await classify(service, task_id, "public")
    assert (await told(service))[3:] == [("restated", 3, True), ("restated", 2, True)]
    assert len((await service.get(f"/tasks/{task_id}/milestones"))["items"]) == 2


async def test_what_hangs_on_a_proposal_follows_it_to_another_body_while_it_is_open(service: Service) -> None:
    created = await service.post("P57", "/tasks", proposal(assign=False))
    task_id = created.json()["task_id"]
    assert (await plan(service, task_id, "P57")).status_code == 201
    again = await service.post("P57", "/tasks", proposal(assign=False, lead_organisation="G01"))
    assert again.status_code == 200, again.text
    events = [event for event in await service.events() if event.entity_type == "milestone"]
    assert [event.change for event in events] == ["planned", "restated"]
    assert events[0].data["organisation_id"] != events[1].data["organisation_id"]


async def test_overdue_is_told_from_the_deadline_on(service: Service) -> None:
    task_id = await an_assigned_task(service)
    milestone_id = (await plan(service, task_id)).json()["milestone_id"]
    service.clock.now = datetime(2025, 12, 10, 10, 0, tzinfo=UTC)
    at = await service.http.get(f"{service.prefix}/milestones/{milestone_id}")
    service.clock.now = datetime(2025, 12, 10, 10, 0, tzinfo=UTC) + timedelta(seconds=1)
    after = await service.http.get(f"{service.prefix}/milestones/{milestone_id}")
    assert (at.json()["overdue"], after.json()["overdue"]) == (False, True)
    assert at.headers["etag"] != after.headers["etag"]


async def test_everything_that_hangs_on_a_task_follows_its_classification() -> None:
    named = {"task_id", "task_ids"}
    hang_on_tasks = {entity.entity_type for entity in EVENTS.entities if named & entity.data.model_fields.keys()} - {
        "task"
    }
    assert {children.kind.entity_type for children in hanging()} == hang_on_tasks


async def shown(service: Service, task_id: UUID | str) -> list[tuple[str, str, bool]]:
    """The title, the day on which it is due and whether it is overdue, of each milestone of a task."""
    listed = (await service.get(f"/tasks/{task_id}/milestones"))["items"]
    return [(one["title"], one["current_deadline"][:10], one["overdue"]) for one in listed]


async def test_no_milestone_of_a_paused_task_crosses_its_deadline(service: Service) -> None:
    task_id = await an_assigned_task(service)
    late = (await plan(service, task_id, title="Khảo sát", deadline="2025-12-05")).json()
    for title, day in (("Thiết kế", "2025-12-10"), ("Xây dựng", "2025-12-13"), ("Vận hành", "2026-03-01")):
        assert (await plan(service, task_id, title=title, deadline=day)).status_code == 201
    service.clock.now = datetime(2025, 12, 8, 3, tzinfo=UTC)
    await decide(service, await asked(service, task_id, "pause"))
    service.clock.now = datetime(2026, 1, 7, 3, tzinfo=UTC)
    assert await shown(service, task_id) == [
        ("Khảo sát", "2025-12-05", True),
        ("Thiết kế", "2025-12-10", False),
        ("Xây dựng", "2025-12-13", False),
        ("Vận hành", "2026-03-01", False),
    ], "what the pause found overdue stays so"
    one = await service.get(f"/milestones/{late['milestone_id']}")
    assert one["overdue"], "one alone says the same"

    await decide(service, await asked(service, task_id, "resume", deadline="2026-01-11"))
    assert await shown(service, task_id) == [
        ("Khảo sát", "2025-12-05", True),
        ("Thiết kế", "2026-01-09", False),
        ("Xây dựng", "2026-01-11", False),
        ("Vận hành", "2026-03-01", False),
    ], "as many days later as the pause had, and not after its task"
    assert [change for change, _, _ in await told(service)] == ["planned"] * 4 + ["moved"] * 2
    service.clock.now = datetime(2026, 1, 10, 3, tzinfo=UTC)
    assert [overdue for _, _, overdue in await shown(service, task_id)] == [True, True, False, False]


async def test_a_milestone_of_a_proposal_is_not_overdue(service: Service) -> None:
    made = await service.post("P57", "/tasks", proposal(assign=False))
    task_id = made.json()["task_id"]
    assert (await plan(service, task_id)).status_code == 201
    service.clock.now = datetime(2025, 12, 12, 3, tzinfo=UTC)
    assert await shown(service, task_id) == [(PLAN["title"], "2025-12-10", False)]
    assert (await service.post("P57", f"/tasks/{task_id}/assign", {})).is_success
    assert await shown(service, task_id) == [(PLAN["title"], "2025-12-10", True)]
