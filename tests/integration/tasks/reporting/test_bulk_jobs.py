"""A file that is too large for one transaction is a job: its sender reads how far it has come and what became of it."""

import json
import tracemalloc
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx2
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal

from sixclear.common.bulk import jobs
from sixclear.common.bulk.worker import BulkJobs
from sixclear.common.testing.service import CommitFails
from sixclear.tasks.organisation.seed import organisation_id
from sixclear.tasks.reporting.service import bulk, report

BULK = "/api/tasks/v1/progress/bulk"
NDJSON = {"Content-Type": "application/x-ndjson"}


def worker(service: Service) -> BulkJobs:
    return cast(BulkJobs, service.app.state.service_state.jobs)


def line(number: int, **changes: Any) -> str:
    item = {"source": "import", "external_id": f"CV-{number}", "text": "Tiến độ", "percent": 10}
    return json.dumps(item | changes, ensure_ascii=False)


async def send(service: Service, content: Any, path: str = BULK, code: str = "G06", **headers: str) -> httpx2.Response:
    sent = service.headers(code) | NDJSON | headers
    return await service.http.post(path, content=content, headers=sent)


async def accepted(service: Service, content: Any, **rest: Any) -> str:
    """The address of the job that the file became."""
    answer = await send(service, content, **rest)
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "waiting"
    return str(answer.headers["location"])


async def read(service: Service, address: str, code: str = "G06") -> httpx2.Response:
    return await service.http.get(address, headers=service.headers(code))


async def results(service: Service, address: str) -> list[dict[str, Any]]:
    answer = await read(service, f"{address}/results")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    return [json.loads(one) for one in answer.text.splitlines()]


async def work(service: Service) -> None:
    while await worker(service).work_once():
        pass


async def with_tasks(service: Service, count: int = 3) -> None:
    for number in range(1, count + 1):
        await an_assigned_task(service, source="import", external_id=f"CV-{number}")


@pytest.mark.asyncio
@pytest.mark.parametrize("array", [False, True])
async def test_a_file_of_more_items_than_are_taken_at_once_is_a_job(service: Service, array: bool) -> None:
    await with_tasks(service)
    lines = [line(1), *[line(9)] * 1_500, line(2), '{"text": 5}' if array else "not json", line(3, percent=30)]
    content = f"[{','.join(lines)}]" if array else "\n".join(lines)
    address = await accepted(service, content)
    assert (await read(service, address)).json()["done"] == 0
    assert await results(service, address) == []
    await worker(service).work_once()
    half = (await read(service, address)).json()
    assert (half["state"], half["total"], half["done"]) == ("running", 1_504, 1_000)
    assert [item["index"] for item in await results(service, address)] == list(range(1_000))
    await work(service)
    told = (await read(service, address)).json()
    assert (told["state"], told["done"]) == ("finished", 1_504)
    assert told["outcomes"] == {"reported": 3, "unchanged": 0, "rejected": 1_501}
    items = await results(service, address)
    assert [item["index"] for item in items] == list(range(1_504))
    assert [item["line"] for item in items] == [None if array else number for number in range(1, 1_505)]
    assert [items[place]["outcome"] for place in (0, 1501, 1503)] == ["reported"] * 3
    assert items[1502]["problem"]["code"] == ("invalid" if array else "unreadable")
    task = await service.get(f"/tasks/{items[1503]['task_id']}")
    assert (task["percent"], items[1503]["etag"]) == (30, '"1.3"')


@pytest.mark.asyncio
async def test_a_process_that_ends_leaves_the_rest_to_the_next_one(service: Service) -> None:
    await with_tasks(service)
    address = await accepted(service, "\n".join([line(1), *[line(9)] * 1_000, line(2)]))
    before = len(await service.events())
    with service.commits_fail(), pytest.raises(CommitFails):
        await worker(service).work_once()
    assert (len(await service.events()), (await read(service, address)).json()["done"]) == (before, 0)
    service.clock.pass_by(minutes=1)
    await work(service)
    told = (await read(service, address)).json()
    assert (told["state"], told["outcomes"]["reported"]) == ("finished", 2)
    assert len(await service.events()) == before + 2


