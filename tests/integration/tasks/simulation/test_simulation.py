"""A simulated country in the database: the service answers of it, and monitoring counts it."""

import time
from collections.abc import AsyncIterator
from io import StringIO
from itertools import groupby
from pathlib import Path

import pytest
import pytest_asyncio
from rich.console import Console
from sqlalchemy import func, select, text
from tests.integration.censuses import Story
from tests.integration.tasks.conftest import ORGANISATIONS, START, Service

from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.common.testing.service import running_service
from sixclear.launcher.simulation import Bar, fill
from sixclear.tasks.app import create_app
from sixclear.tasks.census.service import count
from sixclear.tasks.events import EVENTS
from sixclear.tasks.organisation.seed import register, seed_organisations
from sixclear.tasks.settings import Settings
from sixclear.tasks.simulation import service as making
from sixclear.tasks.simulation.service import HoldsMore, Size, simulate
from sixclear.tasks.task.models import Evidence, ProgressReport, Task
from sixclear.tasks.task.recording import event_data

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def service(clone_database: CloneDatabase) -> AsyncIterator[Service]:
    """The application with its organisations and nothing else."""
    settings = Settings(database_url=await clone_database("sixclear.tasks"))
    async with running_service(Service, EVENTS, settings, create_app, MovingClock(START)) as running:
        await register(running.database, running.log, ORGANISATIONS, START)
        yield running


async def simulated(service: Service, size: Size) -> list[int]:
    shown: list[int] = []
    await simulate(service.database, service.log, size, service.clock(), shown.append)
    return shown


async def test_monitoring_counts_what_was_simulated_as_tasks_does(
    service: Service, clone_database: CloneDatabase
) -> None:
    story = Story(service, count)
    assert (await simulated(service, Size(500)))[-1] == 500
    await story.count()
    stated = await story.last()
    assert sum(n for (group, _), n in stated.items() if group is None) == 475  # one in twenty is only proposed
    assert {group for group, _ in stated} == {None, "simulation"}
    assert {state for _, state in stated} == {"completed", "in_term", "overdue", "recurring"}
    assert await story.compared(clone_database) == 1


async def test_events_are_in_the_order_of_versions_and_end_where_the_rows_are(service: Service) -> None:
    await simulated(service, Size(100))
    events = [event for event in await service.events() if event.entity_type == "task"]
    assert len(events) == 300
    by_task = {key: list(found) for key, found in groupby(events, lambda event: event.entity_id)}
    async with service.database.session() as session:
        tasks = (await session.scalars(select(Task))).all()
        assert len(tasks) == len(by_task) == 100
        for task in tasks:
            own = by_task[task.task_id]
            assert [event.version for event in own] == list(range(1, task.version + 1))
            assert [event.previous_version for event in own] == [None, *range(1, task.version)]
            assert own[-1].data == event_data(task, own[-1].change, None).model_dump(mode="json")
            assert (task.published_version, task.demonstration) == (task.version, True)
        reports = await session.scalar(select(func.count()).select_from(ProgressReport))
        assert reports == sum(task.reports_count for task in tasks) == 75
        evidence = await session.scalar(select(func.count()).select_from(Evidence))
        assert evidence == sum(task.evidence_count for task in tasks) == 10
    programme = (await service.http.get("/api/tasks/v1/programmes/simulation")).json()
    assert programme["demonstration"] is True


async def test_what_was_simulated_is_worked_on_as_every_task(service: Service) -> None:
    await simulated(service, Size(20))
    listed = (await service.http.get("/api/tasks/v1/tasks?status=in_progress")).json()["items"]
    task = f"/tasks/{listed[0]['task_id']}"
    assert (await service.post("25999", f"{task}/progress", {"percent": 99, "text": "Gần xong."})).status_code == 201
    found = (await service.http.get("/api/tasks/v1/tasks", params={"q": listed[0]["title"]})).json()["items"]
    assert listed[0]["task_id"] in {one["task_id"] for one in found}


async def test_a_database_that_holds_more_is_added_to_only_when_that_is_said(service: Service) -> None:
    await simulated(service, Size(30))
    with pytest.raises(HoldsMore):
        await simulated(service, Size(30))
    await simulated(service, Size(30, add=True))
    await simulated(service, Size(30, seed=2, add=True))
    async with service.database.session() as session:
        codes = (await session.scalars(select(Task.code).order_by(Task.code))).all()
    assert codes == [f"MP1-{n:07d}" for n in range(60)] + [f"MP2-{n:07d}" for n in range(30)]


SCHEMA = text(
    """SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
       UNION ALL
       SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || ' ' || convalidated
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1"""
)


