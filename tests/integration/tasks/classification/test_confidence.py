"""What was said in confidence stays with the bodies concerned, also when the task is public again."""

import json
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import text
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal
from tests.integration.tasks.decision.conftest import asked, decide

pytestmark = pytest.mark.usefixtures("both_ways")

EVIDENCE = {"title": "Biên bản nghiệm thu", "url": "https://example.invalid/bb.pdf"}
PARTS = ("history", "reports", "evidence")


async def say(service: Service, task_id: UUID, words: str) -> None:
    """The ministry reports and attaches evidence."""
    for path, body in (("progress", {"text": words}), ("evidence", EVIDENCE | {"title": words})):
        assert (await service.post("G06", f"/tasks/{task_id}/{path}", body)).status_code == 201


async def own(service: Service, code: str, path: str) -> Any:
    """What a body reads below /own."""
    response = await service.http.get(f"/api/tasks/v1/own/tasks{path}", headers=service.headers(code, "tasks:report"))
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.asyncio
async def test_a_declassified_task_never_tells_what_was_said_before(service: Service) -> None:
    task_id = await an_assigned_task(service)
    await say(service, task_id, "công khai")
    await service.post("P57", "/tasks", proposal(classification="restricted"))
    await say(service, task_id, "kín")
    assert (await service.post("P57", "/tasks", proposal())).status_code == 200
    await say(service, task_id, "lại công khai")
    for part, count in zip(PARTS, (8, 2, 2), strict=True):
        public = await service.get(f"/tasks/{task_id}/{part}")
        stranger = await own(service, "G01", f"/{task_id}/{part}")
        assert public == stranger
        assert (len(public["items"]), "kín" in str(public)) == (count, False)
        assert len((await own(service, "G06", f"/{task_id}/{part}"))["items"]) > count
    changes = [entry["change"] for entry in (await service.get(f"/tasks/{task_id}/history"))["items"]]
    assert changes[:4] == ["evidence_added", "progress_reported", "updated", "withdrawn"]


@pytest.mark.asyncio
@pytest.mark.parametrize("part", PARTS)
async def test_pages_hold_what_is_public_and_end(service: Service, part: str) -> None:
    task_id = await an_assigned_task(service)
    for words, classification in (("một", "restricted"), ("hai", "public"), ("ba", "public")):
        await say(service, task_id, words)
        await service.post("P57", "/tasks", proposal(classification=classification))
    await say(service, task_id, "bốn")
    whole = (await service.get(f"/tasks/{task_id}/{part}"))["items"]
    walked: list[Any] = []
    cursor: dict[str, str] | None = {}
    while cursor is not None:
        page = await service.get(f"/tasks/{task_id}/{part}", limit=1, **cursor)
        walked += page["items"]
        cursor = {"cursor": page["next"]} if page["next"] else None
    assert walked == whole


@pytest.mark.asyncio
async def test_each_body_finds_the_tasks_that_it_has_a_part_in(service: Service) -> None:
    hidden = await an_assigned_task(service, classification="restricted", coordinating_organisations=["G01"])
    parts = {"P57": "assigning", "G06": "lead", "G01": "coordinating"}
    for code, part in parts.items():
        for role in parts.values():
            found = (await own(service, code, f"?role={role}"))["items"]
            assert [task["task_id"] for task in found] == ([str(hidden)] if role == part else []), (code, role)
    assert [task["task_id"] for task in (await own(service, "G06", ""))["items"]] == [str(hidden)]


@pytest.mark.asyncio
@pytest.mark.parametrize("scope", ["tasks:report", "tasks:assign", "tasks:confirm", "tasks:write"])
async def test_whoever_takes_a_step_reads_its_own_tasks(service: Service, scope: str) -> None:
    hidden = await an_assigned_task(service, classification="restricted")
    for path in ("?role=assigning", *(f"/{hidden}{part}" for part in ("", "/history", "/reports", "/evidence"))):
        response = await service.http.get(f"/api/tasks/v1/own/tasks{path}", headers=service.headers("P57", scope))
        assert response.status_code == 200, path


