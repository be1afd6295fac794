"""What a machine sends twice is taken once, when its last word of that day is repeated and nothing came between."""

from typing import Any
from uuid import UUID

import httpx2
import orjson
import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task

pytestmark = pytest.mark.usefixtures("both_ways")

REPORT = {"percent": 10, "text": "Tuần này"}
EVIDENCE = {"title": "Biên bản", "url": "https://example.invalid/bb.pdf"}
EXTENSION = {"deadline": "2026-01-31", "reason": "Thay đổi phạm vi"}
STEPS = [
    pytest.param("G06", "progress", REPORT, id="report"),
    pytest.param("G06", "evidence", EVIDENCE, id="evidence"),
    pytest.param("P57", "extend", EXTENSION, id="extension"),
]
SAID = pytest.mark.parametrize(("code", "step", "body"), STEPS)


async def send(service: Service, *lines: dict[str, Any]) -> list[str]:
    """What became of each line of a file."""
    content = b"\n".join(map(orjson.dumps, lines))
    headers = service.headers("G06", "tasks:report", "facts:past")
    response = await service.http.post("/api/tasks/v1/progress/bulk", content=content, headers=headers)
    assert response.status_code == 200, response.text
    return [item["outcome"] for item in response.json()["items"]]


async def version_of(service: Service, task_id: UUID) -> int:
    version: int = (await service.get(f"/tasks/{task_id}"))["version"]
    return version


@SAID
@pytest.mark.asyncio
async def test_the_last_word_of_the_day_is_not_taken_twice(
    service: Service, code: str, step: str, body: dict[str, Any]
) -> None:
    task_id = await an_assigned_task(service)
    first = await service.post(code, f"/tasks/{task_id}/{step}", body)
    service.clock.pass_by(hours=2)
    before = len(await service.events())
    again = await service.post(code, f"/tasks/{task_id}/{step}", body)
    assert (again.status_code, again.json(), again.headers["etag"]) == (200, first.json(), first.headers["etag"])
    assert len(await service.events()) == before


@SAID
@pytest.mark.asyncio
async def test_on_the_next_civil_day_it_is_a_new_word(
    service: Service, code: str, step: str, body: dict[str, Any]
) -> None:
    task_id = await an_assigned_task(service)
    await service.post(code, f"/tasks/{task_id}/{step}", body)
    service.clock.pass_by(hours=14)
    again = await service.post(code, f"/tasks/{task_id}/{step}", body)
    assert again.json()["version"] == 4, "17:00 UTC is midnight there"


@SAID
@pytest.mark.asyncio
async def test_after_anything_else_it_is_a_new_word(
    service: Service, code: str, step: str, body: dict[str, Any]
) -> None:
    task_id = await an_assigned_task(service)
    await service.post(code, f"/tasks/{task_id}/{step}", body)
    between = {"percent": 15, "text": "Khác"} if step == "progress" else REPORT
    assert (await service.post("G06", f"/tasks/{task_id}/progress", between)).json()["version"] == 4
    again = await service.post(code, f"/tasks/{task_id}/{step}", body)
    assert again.json()["version"] == 5


@pytest.mark.asyncio
@pytest.mark.parametrize(("step", "body"), [("progress", REPORT), ("evidence", EVIDENCE)])
async def test_two_bodies_may_each_say_it(service: Service, step: str, body: dict[str, Any]) -> None:
    task_id = await an_assigned_task(service, coordinating_organisations=["G01"])
    answers = [await service.post(code, f"/tasks/{task_id}/{step}", body) for code in ("G06", "G01")]
    assert [answer.status_code for answer in answers] == [201, 201]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "other", [{"title": "Biên bản 2"}, {"url": "https://example.invalid/bb2.pdf"}, {"sha256": "0" * 64}]
)
async def test_other_evidence_is_no_repetition(service: Service, other: dict[str, str]) -> None:
    task_id = await an_assigned_task(service)
    answers = [await service.post("G06", f"/tasks/{task_id}/evidence", body) for body in (EVIDENCE, EVIDENCE | other)]
    assert [answer.status_code for answer in answers] == [201, 201]


@pytest.mark.asyncio
@pytest.mark.parametrize("other", [{"deadline": "2026-02-28"}, {"reason": "Lý do khác"}])
async def test_another_decision_is_no_repetition(service: Service, other: dict[str, str]) -> None:
    task_id = await an_assigned_task(service)
    for version, body in ((3, EXTENSION), (4, EXTENSION | other)):
        extended = await service.post("P57", f"/tasks/{task_id}/extend", body)
        assert extended.json()["version"] == version


@pytest.mark.asyncio
async def test_a_result_brings_only_evidence_that_was_not_attached(service: Service) -> None:
    task_id = await an_assigned_task(service)
    proofs = [EVIDENCE | {"title": f"Biên bản {number}"} for number in range(3)]
    for proof in proofs[:2]:
        await service.post("G06", f"/tasks/{task_id}/evidence", proof)
    submitted = await service.post("G06", f"/tasks/{task_id}/submit", {"evidence": [*proofs, proofs[2]]})
    assert (submitted.json()["status"], submitted.json()["evidence_count"]) == ("submitted", 3)


