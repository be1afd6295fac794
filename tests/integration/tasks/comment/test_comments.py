"""Outside supervisors comment on tasks under the name of their own body, and are answered."""

from typing import Any
from uuid import UUID

import httpx2
import pytest
from tests.integration.tasks.conftest import OVERSEER, Service, an_assigned_task
from tests.integration.tasks.evidence.evidence import classify
from tests.integration.tasks.task.test_mandates import Reader

from sixclear.tasks.organisation.seed import organisation_id

pytestmark = pytest.mark.asyncio
SAID = {"text": "Tiến độ chậm so với kế hoạch; đề nghị giải trình"}


def overseer(service: Service, mandate: object = "programme:plan", body: str | None = "G01") -> Reader:
    """A supervisor that acts for a body without a part in the tasks of these stories."""
    return Reader(service, mandate, "tasks:oversee", body=body)


async def comments(service: Service, task_id: UUID, code: str | None = None) -> list[dict[str, Any]]:
    """The comments on a task, newest first, as everyone reads them, or as a body does."""
    own, headers = ("", service.reader_headers()) if code is None else ("/own", service.headers(code))
    found = await service.http.get(f"{service.prefix}{own}/tasks/{task_id}/comments", headers=headers)
    assert found.status_code == 200, found.text
    return list(found.json()["items"])


async def said(service: Service, task_id: UUID, text: str = SAID["text"]) -> dict[str, Any]:
    response = await service.post(OVERSEER, f"/tasks/{task_id}/comments", {"text": text})
    assert response.status_code == 201, response.text
    return dict(response.json())


async def told(service: Service) -> list[tuple[str, int, bool]]:
    """The change, the version and whether it went out, of each event of a comment."""
    found = [event for event in await service.events() if event.entity_type == "comment"]
    return [(event.change, event.version, event.published) for event in found]


async def test_a_comment_is_that_of_the_supervisors_body_and_is_answered(service: Service) -> None:
    task_id = await an_assigned_task(service)
    before = await service.get(f"/tasks/{task_id}")
    comment = await said(service, task_id)
    assert comment["commented_by"]["code"] == "G01"
    assert (comment["text"], comment["answer"], comment["version"]) == (SAID["text"], None, 1)
    path = f"/comments/{comment['comment_id']}/answer"
    answered = await service.post("G06", path, {"text": "Đã bổ sung nhân lực"})
    assert answered.status_code == 200, answered.text
    assert (answered.json()["answered_by"]["code"], answered.json()["version"]) == ("G06", 2)
    assert await comments(service, task_id) == [answered.json()]
    assert (await service.post("G06", path, {"text": "Đã bổ sung nhân lực"})).json() == answered.json()
    again = await service.post("P57", path, {"text": "Khác"})
    assert (again.status_code, again.json()["code"]) == (409, "transition-not-allowed")
    assert await service.get(f"/tasks/{task_id}") == before, "the task and its version stay as they are"
    assert await told(service) == [("added", 1, True), ("answered", 2, True)]


async def test_its_event_is_counted_without_its_task_and_tells_no_words(service: Service) -> None:
    task_id = await an_assigned_task(service)
    comment = await said(service, task_id)
    (event,) = [event for event in await service.events() if event.entity_type == "comment"]
    assert event.data == {
        "change": "added",
        "comment_id": comment["comment_id"],
        "task_id": str(task_id),
        "programme": "plan",
        "assigned_by": "central",
        "organisation_id": str(organisation_id("G06")),
        "demonstration": False,
        "commented_by_organisation_id": str(organisation_id("G01")),
        "commented_at": "2025-12-04T03:00:00Z",
        "answered_by_organisation_id": None,
        "answered_at": None,
    }
    assert event.meta["organisation_id"] == str(organisation_id("G01"))


async def test_what_was_said_last_is_the_same_comment_until_it_is_answered(service: Service) -> None:
    task_id = await an_assigned_task(service)
    first = await said(service, task_id)
    repeated = await overseer(service).post(f"/tasks/{task_id}/comments", SAID)
    assert (repeated.status_code, repeated.json()) == (200, first)
    assert (await service.post("P57", f"/comments/{first['comment_id']}/answer", {"text": "Đã rõ"})).status_code == 200
    assert (await said(service, task_id))["comment_id"] != first["comment_id"]


