"""A year's register comes in by file, with its life: what monitoring counts is what the report of that year says.

The report on 2017 tells of 21,914 tasks: 16,274 were due, of which 14,068 were done on time, 1,983 late and 223 not;
5,640 were in term. It prints 98.62 % and 1.38 %; by its own counts it is 98.63 % and 1.37 %.
"""

import csv
import io
import random
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from tests.integration.monitoring.conftest import Site, leading, make_runtime
from tests.integration.tasks.conftest import EVERYTHING, started
from tests.integration.tasks.imports.test_imports import TASK, heading
from tests.integration.tasks_and_monitoring import Both

from sixclear.common.bulk.tables import CSV
from sixclear.common.bus.envelope import from_stored
from sixclear.common.db import Database
from sixclear.common.ids import stable_id
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.identity import http_client
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.monitoring.settings import Settings
from sixclear.monitoring.target import MonitoringTarget
from sixclear.tasks.organisation.seed import organisation_id

pytestmark = pytest.mark.asyncio
END_OF_YEAR = datetime(2017, 12, 31, 16, 0, tzinfo=UTC)
ON_TIME, LATE, OVERDUE, IN_TERM = 14_068, 1_983, 223, 5_640
_EVENTS_AT_ONCE, _TRIES = 5_000, 100
Rows = list[dict[str, str]]


@pytest_asyncio.fixture
async def both(clone_database: CloneDatabase) -> AsyncIterator[Both]:
    database = Database(await clone_database("sixclear.monitoring"), application_name="test", pool_size=3)
    async with started(clone_database, END_OF_YEAR) as service:
        view = await leading(database)
        runtime, issuer = make_runtime(clock := MovingClock(END_OF_YEAR))
        target = MonitoringTarget(runtime, Settings(database_url=database.url))
        async with http_client(target.app, base_url="http://localhost:8000") as client:
            yield Both(service, view, Site(target, issuer, client, clock))
    await database.close()


def register(counts: Sequence[int], seed: int) -> tuple[Rows, Rows, Rows]:
    """Rows of tasks, of results that their leads handed in, and of confirmations, in a mixed order."""
    rng = random.Random(seed)
    kinds = [
        name
        for name, count in zip(("on_time", "late", "overdue", "in_term"), counts, strict=True)
        for _ in range(count)
    ]
    rng.shuffle(kinds)
    tasks, handed_in, confirmed = Rows(), Rows(), Rows()
    for number, kind in enumerate(kinds):
        given = datetime(2017, 1, 3, 2, tzinfo=UTC) + timedelta(days=rng.randrange(270))
        deadline = given + timedelta(days=rng.randint(20, 60))
        if kind == "in_term":
            deadline = END_OF_YEAR + timedelta(days=rng.randint(2, 300))
        named = {"source": "van-phong", "external_id": f"2017/{number}"}
        told = {"deadline": f"{deadline:%d/%m/%Y}", "occurred_at": f"{given:%d/%m/%Y} 09:00"}
        tasks.append(TASK | {"lead_organisation": "G06"} | named | told)
        if kind in ("on_time", "late"):
            done = deadline + timedelta(days=rng.randint(1, 9) * (1 if kind == "late" else -1))
            evidence = {"title": "Báo cáo kết quả", "url": f"https://example.invalid/{number}"}
            handed_in.append(named | evidence | {"step": "Trình kết quả", "occurred_at": f"{done:%d/%m/%Y} 10:00"})
            confirmed.append(named | {"step": "Xác nhận", "occurred_at": f"{done + timedelta(days=1):%d/%m/%Y} 10:00"})
    return tasks, handed_in, confirmed


def identified(rows: Rows) -> Rows:
    """Rows that name their task by its identifier."""
    found = Rows()
    for row in rows:
        task_id = stable_id("task", str(organisation_id("P57")), row["source"], row["external_id"])
        told = {name: said for name, said in row.items() if name not in ("source", "external_id")}
        found.append({"task_id": str(task_id)} | told)
    return found


async def brought_in(both: Both, kind: str, code: str, rows: Rows, *, again: bool) -> None:
    """All rows of a file are taken; taken again they change nothing."""
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(text)
    writer.writerow([heading(kind, name) for name in names])
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    service = both.service
    headers = service.headers(code, *EVERYTHING, "facts:past") | {"content-type": CSV}
    for outcome in ("created" if kind == "tasks" else "updated", *(["unchanged"] if again else [])):
        answer = await service.http.post(f"{service.prefix}/imports/{kind}", content=text.getvalue(), headers=headers)
        if answer.status_code == 202:
            found = (await _job(both, code, answer.headers["location"]))["outcomes"]
        else:
            assert answer.status_code == 200, answer.text
            found = answer.json()
            assert not found["rejected"], [one for one in found["items"] if one["problem"]][:3]
        assert found[outcome] == len(rows), (kind, found)


async def _job(both: Both, code: str, address: str) -> dict[str, Any]:
    for _ in range(_TRIES):
        while await both.service.app.state.service_state.jobs.work_once():
            pass
        headers = both.service.headers(code, *EVERYTHING, "facts:past")  # a token ends sooner than a slow job
        job: dict[str, Any] = (await both.service.http.get(address, headers=headers)).json()
        if job["finished_at"] is not None:
            return job
        both.service.clock.pass_by(seconds=30)
    raise AssertionError("the job did not end")


async def counted(both: Both) -> dict[str, Any]:
    """What monitoring says of the country once it has read what tasks told."""
    while events := list(await both.service.log.reader().read(both.read, _EVENTS_AT_ONCE)):
        await both.view.fold((from_stored(one, "tasks", 1) for one in events if one.published), size=500)
        both.read = events[-1].event_id
    both.view.now = both.site.clock.now = both.service.clock.now
    await both.view.pass_time(both.service.clock.now)
    answer = await both.site.get("/status", programme="plan")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def follow_the_year(both: Both, counts: Sequence[int], *, again: bool = False) -> dict[str, Any]:
    """Bring in a year of so many tasks, done on time, late, overdue and in term; what is counted of it.

    With `again` every file is sent twice. Without it results name their tasks by identifier, as a system does that
    read them: to find 32,000 keys takes as long as a minute.
    """
    tasks, handed_in, confirmed = register(counts, 2017)
    if not again:
        handed_in, confirmed = identified(handed_in), identified(confirmed)
    await brought_in(both, "tasks", "P57", tasks, again=again)
    await brought_in(both, "results", "G06", handed_in, again=again)
    await brought_in(both, "results", "P57", confirmed, again=again)
    told = await counted(both)
    figures = told["tasks"]
    names = ("completed_on_time", "completed_late", "overdue", "in_term")
    assert [figures[name] for name in names] == list(counts)
    assert figures["total"] == sum(counts)
    return told


async def test_a_year_in_small_is_counted_as_it_came_in(both: Both) -> None:
    """One task of a hundred."""
    told = await follow_the_year(both, [141, 20, 2, 56], again=True)
    rates = told["rates_percent"]
    assert (rates["done_of_due"], rates["overdue_of_due"]) == (98.77, 1.23)


@pytest.mark.long
async def test_the_year_2017_is_counted_from_its_21_914_tasks(both: Both) -> None:
    told = await follow_the_year(both, [ON_TIME, LATE, OVERDUE, IN_TERM])
    rates = told["rates_percent"]
    assert (rates["done_of_due"], rates["overdue_of_due"]) == (98.63, 1.37)