@pytest.mark.asyncio
async def test_the_weekly_file_doubles_nothing(service: Service) -> None:
    tasks = [await an_assigned_task(service, external_id=f"NV-{number}") for number in range(3)]
    lines = [{"task_id": str(task_id), "text": "Tuần này", "percent": 20} for task_id in tasks]
    two_of_one = [lines[0], lines[0] | {"text": "Và thêm"}, *lines[1:], lines[2]]
    assert await send(service, *two_of_one) == ["reported"] * 4 + ["unchanged"]
    service.clock.pass_by(hours=1)
    assert await send(service, *two_of_one) == ["unchanged"] * 5
    assert [await version_of(service, task_id) for task_id in tasks] == [4, 3, 3]
    longer = [*two_of_one, lines[0] | {"text": "Cuối tuần"}]
    assert await send(service, *longer) == ["unchanged"] * 5 + ["reported"]


TIMED = [
    pytest.param("2025-12-01T09:00:00+07:00", id="before the assignment"),
    pytest.param("2025-12-04T17:00:00+07:00", id="in the future at first"),
    pytest.param("2025-12-20T09:00:00+07:00", id="in the future"),
    pytest.param("2025-12-04T11:00:00+07:00", id="taken in its place"),
]


@pytest.mark.asyncio
@pytest.mark.parametrize("instant", TIMED)
@pytest.mark.parametrize("place", range(4))
async def test_a_line_that_states_a_time_never_doubles_its_neighbours(
    service: Service, instant: str, place: int
) -> None:
    task_id = str(await an_assigned_task(service))
    service.clock.pass_by(hours=5)
    lines: list[dict[str, Any]] = [{"task_id": task_id, "text": text} for text in ("Một", "Hai", "Ba")]
    lines.insert(place, {"task_id": task_id, "text": "Việc cũ", "occurred_at": instant})
    await send(service, *lines)
    for _ in range(2):
        service.clock.pass_by(hours=3)
        again = await send(service, *lines)
        assert again[:place] + again[place + 1 :] == ["unchanged"] * 3


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "between",
    [
        {"text": "Một", "percent": 20},
        {"text": "Một", "percent": 101},
        {"text": ""},
        {"text": "Hai", "source": "other", "external_id": "?"},
    ],
)
async def test_what_is_refused_or_said_already_in_a_file_never_doubles_its_neighbours(
    service: Service, between: dict[str, Any]
) -> None:
    task_id = str(await an_assigned_task(service))
    told: list[dict[str, Any]] = [{"text": "Một", "percent": 20}, {"text": "Một"}, between, {"text": "Ba"}]
    lines = [{"task_id": task_id, **line} for line in told]
    assert "reported" in await send(service, *lines)
    service.clock.pass_by(hours=1)
    assert "reported" not in await send(service, *lines)


@pytest.mark.asyncio
async def test_two_stated_times_of_the_same_words_never_double_their_neighbours(service: Service) -> None:
    task_id = str(await an_assigned_task(service))
    service.clock.pass_by(days=2)
    old = [{"text": "Cũ", "occurred_at": f"2025-12-0{day}T12:00:00+07:00"} for day in (4, 5)]
    lines = [{"task_id": task_id, **line} for line in ({"text": "Một"}, *old, {"text": "Hai"})]
    assert await send(service, *lines) == ["reported"] * 4
    assert await send(service, *lines) == ["unchanged"] * 4


@pytest.mark.asyncio
async def test_a_result_brings_no_evidence_twice_that_was_attached_of_an_earlier_time(service: Service) -> None:
    task_id = await an_assigned_task(service)
    service.clock.pass_by(days=2)
    old = {**EVIDENCE, "title": "Cũ", "occurred_at": "2025-12-05T09:00:00+07:00"}
    headers = service.headers("G06", "tasks:report", "facts:past")
    for proof in (EVIDENCE, old):
        path = f"/api/tasks/v1/tasks/{task_id}/evidence"
        assert (await service.http.post(path, json=proof, headers=headers)).status_code == 201
    proofs = [EVIDENCE, EVIDENCE | {"title": "Cũ"}]
    submitted = await service.post("G06", f"/tasks/{task_id}/submit", {"evidence": proofs})
    assert (submitted.json()["status"], submitted.json()["evidence_count"]) == ("submitted", 2)


@pytest.mark.asyncio
async def test_what_goes_back_to_an_earlier_word_is_no_repetition(service: Service) -> None:
    task_id = await an_assigned_task(service)
    said = [{"task_id": str(task_id), "text": "Tuần này", "percent": percent} for percent in (20, 30, 20)]
    assert [await send(service, line) for line in said] == [["reported"]] * 3


@pytest.mark.asyncio
async def test_a_report_without_a_percentage_repeats_the_one_that_kept_it(service: Service) -> None:
    task_id = await an_assigned_task(service)
    path, silent = f"/tasks/{task_id}/progress", {"text": "Tuần này"}
    answers = [await service.post("G06", path, body) for body in (silent, silent, silent | {"percent": 5})]
    assert [answer.status_code for answer in answers] == [201, 200, 201]


@pytest.mark.asyncio
async def test_a_time_that_is_stated_is_a_part_of_the_words(service: Service) -> None:
    task_id = await an_assigned_task(service)
    service.clock.pass_by(hours=3)
    headers = service.headers("G06", "tasks:report", "facts:past")

    async def at(step: str, body: dict[str, Any], instant: str) -> httpx2.Response:
        path = f"/api/tasks/v1/tasks/{task_id}/{step}"
        return await service.http.post(path, json=body | {"occurred_at": instant}, headers=headers)

    for step, body in (("progress", REPORT), ("evidence", EVIDENCE)):
        eleven, noon = "2025-12-04T11:00:00+07:00", "2025-12-04T12:00:00+07:00"
        answers = [await at(step, body, instant) for instant in (eleven, noon, noon, eleven)]
        assert [answer.status_code for answer in answers] == [201, 201, 200, 200]
