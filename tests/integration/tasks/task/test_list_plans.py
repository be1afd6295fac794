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
from sixclear.tasks.decision.repository import Decider, DecisionFilter, list_decisions
from sixclear.tasks.events import EVENTS
from sixclear.tasks.evidence import repository as evidence
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.organisation.repository import list_subtree
from sixclear.tasks.organisation.seed import organisation_id, seed_organisations
from sixclear.tasks.period import repository as periods
from sixclear.tasks.programme.service import ids_owned_by
from sixclear.tasks.simulation.service import Size, simulate
from sixclear.tasks.task import listing
from sixclear.tasks.task.filters import TaskFilter
from sixclear.tasks.task.listing import Order, Place
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.schemas import Bucket, TaskStatus

pytestmark = pytest.mark.asyncio

LARGE = ("task", "event", "progress_report", "decision", "period", "evidence_review")
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


_CARRIED = """task_id, programme, assigned_by, organisation_id, classification, demonstration, version,
              published_version, occurred_at, recorded_at"""
_OF_TASK = """t.task_id, p.slug, t.assigned_by, t.lead_organisation_id, t.classification, false, 1, 1, t.recorded_at,
              t.recorded_at
              FROM task t JOIN programme p USING (programme_id) WHERE t.status IN ('assigned', 'in_progress')"""


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
        {"confirming_organisation_id": own, "restricted_for": own},
        {"confirming_organisation_id": owner, "owned_programme_ids": (task.programme_id,), "restricted_for": owner},
        {
            "confirming_organisation_id": owner,
            "owned_programme_ids": (task.programme_id,),
            "restricted_for": owner,
            "status": "submitted",
        },
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


# What hangs on the simulated tasks: of each open one a request and evidence that waits, of each recurring one a period.
_HANGING = (
    "UPDATE programme SET periods_confirmed = true",
    """INSERT INTO evidence (task_id, task_version, title, url, occurred_at, recorded_at)
       SELECT task_id, 9999, 'a', 'https://example.invalid', recorded_at, recorded_at FROM task""",
    f"""INSERT INTO evidence_review (evidence_id, state, hidden, {_CARRIED})
        SELECT (SELECT evidence_id FROM evidence e WHERE e.task_id = t.task_id AND task_version = 9999), 'waiting',
               false, {_OF_TASK}""",
    f"""INSERT INTO period (period_id, key, series, rule, day, opens_at, due_at, roll, edition, locks_at, status,
                            reported_at, reported_in_public, {_CARRIED})
        SELECT gen_random_uuid(), '2025-W49', 1, 'FREQ=WEEKLY', '2025-12-05', t.recorded_at, t.recorded_at, 'next',
               '2025.1', t.recorded_at, 'reported', t.recorded_at, true, {_OF_TASK} AND t.kind = 'recurring'""",
    f"""INSERT INTO decision (decision_id, kind, state, reason, former, proposed, asked_by_organisation_id, asked_at,
                              asked_late, decide_by, {_CARRIED})
        SELECT gen_random_uuid(), 'pause', 'asked', 'a', '{{}}', '{{}}', t.lead_organisation_id, t.recorded_at, false,
               t.recorded_at, {_OF_TASK}""",
)


async def test_what_waits_for_a_body_is_read_by_an_index(small_country: Database) -> None:
    async with small_country.transaction() as session:
        await session.execute(
            text("ALTER TABLE evidence_review DROP CONSTRAINT fk_evidence_review_evidence_id_evidence")
        )
        for statement in _HANGING:
            assert (await session.execute(text(statement))).rowcount > 0  # type: ignore[attr-defined]
    async with small_country.session() as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        owner = organisation_id("G06")
        owned = tuple(await ids_owned_by(session, owner))
        commune = select(Organisation.organisation_id).where(Organisation.level == "commune").limit(1)
        own = (await session.scalars(commune)).one()
        for body, programmes in ((owner, owned), (own, ())):
            after = START.replace(year=2020), own
            waits = DecisionFilter(None, None, None, None, None, None, decider=Decider(body, programmes, (body,)))
            for name, asked in {
                "decisions": list_decisions(session, waits, after=after, limit=51),
                "periods": periods.list_to_confirm(session, periods.Confirming(body, programmes), after, 51),
                "evidence": evidence.list_to_check(session, body, programmes, after, 51),
            }.items():
                with sent(small_country) as statements:
                    assert len(await asked) == (51 if body == owner else 0), name
                for one in statements:
                    read = await read_of(session, *one)
                    assert not read.scanned, f"{name}: {read}"


@pytest.mark.long
async def test_every_list_of_a_million_reads_an_index_and_a_bounded_number_of_rows(
    clone_database: CloneDatabase,
) -> None:
    """`test_every_list_can_be_read_by_an_index` is the small one."""
    database = await country(clone_database, 1_000_000)
    async with database.session() as session:
        assert await broken(database, session, MOST_READ) == []
    await database.close()