@pytest.mark.asyncio
async def test_a_chunk_that_fails_is_halved_down_to_the_item_at_fault(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_tasks(service)
    address = await accepted(service, "\n".join([line(1), *[line(9)] * 1_000, line(2, text="poison"), line(3)]))

    def fails(ctx: Any, entry: Any) -> Any:
        if entry.text == "poison":
            raise RuntimeError("a fault of ours")
        return report.command_of(ctx, entry)

    monkeypatch.setattr(bulk, "command_of", fails)
    for _ in range(30):
        await work(service)
        service.clock.pass_by(minutes=1)
    items = await results(service, address)
    assert [item["outcome"] for item in items] == ["reported", *["rejected"] * 1_001, "reported"]
    assert (items[1001]["problem"]["code"], items[1001]["line"]) == ("internal-error", 1_002)


@pytest.mark.asyncio
async def test_only_its_sender_reads_a_job(service: Service) -> None:
    address = await accepted(service, "{}\n" * 1_001)
    for path in (address, f"{address}/results"):
        assert (await read(service, path)).status_code == 200
        other = await read(service, path, "P57")
        assert (other.status_code, other.json()["code"]) == (404, "job-not-found")
        assert (await service.http.get(path)).status_code == 401
        elsewhere = service.issuer.headers("tasks:report", client_id="org-G06", organisation_id=organisation_id("G01"))
        assert (await service.http.get(path, headers=elsewhere)).status_code == 404


@pytest.mark.asyncio
async def test_a_key_makes_one_job_of_a_file_that_is_sent_twice(service: Service) -> None:
    content, key = "{}\n" * 1_001, {"Idempotency-Key": "of-friday"}
    address = await accepted(service, content, **key)
    again = await send(service, content, **key)
    assert (again.status_code, again.headers["location"]) == (202, address)
    assert again.headers["idempotency-replayed"] == "true"
    other = await send(service, content + "{}", **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    async with service.database.session() as session:
        assert (await session.execute(text("SELECT count(*) FROM bulk_job"))).scalar_one() == 1


@pytest.mark.asyncio
async def test_a_sender_has_four_files_waiting_at_most_and_in_their_order(service: Service) -> None:
    await with_tasks(service)
    files = ["\n".join([line(1, percent=percent), *["{}"] * 1_000]) for percent in (10, 20, 30, 40)]
    addresses = [await accepted(service, content) for content in files]
    fifth = await send(service, files[0])
    assert (fifth.status_code, fifth.json()["code"], fifth.headers["retry-after"]) == (429, "too-many-jobs", "60")
    await work(service)
    versions = [(await results(service, address))[0]["version"] for address in addresses]
    assert versions == [3, 4, 5, 6]
    service.clock.pass_by(days=1, minutes=1)
    async with service.database.transaction() as session:
        await jobs.clean(session, service.clock())
    assert {(await read(service, address)).status_code for address in addresses} == {404}


@pytest.mark.asyncio
async def test_a_file_outlasts_days_in_which_no_process_ran(service: Service) -> None:
    await with_tasks(service)
    address = await accepted(service, "\n".join([line(1, percent=20), *["{}"] * 1_000]))
    service.clock.pass_by(days=3)
    await work(service)
    told = (await read(service, address)).json()
    assert (told["state"], told["done"]) == ("finished", 1_001)


@pytest.mark.asyncio
async def test_operators_see_how_many_files_wait(service: Service) -> None:
    await with_tasks(service)
    for percent in (10, 20):
        await accepted(service, "\n".join([line(1, percent=percent), *["{}"] * 1_000]))
    assert await worker(service).work_once()
    assert _waiting() == 2
    await work(service)
    assert _waiting() == 0


def _waiting() -> float | None:
    return REGISTRY.get_sample_value("sixclear_bulk_jobs_waiting", {"sixclear_service": "tasks"})


@pytest.mark.asyncio
async def test_a_dry_run_of_a_large_file_writes_nothing(service: Service) -> None:
    await with_tasks(service)
    before = len(await service.events())
    address = await accepted(service, "\n".join([line(1), *["{}"] * 1_000]), path=f"{BULK}?dry_run=true")
    await work(service)
    assert (await results(service, address))[0]["outcome"] == "reported"
    assert len(await service.events()) == before


@pytest.mark.asyncio
async def test_what_is_no_array_and_what_is_all_or_nothing_is_no_job(service: Service) -> None:
    broken = await send(service, "[" + "{}," * 20_000 + " " * 5_000_000)
    assert (broken.status_code, broken.json()["code"]) == (400, "malformed-request")
    atomic = await send(service, "{}\n" * 1_001, path=f"{BULK}?atomic=true")
    assert (atomic.status_code, atomic.json()["code"]) == (413, "bulk-too-large")
    atomic = await send(service, b" " * 5_000_000, path=f"{BULK}?atomic=true")
    assert (atomic.status_code, atomic.json()["code"]) == (413, "bulk-too-large")
    async with service.database.session() as session:
        assert (await session.execute(text("SELECT count(*) FROM bulk_job"))).scalar_one() == 0


@pytest.mark.asyncio
async def test_tasks_come_in_large_files_too(service: Service) -> None:
    items = [proposal(external_id=f"NV-{number}", assign=False) for number in range(3)] + [{}] * 200
    content = "\n".join(json.dumps(item) for item in items)
    address = await accepted(service, content, path="/api/tasks/v1/tasks/bulk", code="P57")
    await work(service)
    told = (await read(service, address, "P57")).json()
    assert (told["outcomes"]["created"], told["outcomes"]["rejected"]) == (3, 200)


@pytest.mark.asyncio
async def test_a_large_file_is_never_held_whole(service: Service) -> None:
    part = (line(9, text="Tiến độ " * 1_000) + "\n").encode()
    times = 64 * 1024 * 1024 // len(part)

    async def body() -> AsyncIterator[bytes]:
        for _ in range(times):
            yield part

    tracemalloc.start()
    try:
        address = await accepted(service, body())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (await read(service, address)).json()["total"] == times
    assert peak < 32 * 1024 * 1024, f"{peak:,} bytes of {times * len(part):,}"