async def test_an_empty_database_is_filled_before_its_indexes_are_made_and_has_them_all(service: Service) -> None:
    async with service.database.session() as session:
        before = (await session.scalars(SCHEMA)).all()
    await simulated(service, Size(30))
    async with service.database.session() as session:
        assert (await session.scalars(SCHEMA)).all() == before
        invalid = text("SELECT count(*) FROM pg_index WHERE NOT indisvalid OR NOT indisready")
        assert await session.scalar(invalid) == 0
        frozen = text("SELECT relallvisible = relpages AND relpages > 0 FROM pg_class WHERE relname = 'task'")
        assert await session.scalar(frozen)


async def test_a_run_that_is_stopped_leaves_an_empty_database_as_it_was(service: Service) -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    async with service.database.session() as session:
        before = (await session.scalars(SCHEMA)).all()
    with pytest.raises(KeyboardInterrupt):
        await simulate(service.database, service.log, Size(30), service.clock(), stop)
    async with service.database.session() as session:
        assert (await session.scalars(SCHEMA)).all() == before
        assert await session.scalar(select(func.count()).select_from(Task)) == 0
    await simulated(service, Size(30, add=True))


CONTENT = text(
    """SELECT md5(string_agg(t::text, ',' ORDER BY task_id)) FROM task AS t
       UNION ALL SELECT md5(string_agg(r::text, ',' ORDER BY task_id, task_version)) FROM progress_report AS r
       UNION ALL SELECT md5(string_agg(e.data::text, ',' ORDER BY event_id)) FROM event AS e"""
)


async def test_several_processes_write_the_rows_of_one(
    clone_database: CloneDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = []
    for chunk in (5_000, 20):
        monkeypatch.setattr(making, "_CHUNK", chunk)
        database = Database(await clone_database("sixclear.tasks"), application_name="test")
        log = EventLog(EVENTS, database)
        await register(database, log, ORGANISATIONS, START)
        shown: list[int] = []
        await simulate(database, log, Size(90), START, shown.append)
        assert len(shown) == -(-90 // chunk)
        async with database.session() as session:
            content.append((await session.scalars(CONTENT)).all())
        await database.close()
    assert content[0] == content[1]


async def test_some_tasks_have_coordinating_bodies(service: Service) -> None:
    await simulated(service, Size(2_000))
    many = func.cardinality(Task.coordinating_organisation_ids)
    async with service.database.session() as session:
        counts: dict[int, int] = dict((await session.execute(select(many, func.count()).group_by(many))).all())
    assert 0.5 < counts[0] / 2_000 < 0.8
    assert max(counts) > 1


async def test_production_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="production"):
        await fill(CommonSettings(env="production", home=tmp_path), Size(10), lambda _: None)


async def test_the_command_says_what_it_wrote(
    clone_database: CloneDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await clone_database("sixclear.tasks")
    monkeypatch.setenv("SIXCLEAR_TASKS_DATABASE_URL", url)
    settings, said = CommonSettings(home=tmp_path), StringIO()
    with Bar(40, Console(file=said)) as bar:
        first, second = await fill(settings, Size(40), bar.show)
    assert first.startswith("40 tasks with 30 reports and 120 events in ")
    assert "MB on disk" in second
    assert said.getvalue() == "40 of 40 tasks written\n"
    with pytest.raises(CannotStart, match="holds more"):
        await fill(settings, Size(40), bar.show)


@pytest.mark.long
async def test_a_million_tasks_are_written_in_minutes(clone_database: CloneDatabase) -> None:
    """Prints what it took. `test_monitoring_counts_what_was_simulated_as_tasks_does` is the small one."""
    database = Database(
        await clone_database("sixclear.tasks"),
        application_name="test",
        statement_timeout_seconds=900,
        transaction_timeout_seconds=900,
    )
    log = EventLog(EVENTS, database)
    await seed_organisations(database, log, START)
    began = time.monotonic()
    done = await simulate(database, log, Size(1_000_000), START, lambda _: None)
    seconds = time.monotonic() - began
    print(
        f"{seconds:.0f} s, {(done.tasks + done.reports + done.events) / seconds:.0f} rows/s, {done.bytes_after} bytes"
    )
    assert done.events == 3_000_000
    async with database.session() as session:
        led = select(func.count()).select_from(Task).group_by(Task.lead_organisation_id)
        counts = (await session.scalars(led)).all()
        holes = text(
            """SELECT count(*) FROM (SELECT entity_id FROM event WHERE entity_type = 'task' GROUP BY entity_id
               HAVING max(version) <> count(*) OR max(version) <> count(DISTINCT version)) AS broken"""
        )
        assert await session.scalar(holes) == 0
    assert (len(counts), min(counts), max(counts)) == (3321, 301, 302)
    await database.close()