@pytest.mark.asyncio
async def test_own_tasks_come_page_by_page(service: Service) -> None:
    for number in range(3):
        await an_assigned_task(service, external_id=f"NV-{number}", classification="restricted")
    first = await own(service, "P57", "?role=assigning&limit=2")
    rest = await own(service, "P57", f"?role=assigning&limit=2&cursor={first['next']}")
    assert len(first["items"] + rest["items"]) == 3
    other = service.headers("P57", "tasks:report")
    path = f"/api/tasks/v1/own/tasks?role=lead&limit=2&cursor={first['next']}"
    assert 400 <= (await service.http.get(path, headers=other)).status_code < 500


NUMBERS = ("percent", "reports_count", "evidence_count", "last_report_at")


@pytest.mark.asyncio
@pytest.mark.parametrize("bulk", [False, True])
async def test_public_numbers_are_counted_from_public_rows(service: Service, bulk: bool) -> None:
    task_id = await an_assigned_task(service)

    async def report(percent: int) -> None:
        service.clock.pass_by(minutes=1)
        body: dict[str, Any] = {"text": f"{percent}", "percent": percent}
        path = "/progress/bulk" if bulk else f"/tasks/{task_id}/progress"
        answer = await service.post("G06", path, body | ({"task_id": str(task_id)} if bulk else {}))
        assert answer.status_code in (200, 201), answer.text

    async def both() -> list[list[Any]]:
        public = await service.get(f"/tasks/{task_id}")
        assert len((await service.get(f"/tasks/{task_id}/reports"))["items"]) == public["reports_count"]
        assert len((await service.get(f"/tasks/{task_id}/evidence"))["items"]) == public["evidence_count"]
        (listed,) = (await service.get("/tasks"))["items"]
        (own_listed,) = (await own(service, "G06", ""))["items"]
        assert (listed["percent"], listed["last_report_at"]) == (public["percent"], public["last_report_at"])
        assert await own(service, "G01", f"/{task_id}") == public, "a stranger with a token is told no more"
        concerned = await own(service, "G06", f"/{task_id}")
        assert own_listed["percent"] == concerned["percent"]
        told = [event for event in await service.events() if event.published and event.entity_type == "task"]
        published = told[-1].data
        return [[numbers[name] for name in NUMBERS] for numbers in (public, concerned, published)]

    await report(30)
    said = (await service.get(f"/tasks/{task_id}"))["last_report_at"]
    await service.post("P57", "/tasks", proposal(classification="restricted"))
    await report(77)
    await service.post("G06", f"/tasks/{task_id}/evidence", EVIDENCE)
    await service.post("P57", "/tasks", proposal())
    public, concerned, published = await both()
    assert public == published == [30, 1, 0, said]
    assert concerned[:3] == [77, 2, 1]
    await service.post("G06", f"/tasks/{task_id}/evidence", EVIDENCE)
    public, concerned, published = await both()
    assert public == published == [30, 1, 1, said]
    await report(80)
    public, concerned, published = await both()
    assert public == published
    assert (public[:3], concerned[:3]) == ([80, 2, 1], [80, 3, 2])


@pytest.mark.asyncio
async def test_a_period_is_reported_in_public_only_by_a_public_report(service: Service) -> None:
    rule = {"kind": "recurring", "recurrence": "FREQ=DAILY", "deadline": None}
    task_id = await an_assigned_task(service, **rule)
    await service.post("P57", "/tasks", proposal(classification="restricted", **rule))
    await say(service, task_id, "kín")
    await service.post("P57", "/tasks", proposal(**rule))

    async def reported() -> list[bool]:
        views = await service.get(f"/tasks/{task_id}"), await own(service, "G06", f"/{task_id}")
        return [view["current_period"]["reported"] for view in views]

    assert await reported() == [False, True]
    await say(service, task_id, "công khai")
    assert await reported() == [True, True]


@pytest.mark.asyncio
async def test_a_kept_answer_is_given_again_only_to_who_may_still_read(service: Service) -> None:
    task_id = await an_assigned_task(service, coordinating_organisations=["G01"])
    body, key = {"text": "một"}, {"Idempotency-Key": "key-of-a-report"}
    for code in ("G01", "G06"):
        assert (await service.post(code, f"/tasks/{task_id}/progress", body, **key)).status_code == 201
    await service.post("P57", "/tasks", proposal(coordinating_organisations=[]))
    await service.post("P57", "/tasks", proposal(classification="restricted"))
    again = await service.post("G06", f"/tasks/{task_id}/progress", body, **key)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    former = await service.post("G01", f"/tasks/{task_id}/progress", body, **key)
    assert (former.status_code, former.json()["code"]) == (404, "task-not-found")


