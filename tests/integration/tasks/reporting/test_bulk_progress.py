"""A ministry's system sends its Friday file: many reports in one request."""

import asyncio

import orjson
import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal

BULK = "/api/tasks/v1/progress/bulk"


async def send(service: Service, lines: list[object], code: str = "G06", query: str = "") -> dict[str, object]:
    content = b"\n".join(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines)
    headers = service.headers(code, "tasks:report", "facts:past") | {"Content-Type": "application/x-ndjson"}
    response = await service.http.post(BULK + query, content=content, headers=headers)
    assert response.status_code == 200, response.text
    answer: dict[str, object] = response.json()
    return answer


def line(number: int, percent: int = 10, **more: object) -> dict[str, object]:
    return {"source": "ministry", "external_id": f"NV-{number}", "percent": percent, "text": "Tuần này", **more}


@pytest.mark.asyncio
async def test_a_bad_line_never_fails_its_neighbours(service: Service) -> None:
    for number in range(3):
        await an_assigned_task(service, external_id=f"NV-{number}")
    foreign = await an_assigned_task(service, external_id="NV-7", lead_organisation="G01")
    lines: list[object] = [
        line(0),
        b"{broken",
        line(1, percent=101),
        line(404),
        {"task_id": str(foreign), "text": "Không phải của mình"},
        {"text": "Không nói nhiệm vụ nào"},
        b'{"source":"ministry","external_id":"NV-2","text":"\xff"}',
        b'{"text":' + b"[" * 1000 + b"]" * 1000 + b"}",
        line(2, percent=50),
        line(0, percent=20),
    ]
    answer = await send(service, lines)
    items = answer["items"]
    assert isinstance(items, list)
    assert [item["outcome"] for item in items] == ["reported", *["rejected"] * 7, "reported", "reported"]
    codes = [item["problem"]["code"] for item in items if item["problem"]]
    assert codes == [
        "unreadable",
        "invalid",
        "task-not-found",
        "organisation-not-allowed",
        "reference-unknown",
        "unreadable",
        "invalid",
    ]
    assert (answer["reported"], answer["rejected"]) == (3, 7)
    first = (await service.get("/tasks", q="NV-0"))["items"][0]
    assert (first["percent"], first["version"]) == (20, 4)
    events = [event for event in await service.events() if event.change == "progress_reported"]
    assert [event.data["percent"] for event in events] == [10, 50, 20]


@pytest.mark.asyncio
async def test_a_dry_run_says_the_same_and_writes_nothing(service: Service) -> None:
    task_id = await an_assigned_task(service, external_id="NV-0")
    before = len(await service.events())
    answer = await send(service, [line(0), line(404)], query="?dry_run=true")
    assert (answer["dry_run"], answer["reported"], answer["rejected"]) == (True, 1, 1)
    assert len(await service.events()) == before
    assert (await service.get(f"/tasks/{task_id}"))["percent"] == 0


@pytest.mark.asyncio
async def test_the_same_file_may_be_sent_again(service: Service) -> None:
    await an_assigned_task(service, external_id="NV-0")
    service.clock.pass_by(hours=1)
    stated = line(0, occurred_at="2025-12-04T10:30:00+07:00")
    assert (await send(service, [stated]))["reported"] == 1
    assert (await send(service, [stated]))["unchanged"] == 1
    silent = {name: value for name, value in stated.items() if name != "percent"}
    assert (await send(service, [silent]))["unchanged"] == 1


@pytest.mark.asyncio
async def test_a_file_of_several_weeks_may_be_sent_again(service: Service) -> None:
    await an_assigned_task(service, external_id="NV-0")
    service.clock.pass_by(days=15)
    weeks: list[object] = [
        line(0, percent, occurred_at=f"2025-12-{day:02d}T10:30:00+07:00") for percent, day in ((10, 5), (20, 12))
    ]
    assert (await send(service, weeks))["reported"] == 2
    assert (await send(service, weeks))["unchanged"] == 2


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "more", [{"difficulty": "Thiếu kinh phí"}, {"cause": "Chậm phân bổ"}, {"remedy": "Bố trí vốn"}]
)
async def test_a_report_that_says_more_is_no_repetition(service: Service, more: dict[str, str]) -> None:
    task_id = await an_assigned_task(service, external_id="NV-0")
    service.clock.pass_by(hours=1)
    stated = line(0, occurred_at="2025-12-04T10:30:00+07:00")
    assert (await send(service, [stated, stated | more]))["reported"] == 2
    assert (await send(service, [stated | more, stated]))["unchanged"] == 2
    latest = (await service.get(f"/tasks/{task_id}/reports"))["items"][0]
    assert more.items() <= latest.items()


@pytest.mark.asyncio
async def test_two_bodies_may_say_the_same(service: Service) -> None:
    await an_assigned_task(service, external_id="NV-0", coordinating_organisations=["G01"])
    service.clock.pass_by(hours=1)
    stated = line(0, occurred_at="2025-12-04T10:30:00+07:00")
    assert (await send(service, [stated]))["reported"] == 1
    assert (await send(service, [stated], code="G01"))["reported"] == 1