def _refused(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_only_a_body_whose_mandate_names_the_task_comments(service: Service) -> None:
    task_id = await an_assigned_task(service)
    secret = await an_assigned_task(service, external_id="NV-2", classification="restricted")
    path, hidden = f"/tasks/{task_id}/comments", f"/tasks/{secret}/comments"
    elsewhere = overseer(service, "programme:other")
    assert _refused(await elsewhere.post(path, SAID)) == (403, "organisation-not-allowed")
    assert _refused(await elsewhere.post(hidden, SAID)) == (404, "task-not-found")
    assert _refused(await overseer(service, body=None).post(path, SAID)) == (403, "organisation-required")
    assert _refused(await overseer(service, body="MTTQ").post(path, SAID)) == (403, "organisation-not-allowed")
    inspector = Reader(service, "programme:plan", "tasks:inspect", "tasks:oversee", body="G01")
    assert _refused(await inspector.post(path, SAID)) == (403, "insufficient-scope")
    assert _refused(await service.post("G06", path, SAID)) == (403, "insufficient-scope")
    unknown = await overseer(service).post(f"/tasks/{UUID(int=1)}/comments", SAID)
    assert _refused(unknown) == (404, "task-not-found")
    assert await told(service) == []


async def test_only_the_bodies_that_answer_for_the_task_answer(service: Service) -> None:
    task_id = await an_assigned_task(service)
    comment = await said(service, task_id)
    other = await service.post("75", f"/comments/{comment['comment_id']}/answer", {"text": "Thay"})
    assert _refused(other) == (403, "organisation-not-allowed")
    unknown = await service.post("G06", f"/comments/{UUID(int=1)}/answer", {"text": "Thay"})
    assert _refused(unknown) == (404, "comment-not-found")
    stale = {"If-Match": '"1.7"'}
    late = await service.post("G06", f"/comments/{comment['comment_id']}/answer", {"text": "Đã rõ"}, **stale)
    assert _refused(late) == (412, "stale-version")


async def test_a_comment_leaves_with_its_task_and_comes_back_with_it(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await said(service, task_id)
    await classify(service, task_id, "restricted")
    assert [one["text"] for one in await comments(service, task_id, "G06")] == [SAID["text"]]
    inside = (await said(service, task_id, "Nội bộ"))["comment_id"]
    outside = await service.post("75", f"/comments/{inside}/answer", {"text": "Thay"})
    assert _refused(outside) == (404, "comment-not-found")
    await classify(service, task_id, "public")
    assert [one["text"] for one in await comments(service, task_id)] == [SAID["text"]], "what was said inside stays so"
    assert [one["text"] for one in await comments(service, task_id, "G06")] == ["Nội bộ", SAID["text"]]
    assert _refused(await service.post("75", f"/comments/{inside}/answer", {"text": "Thay"})) == (
        404,
        "comment-not-found",
    )
    assert await told(service) == [
        ("added", 1, True),
        ("withdrawn", 2, True),
        ("added", 1, False),
        ("restated", 3, True),
        ("restated", 2, False),
    ]


async def test_a_supervisor_reads_what_it_may_and_pages_go_on(service: Service) -> None:
    task_id = await an_assigned_task(service, classification="restricted")
    for number in range(3):
        service.clock.pass_by(hours=1)
        await said(service, task_id, f"Ý kiến {number}")
    reader = overseer(service, body=None)
    first = (await reader.get(f"/own/tasks/{task_id}/comments", limit="2")).json()
    rest = (await reader.get(f"/own/tasks/{task_id}/comments", limit="2", cursor=first["next"])).json()
    assert [one["text"] for one in first["items"] + rest["items"]] == ["Ý kiến 2", "Ý kiến 1", "Ý kiến 0"]
    assert rest["next"] is None
    assert (await service.http.get(f"{service.prefix}/tasks/{task_id}/comments")).status_code == 404