async def as_if_migrated_now(service: Service, expected: list[int | None]) -> None:
    """Forget what reports said in public, as the release before did, and find it again as the migration does."""
    migration = import_module("sixclear.tasks.migrations.versions.0008_public_percent")
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE progress_report SET public_percent = NULL"))
        await session.execute(text(migration.BACKFILL))
        read = "SELECT coalesce(public_percent, percent) FROM progress_report ORDER BY task_version DESC"
        found = list(await session.scalars(text(read)))
    assert [one if told is not None else None for one, told in zip(found, expected, strict=True)] == expected


@pytest.mark.asyncio
@pytest.mark.parametrize("bulk", [False, True])
async def test_a_public_report_without_a_percentage_takes_over_no_hidden_one(service: Service, bulk: bool) -> None:
    task_id = await an_assigned_task(service)

    async def report(*percents: int | None) -> None:
        service.clock.pass_by(minutes=1)
        bodies: list[dict[str, Any]] = [
            {"text": f"báo cáo {number}"} | ({} if percent is None else {"percent": percent})
            for number, percent in enumerate(percents)
        ]
        if bulk:
            lines = [json.dumps(body | {"task_id": str(task_id)}) for body in bodies]
            headers = service.headers("G06", "tasks:report")
            answer = await service.http.post("/api/tasks/v1/progress/bulk", content="\n".join(lines), headers=headers)
            assert answer.json()["reported"] == len(lines), answer.text
        else:
            for body in bodies:
                assert (await service.post("G06", f"/tasks/{task_id}/progress", body)).status_code == 201

    async def percents(read: Callable[[str], Awaitable[Any]]) -> tuple[int, list[int], list[int]]:
        reports, history = [(await read(f"/{task_id}/{part}"))["items"] for part in ("reports", "history")]
        said = [entry["percent"] for entry in history if entry["change"] == "progress_reported"]
        return (await read(f"/{task_id}"))["percent"], [one["percent"] for one in reports], said

    async def public(path: str) -> Any:
        return await service.get(f"/tasks{path}")

    async def of_the_lead(path: str) -> Any:
        return await own(service, "G06", path)

    await report(30)
    await service.post("P57", "/tasks", proposal(classification="restricted"))
    await report(77)
    await service.post("P57", "/tasks", proposal())
    await report(None, None)
    assert await percents(public) == (30, [30, 30, 30], [30, 30, 30])
    assert (await percents(of_the_lead))[:2] == (77, [77, 77, 77, 30])
    assert [event.data.get("percent") for event in await service.events() if event.published][-2:] == [30, 30]
    await report(45, None)
    assert await percents(public) == (45, [45, 45, 30, 30, 30], [45, 45, 30, 30, 30])
    assert (await percents(of_the_lead))[:2] == (45, [45, 45, 77, 77, 77, 30])
    await as_if_migrated_now(service, [45, 45, 30, 30, None, 30])
    assert await percents(public) == (45, [45, 45, 30, 30, 30], [45, 45, 30, 30, 30])
    await service.post("G06", f"/tasks/{task_id}/submit", {"evidence": [EVIDENCE]})
    await service.post("P57", f"/tasks/{task_id}/return", {"reason": "thiếu"})
    await report(None)
    assert (await percents(public))[0] == (await percents(of_the_lead))[0] == 45
    for event in await service.events():
        assert not event.published or event.data.get("percent") != 77


@pytest.mark.asyncio
async def test_events_of_before_the_rule_tell_no_hidden_percentage_in_the_history(service: Service) -> None:
    """Until this rule an event carried the stored percentage, also after the task was public again."""
    task_id = await an_assigned_task(service)
    await service.post("G06", f"/tasks/{task_id}/progress", {"text": "một", "percent": 30})
    await service.post("P57", "/tasks", proposal(classification="restricted"))
    await service.post("G06", f"/tasks/{task_id}/progress", {"text": "hai", "percent": 77})
    await service.post("P57", "/tasks", proposal())
    await service.post("G06", f"/tasks/{task_id}/evidence", EVIDENCE)
    async with service.database.transaction() as session:
        old = "UPDATE event SET data = jsonb_set(data, '{percent}', '77') WHERE entity_id = :task_id AND version >= 5"
        await session.execute(text(old), {"task_id": task_id})
    changes = ["evidence_added", "updated", "withdrawn", "progress_reported", "assigned", "proposed"]
    for entries in (await service.get(f"/tasks/{task_id}/history"), await own(service, "G01", f"/{task_id}/history")):
        told = [(entry["change"], entry["percent"]) for entry in entries["items"]]
        assert told == list(zip(changes, (30, 30, 0, 30, 0, 0), strict=True))
    concerned = (await own(service, "G06", f"/{task_id}/history"))["items"]
    assert [entry["percent"] for entry in concerned][:2] == [77, 77]


