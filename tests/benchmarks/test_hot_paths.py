"""Hot paths beside the naive way, in one run: what a status, a fold and a bulk report cost."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text
from tests.benchmarks.conftest import measured
from tests.integration.monitoring.conftest import NOON
from tests.integration.tasks.conftest import Service, an_assigned_task

from sixclear.common.clock import civil_date, civil_day_end
from sixclear.common.db import Database
from sixclear.common.events.log import NewEvent
from sixclear.common.events.reader import StoredEvent
from sixclear.monitoring.ledger.repository import list_changes
from sixclear.monitoring.status.service import SHOWN
from sixclear.monitoring.view.cells import cells_now
from sixclear.monitoring.view.past import cells_at
from sixclear.monitoring.view.selection import Selection
from sixclear.monitoring.view.sources import view_sequence
from sixclear.tasks.reporting import repository as rows
from sixclear.tasks.reporting.rules import SaidReport
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.repository import lock_records

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]
Say = Callable[[str], None]

_ROWS_READ = text(
    "SELECT coalesce(sum(idx_tup_fetch + seq_tup_read), 0) FROM pg_stat_xact_user_tables"
    " WHERE relname IN ('counter', 'day_delta', 'day_rollup', 'task_state', 'task_history')"
)


def stories(events: Any, tasks: int, first: int) -> list[Any]:
    """Tasks of twenty bodies, assigned and reported on in the same minutes: only the number of tasks grows."""
    told = []
    for number in range(first, first + tasks):
        events.now = NOON
        lead, due = f"L{number % 20:02d}", events.now + timedelta(days=number % 40 - 20)
        told.append(events.task(f"T{number}", lead=lead, deadline=due))
        told.append(events.task(f"T{number}", "progress_reported", status="in_progress", lead=lead, deadline=due))
    return told


async def rows_of_a_status(database: Database, ask: Callable[[Any], Any]) -> int:
    """Rows of counters, states and histories that PostgreSQL read for one answer."""
    async with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("VACUUM ANALYZE counter, day_delta, day_rollup, task_state, task_history"))
    async with database.transaction() as session:
        before = int((await session.execute(_ROWS_READ)).scalar_one())
        await ask(session)
        return int((await session.execute(_ROWS_READ)).scalar_one()) - before


@pytest.mark.asyncio
async def test_a_status_reads_no_more_rows_when_there_are_ten_times_the_tasks(
    view: Any, events: Any, database: Database, say: Say
) -> None:
    async def live(session: Any) -> None:
        await cells_now(session, SHOWN, Selection(), civil_date(events.now))

    async def past(session: Any) -> None:
        await cells_at(session, SHOWN, Selection(), civil_day_end(civil_date(events.now)))

    async def naive(session: Any) -> None:
        await session.execute(text("SELECT bucket, count(*) FROM task_state WHERE epoch = 1 GROUP BY bucket"))

    await view.fold([events.organisation(f"L{number:02d}") for number in range(20)])
    rows = {}
    for tasks, first in ((300, 0), (2700, 300)):
        await view.fold(stories(events, tasks, first))
        rows[first + tasks] = [await rows_of_a_status(database, way) for way in (live, past, naive)]
    say(f"rows read for a status (now, at the end of a day, the naive way): {rows}")
    assert rows[3000][0] <= 1.05 * rows[300][0]
    assert rows[3000][1] <= 1.05 * rows[300][1]
    assert rows[3000][2] > 5 * rows[300][2], "the naive way grows with the tasks; else this test proves nothing"


@pytest.mark.asyncio
async def test_a_frame_reads_no_more_rows_when_there_is_ten_times_the_history(
    view: Any, events: Any, database: Database, say: Say
) -> None:
    async def since_the_last_frame(session: Any) -> None:
        await list_changes(session, after=await view_sequence(session) - 1, limit=20)

    rows = {}
    for tasks, first in ((300, 0), (2700, 300)):
        await view.fold(stories(events, tasks, first))
        await view.fold(stories(events, 1, first + tasks + 10_000))
        rows[first + tasks] = await rows_of_a_status(database, since_the_last_frame)
    say(f"rows read for the changes of a frame: {rows}")
    assert rows[3000] <= 1.5 * rows[300]


@pytest.mark.asyncio
async def test_folding_a_batch_costs_a_handful_of_statements(
    view: Any, events: Any, database: Database, say: Say
) -> None:
    await view.fold([events.organisation(f"L{number:02d}") for number in range(20)])
    batch, singles = stories(events, 500, 0), stories(events, 25, 500)
    with measured(database.engine) as together:
        await view.fold(batch)
    with measured(database.engine) as apart:
        for one in singles:
            await view.fold([one])
    per_event = together.statements / len(batch), apart.statements / len(singles)
    rate = len(batch) / together.seconds, len(singles) / apart.seconds
    say(f"fold: {per_event[0]:.3f} statements an event in a batch of {len(batch)}, {per_event[1]:.1f} one by one")
    limit = len(batch) / await _bare_history(database, batch)
    say(
        f"fold: {rate[0]:.0f} events/s in a batch, {rate[1]:.0f} one by one ({rate[0] / rate[1]:.1f} times), "
        f"{limit:.0f} rows/s by one bare insert"
    )
    assert together.statements <= 25
    assert per_event[1] > 20 * per_event[0]


async def _bare_history(database: Database, batch: Sequence[Any]) -> float:
    """Seconds for the least that a projection with a history must do: keep what came, in one statement."""
    async with database.transaction() as session:
        await session.execute(_BARE_HISTORY)
    began = time.perf_counter()
    async with database.transaction() as session:
        columns = {
            "ids": [one.entity_id for one in batch],
            "versions": [one.version for one in batch],
            "at": [one.occurred_at for one in batch],
            "data": [orjson.dumps(one.data, default=str).decode() for one in batch],
        }
        await session.execute(_KEEP, columns)
    return time.perf_counter() - began


_BARE_HISTORY = text(
    "CREATE TABLE bare_history (id uuid, version integer, at timestamptz, data jsonb, PRIMARY KEY (id, version))"
)
_KEEP = text(
    """INSERT INTO bare_history
       SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS integer[]), CAST(:at AS timestamptz[]),
                            CAST(:data AS jsonb[]))"""
)


@pytest.mark.asyncio
async def test_a_bulk_report_costs_a_handful_of_statements(service: Service, say: Say) -> None:
    count = 100
    tasks = [await an_assigned_task(service, external_id=f"NV-{number}") for number in range(count)]
    report = {"percent": 10, "text": "Tuần này"}
    lines = [report | {"task_id": str(task_id), "text": "Tuần sau"} for task_id in tasks]
    with measured(service.database.engine) as apart:
        for task_id in tasks[:20]:
            assert (await service.post("G06", f"/tasks/{task_id}/progress", report)).status_code == 201
    headers = service.headers("G06") | {"Content-Type": "application/x-ndjson"}
    body = b"\n".join(orjson.dumps(line) for line in lines)
    began = time.perf_counter()
    with measured(service.database.engine) as together:
        response = await service.http.post("/api/tasks/v1/progress/bulk", content=body, headers=headers)
    assert response.json()["reported"] == count
    rate = count / (time.perf_counter() - began), 20 / apart.seconds
    limit = count / await _bare_report(service, tasks)
    say(f"report: {together.statements} statements for {count} in bulk, {apart.statements / 20:.0f} for one alone")
    say(
        f"report: {rate[0]:.0f}/s in bulk, {rate[1]:.0f}/s one by one ({rate[0] / rate[1]:.1f} times), "
        f"{limit:.0f}/s by the bare statements"
    )
    assert together.statements <= 15


async def _bare_report(service: Service, task_ids: Sequence[UUID]) -> float:
    """Seconds for the least that PostgreSQL must do: rows locked and written, reports and events appended."""
    example = next(event for event in await service.log.reader().read(0, 10_000) if event.version == 3)
    began = time.perf_counter()
    async with service.database.transaction() as session:
        tasks = await lock_records(session, task_ids)
        moved = [replace(task, version=task.version + 1) for task in tasks.values()]
        reports = [_bare(task, example.occurred_at) for task in moved]
        events = [_again(example, task.task_id, task.version) for task in moved]
        changes = rows.reported(moved, reports)
        await service.log.publish_many(session, events, recorded_at=example.recorded_at, rows=changes)
    return time.perf_counter() - began


def _bare(task: TaskRecord, at: datetime) -> SaidReport:
    return SaidReport(task.task_id, task.version, None, 10, None, "Tuần này", None, None, None, at, at)


def _again(event: StoredEvent, entity_id: UUID, version: int) -> NewEvent:
    return NewEvent(
        entity_type=event.entity_type,
        entity_id=entity_id,
        version=version,
        previous_version=version - 1,
        change=event.change,
        data=event.data,
        occurred_at=event.occurred_at,
    )
