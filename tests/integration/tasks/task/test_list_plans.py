"""Lists of tasks read an index, whatever they are narrowed to and in every order: the plans of what is sent."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, get_args
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import event, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from tests.integration.tasks.conftest import START

from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.tasks.events import EVENTS
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.organisation.repository import list_subtree
from sixclear.tasks.organisation.seed import organisation_id, seed_organisations
from sixclear.tasks.simulation.service import Size, simulate
from sixclear.tasks.task import listing
from sixclear.tasks.task.filters import TaskFilter
from sixclear.tasks.task.listing import Order, Place
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.schemas import Bucket, TaskStatus

pytestmark = pytest.mark.asyncio

LARGE = ("task", "event", "progress_report")
STATUSES = get_args(get_args(TaskStatus)[0])
# What one page and its count may read of a million tasks: bodies times a page, windows of reports and events with the
# tasks behind them, and what a proposal or a search looks through.
MOST_READ = 60_000
# A second page has a cursor, which each way of reading takes.
_PAGED = ("days_late", "last_report", "body", "updated")


@dataclass(frozen=True, slots=True)
class Read:
    """What a statement read of the large tables, and those that it read from end to end."""

    rows: int
    scanned: frozenset[str]


@contextmanager
def sent(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements on large tables that are sent inside the block, with their parameters."""
    found: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if any(f"{word} {table}" in statement for word in ("FROM", "JOIN") for table in LARGE):
            found.append((statement, parameters))

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def read_of(session: AsyncSession, statement: str, parameters: Any) -> Read:
    connection = await session.connection()
    explained = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", parameters)
    plan = explained.scalar_one()
    rows, scanned = 0, set()
    nodes = [(json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        relation = node.get("Relation Name", "")
        if relation in LARGE or relation.startswith("event_"):
            looked = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            looked += node.get("Rows Removed by Index Recheck", 0)
            rows += int(looked * node["Actual Loops"])
            if node["Node Type"] == "Seq Scan" and looked:
                scanned.add(relation)
    return Read(rows, frozenset(scanned))


async def filters(session: AsyncSession) -> Mapping[str, TaskFilter]:
    commune = select(Organisation).where(Organisation.level == "commune").order_by(Organisation.code).limit(1)
    found = (await session.scalars(commune)).one()
    assert found.parent_id is not None
    task = (await session.scalars(select(Task).order_by(Task.code).limit(1))).one()
    own, owner = found.organisation_id, organisation_id("G06")
    below, province = tuple(await list_subtree(session, found.parent_id)), found.parent_id
    country = tuple(await session.scalars(select(Organisation.organisation_id)))
    central = Task.coordinating_organisation_ids[2]
    beside = await session.scalar(select(central).where(central.is_not(None)).limit(1)) or owner
    narrowed: list[dict[str, Any]] = [
        {},
        {"programme_id": task.programme_id},
        {"lead_organisation_ids": (own,)},
        {"lead_organisation_ids": below},
        {"lead_organisation_ids": country},
        {"lead_organisation_ids": below, "bucket": "overdue"},
        {"lead_organisation_ids": (own,), "restricted_for": own},
        {"lead_organisation_ids": (own,), "status": "completed"},
        {"assigning_organisation_id": owner, "restricted_for": owner},
        {"assigning_organisation_id": own, "restricted_for": own},
        *({"coordinating_organisation_id": one, "restricted_for": one} for one in (own, province, beside)),
        *({"status": status} for status in STATUSES),
        *({"bucket": bucket} for bucket in get_args(Bucket)),
        *({"assigned_by": level} for level in ("central", "province", "commune")),
        {"slip_days": 5},
        {"slip_days": 5, "assigning_organisation_id": owner, "restricted_for": owner},
        {"upper_task_id": task.task_id},
        {"directive_id": uuid4()},
        {"work_group": "nhom-2"},
        {"assignment": "waiting"},
        {"assignment": "objected"},
        {"query": "so hoa"},
        {"query": task.code},
        {"query": "không có việc nào như thế"},
        {"source": task.source},
        {"source": "unknown"},
        {"external_id": task.external_id},
        {"source": task.source, "external_id": task.external_id},
    ]
    return {_named(one): TaskFilter(**one) for one in narrowed}


def _named(narrowed: Mapping[str, Any]) -> str:
    values = (len(value) if isinstance(value, tuple) else value for value in narrowed.values())
    return " ".join(f"{name}={value}" for name, value in zip(narrowed, values, strict=True)) or "all"


async def pages_of(
    database: Database, session: AsyncSession, narrow: TaskFilter, order: Order
) -> Sequence[tuple[str, Read]]:
    """What the first page and the second one read, statement by statement."""
    found: list[tuple[str, Read]] = []
    after: Place | None = None
    for number in ("first", "second") if order.sort in _PAGED else ("first",):
        with sent(database) as statements:
            page, stopped = await listing.list_tasks(session, narrow, order, now=START, after=after, limit=51)
        found += [(number, await read_of(session, *statement)) for statement in statements]
        after = page[49][1] if len(page) > 50 else stopped
        if after is None:
            break
    return found


async def broken(database: Database, session: AsyncSession, most: int) -> list[str]:
    """The lists that read a large table from end to end, or more than `most` rows for a page."""
    found = []
    checked = 0
    for name, narrow in (await filters(session)).items():
        with sent(database) as statements:
            counted = await listing.count_tasks(session, narrow, START)
        rows = (await read_of(session, *statements[0])).rows
        if rows > most:
            found.append(f"{name}: its count reads {rows}")
        for sort in get_args(listing.Sort) if counted else ():
            order = Order(sort, START, few=counted <= listing.most_counted(narrow))
            for page, read in await pages_of(database, session, narrow, order):
                checked += 1
                if read.scanned or read.rows > most:
                    found.append(f"{name} by {sort}, {page} page: {read}")
    assert checked > 150
    return found


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
    database = await country(clone_database, 2_000)
    yield database
    await database.close()


async def test_every_list_can_be_read_by_an_index(small_country: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a table this small the planner would rather read all of it: it is told not to where there is a choice."""
    monkeypatch.setattr(listing, "MOST_COUNTED", 150)
    async with small_country.session() as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        assert await broken(small_country, session, MOST_READ) == []


@pytest.mark.long
async def test_every_list_of_a_million_reads_an_index_and_a_bounded_number_of_rows(
    clone_database: CloneDatabase,
) -> None:
    """`test_every_list_can_be_read_by_an_index` is the small one."""
    database = await country(clone_database, 1_000_000)
    async with database.session() as session:
        assert await broken(database, session, MOST_READ) == []
    await database.close()
