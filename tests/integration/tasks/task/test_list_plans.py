"""Lists of tasks read an index, whatever they are narrowed to: the plans of the statements that the service sends."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, get_args

import pytest
import pytest_asyncio
from sqlalchemy import ClauseElement, Executable, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from tests.integration.tasks.conftest import START

from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.tasks.events import EVENTS
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.organisation.seed import organisation_id, seed_organisations
from sixclear.tasks.simulation.service import Size, simulate
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.repository import TaskFilter, list_statement
from sixclear.tasks.task.schemas import Bucket

pytestmark = pytest.mark.asyncio

LARGE = ("task", "event", "progress_report")
# `returned` has no index: a report changes the status, and no other column tells. No step leads to `paused`.
STATUSES = ("draft", "proposed", "assigned", "in_progress", "submitted", "completed", "cancelled")


class Explain(Executable, ClauseElement):
    """The plan of a statement with its parameters."""

    inherit_cache = False

    def __init__(self, statement: Any) -> None:
        self.statement = statement


@compiles(Explain)
def _explain(element: Explain, compiler: Any, **options: Any) -> str:
    return f"EXPLAIN {compiler.process(element.statement, **options)}"


async def plan(session: AsyncSession, narrow: TaskFilter, after: Any = None) -> str:
    statement = list_statement(narrow, now=START, after=after, limit=51)
    return "\n".join((await session.execute(Explain(statement))).scalars())


async def scanned(session: AsyncSession) -> dict[str, str]:
    """The plans that read a large table from end to end, by what the list is narrowed to."""
    commune = select(Organisation).where(Organisation.level == "commune").order_by(Organisation.code).limit(1)
    found = (await session.scalars(commune)).one()
    task = (await session.scalars(select(Task).order_by(Task.code).limit(1))).one()
    own, owner = found.organisation_id, organisation_id("G06")
    narrowed: list[dict[str, Any]] = [
        {},
        {"programme_id": task.programme_id},
        {"organisation_id": own},
        {"organisation_id": found.parent_id},
        {"organisation_id": own, "restricted_for": own},
        {"organisation_id": own, "status": "completed"},
        {"assigning_organisation_id": owner, "restricted_for": owner},
        {"assigning_organisation_id": own, "restricted_for": own},
        {"coordinating_organisation_id": own, "restricted_for": own},
        *({"status": status} for status in STATUSES),
        *({"bucket": bucket} for bucket in get_args(Bucket)),
        *({"assigned_by": level} for level in ("central", "province", "commune")),
        {"query": "so hoa"},
        {"query": task.code},
        {"query": "không có việc nào như thế"},
        {"source": task.source},
        {"source": "unknown"},
        {"external_id": task.external_id},
        {"source": task.source, "external_id": task.external_id},
        {"updated_since": START + timedelta(days=1)},
    ]
    last = (task.current_deadline, task.task_id)
    plans = {str(one): await plan(session, TaskFilter(**one)) for one in narrowed}
    plans |= {f"{one} after": await plan(session, TaskFilter(**one), last) for one in narrowed}
    assert len(plans) > 50
    return {one: lines for one, lines in plans.items() if any(f"Seq Scan on {table}" in lines for table in LARGE)}


async def country(clone_database: CloneDatabase, tasks: int) -> Database:
    """A database with as many simulated tasks, and the statistics of its tables."""
    url = await clone_database("sixclear.tasks")
    database = Database(
        url, application_name="test", pool_size=1, statement_timeout_seconds=900, transaction_timeout_seconds=900
    )
    log = EventLog(EVENTS, database)
    await seed_organisations(database, log, START)
    await simulate(database, log, Size(tasks), START, lambda _: None)
    return database


@pytest_asyncio.fixture
async def small_country(clone_database: CloneDatabase) -> AsyncIterator[Database]:
    database = await country(clone_database, 5_000)
    yield database
    await database.close()


async def test_every_filter_of_a_list_reads_an_index(small_country: Database) -> None:
    async with small_country.session() as session:
        assert await scanned(session) == {}


@pytest.mark.long
async def test_every_filter_of_a_list_of_a_million_reads_an_index(clone_database: CloneDatabase) -> None:
    """`test_every_filter_of_a_list_reads_an_index` is the small one."""
    database = await country(clone_database, 1_000_000)
    async with database.session() as session:
        assert await scanned(session) == {}
    await database.close()