@pytest.mark.asyncio
async def test_two_assigning_bodies_with_the_same_key_are_told_apart(service: Service) -> None:
    programme = {"slug": "own", "name_vi": "Riêng", "name_en": "Own", "resolution": "57-NQ/TW", "owner": "G01"}
    assert (await service.post("G01", "/programmes", programme)).status_code == 201
    ours = await an_assigned_task(service, external_id="NV-0")
    theirs = proposal(external_id="NV-0", programme="own", assigning_organisation="G01")
    their_id = (await service.post("G01", "/tasks", theirs)).json()["task_id"]
    lines: list[object] = [
        line(0),
        {"task_id": str(ours), "text": "Tuần này"},
        line(0, assigning_organisation="G01"),
        line(0, assigning_organisation="G06"),
        line(0, assigning_organisation="nobody"),
    ]
    items = (await send(service, lines))["items"]
    assert isinstance(items, list)
    codes = [item["problem"] and item["problem"]["code"] for item in items]
    assert codes == ["reference-ambiguous", None, None, "task-not-found", "reference-unknown"]
    assert items[2]["task_id"] == their_id


@pytest.mark.asyncio
async def test_an_identifier_and_a_key_name_the_same_task(service: Service) -> None:
    task_id = str(await an_assigned_task(service, external_id="NV-0"))
    await an_assigned_task(service, external_id="NV-1")
    lines: list[object] = [
        line(1, task_id=task_id),
        line(404, task_id=task_id),
        line(0, source="other", task_id=task_id),
        line(0, task_id=task_id, assigning_organisation="G01"),
        line(0, task_id=task_id, assigning_organisation="unknown"),
        {"task_id": task_id, "external_id": "NV-0", "text": "Tuần này"},
        line(0, external_id=" nv-0", task_id=task_id.upper(), assigning_organisation="P57"),
    ]
    answer = await send(service, lines)
    assert answer["reported"] == 1
    items = answer["items"]
    assert isinstance(items, list)
    problems = [(item["problem"]["code"], item["problem"]["pointer"]) for item in items[:-1]]
    assert problems == [
        *[("reference-ambiguous", "#/external_id")] * 3,
        ("reference-ambiguous", "#/assigning_organisation"),
        ("reference-unknown", "#/assigning_organisation"),
        ("reference-unknown", "#/external_id"),
    ]


@pytest.mark.asyncio
async def test_a_mere_proposal_never_disturbs_the_friday_file(service: Service) -> None:
    await an_assigned_task(service, external_id="NV-0")
    proposed = proposal(external_id="NV-0", assigning_organisation="G01", assign=False)
    assert (await service.post("G01", "/tasks", proposed)).status_code == 201
    assert (await send(service, [line(0)]))["reported"] == 1


@pytest.mark.asyncio
async def test_a_file_that_is_too_long_for_all_or_nothing_is_refused_whole(service: Service) -> None:
    body = b"\n".join([b"{}"] * 1001)
    response = await service.http.post(f"{BULK}?atomic=true", content=body, headers=service.headers("G06"))
    assert (response.status_code, response.json()["code"]) == (413, "bulk-too-large")


@pytest.mark.asyncio
async def test_two_files_at_once_never_deadlock(service: Service) -> None:
    for number in range(20):
        await an_assigned_task(service, external_id=f"NV-{number}")
    files = [[line(number, turn) for number in range(20)][:: 1 if turn % 2 else -1] for turn in range(6)]
    answers = await asyncio.gather(*(send(service, list(lines)) for lines in files))
    assert [answer["reported"] for answer in answers] == [20] * 6
    assert await _versions(service) == {8}


async def _versions(service: Service) -> set[int]:
    return {task["version"] for task in (await service.get("/tasks", limit="200"))["items"]}


async def outcomes(service: Service, lines: list[object]) -> list[str]:
    items = (await send(service, lines))["items"]
    assert isinstance(items, list)
    return [item["outcome"] for item in items]


@pytest.mark.asyncio
@pytest.mark.parametrize("keyed", [(1,), (0,), (0, 2), (2,), (0, 1, 2)])
async def test_a_file_in_which_some_lines_have_a_key_may_be_sent_again(
    service: Service, keyed: tuple[int, ...]
) -> None:
    task_id = await an_assigned_task(service, external_id="NV-1")
    lines = [line(1, 10), line(1, 20, text="Tuần sau"), line(1, 30, text="Tuần sau nữa")]
    for number in keyed:
        lines[number]["idempotency_key"] = f"k-{number}"
    assert await outcomes(service, list(lines)) == ["reported"] * 3
    assert await outcomes(service, list(lines)) == ["unchanged"] * 3
    lines[0] = line(1, 15, text="Nói khác")
    assert (await outcomes(service, list(lines)))[0] == "reported", "what is new is taken"
    reports = (await service.get(f"/tasks/{task_id}/reports"))["items"]
    assert [one["percent"] for one in reports if one["text"] == "Tuần này"] == [10]