@pytest.mark.asyncio
async def test_a_kept_answer_tells_a_former_body_what_everyone_reads(service: Service) -> None:
    """Public again, the task is no secret, but what was said in between still is."""
    task_id = await an_assigned_task(service, coordinating_organisations=["G01"])
    path, said = f"/tasks/{task_id}/progress", {"text": "kín", "percent": 77}
    await service.post("P57", "/tasks", proposal(classification="restricted", coordinating_organisations=["G01"]))
    keys = {code: {"Idempotency-Key": f"report-of-{code}"} for code in ("G01", "G06")}
    first = {code: await service.post(code, path, said, **key) for code, key in keys.items()}
    await service.post("P57", "/tasks", proposal(coordinating_organisations=[], title="Tên công khai"))
    again = {code: await service.post(code, path, said, **key) for code, key in keys.items()}
    assert (again["G06"].json(), again["G06"].headers["etag"]) == (first["G06"].json(), first["G06"].headers["etag"])
    for response in again.values():
        assert (response.status_code, response.headers["idempotency-replayed"]) == (201, "true")
    assert again["G01"].json() == await service.get(f"/tasks/{task_id}")
    assert again["G01"].headers.get("etag") != first["G01"].headers["etag"]


@pytest.mark.asyncio
async def test_a_kept_answer_on_what_hangs_on_a_task_is_never_the_task(service: Service) -> None:
    """Its former lead planned a milestone in confidence: it reads nothing of it any more, and no task in its place."""
    task_id = await an_assigned_task(service)
    path, planned = f"/tasks/{task_id}/milestones", {"title": "kín", "deadline": "2025-12-10"}
    await service.post("P57", "/tasks", proposal(classification="restricted"))
    await service.post("G06", f"/tasks/{task_id}/progress", {"text": "kín", "percent": 77})
    key = {"Idempotency-Key": "plan"}
    first = await service.post("G06", path, planned, **key)
    await service.post("P57", "/tasks", proposal())
    assert (await service.post("G06", path, planned, **key)).json() == first.json(), "it leads the task"
    transfer = await asked(service, str(task_id), "transfer", organisation="G01")
    await decide(service, transfer)
    taken = {"responsible_position": {"title": "Cục trưởng", "organisation": "G01"}}
    assert (await service.post("G01", f"/decisions/{transfer}/accept", taken)).is_success
    again = await service.post("G06", path, planned, **key)
    assert (again.status_code, again.json()["code"]) == (404, "task-not-found")


@pytest.mark.asyncio
async def test_a_kept_answer_in_bulk_names_no_task_that_is_hidden_now(service: Service) -> None:
    part = {"coordinating_organisations": ["G01"]}
    hidden, open_ = [await an_assigned_task(service, external_id=name, **part) for name in ("NV-1", "NV-2")]
    lines = "\n".join(json.dumps({"task_id": str(task_id), "text": "x"}) for task_id in (hidden, open_))
    headers = service.headers("G01") | {"Idempotency-Key": "bulk"}

    async def report() -> httpx2.Response:
        return await service.http.post("/api/tasks/v1/progress/bulk", content=lines, headers=headers)

    first = await report()
    closed = proposal(external_id="NV-1", classification="restricted", **part)
    await service.post("P57", "/tasks", closed)
    assert (await report()).json() == first.json(), "it has a part in both"
    await service.post("P57", "/tasks", closed | {"coordinating_organisations": []})
    again = await report()
    assert again.headers["idempotency-replayed"] == "true"
    refused, reported = again.json()["items"]
    assert (refused["outcome"], refused["version"], refused["problem"]["code"]) == ("rejected", None, "task-not-found")
    assert reported == first.json()["items"][1]
    assert [again.json()[name] for name in ("reported", "unchanged", "rejected")] == [1, 0, 1]
