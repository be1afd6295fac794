"""Bodies that come to stand elsewhere: the figures go with them, at a cost that does not grow with what was counted."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from tests.integration.monitoring.conftest import NOON, organisation_id
from tests.integration.monitoring.view.test_any_order import empty

from sixclear.common.db import Database
from sixclear.common.ids import stable_id
from sixclear.monitoring.kinds.kind import Cell
from sixclear.monitoring.kinds.task import TASK
from sixclear.monitoring.view import counters, latest
from sixclear.monitoring.view.differences import repair_states
from sixclear.monitoring.view.fold import fold
from sixclear.monitoring.view.reconcile import differences
from sixclear.monitoring.view.selection import Selection

pytestmark = pytest.mark.asyncio

DAYS, TASKS = 40, 25
PLAN = stable_id("directive", "plan")
LONG = {"statement_timeout_seconds": 60.0, "transaction_timeout_seconds": 60.0}
_TABLES = ("task_history", "task_state", "counter", "last_report", "day_delta", "day_rollup")
_ROWS = text(
    "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) FROM pg_stat_xact_user_tables"
    " WHERE relname = ANY(CAST(:tables AS text[]))"
)
# The tasks of a body, each with so many reports, on each of the days.
_REPORTS = """
    INSERT INTO task_history (task_id, epoch, version, previous_version, change, occurred_at, recorded_at, valid_from,
        valid_to, view_sequence, organisation_id, programme, assigned_by, title, status, kind, directive_id, work_group,
        demonstration)
    SELECT md5('task' || n)::uuid, 1, v, nullif(v - 1, 0), CASE v WHEN 1 THEN 'assigned' ELSE 'progress_reported' END,
        at, at, at, CASE WHEN v <= CAST(:reports AS integer) THEN at + step END, 1, :body, 'nq57-central', 'central',
        'Nhiệm vụ ' || n, 'in_progress', 'one_off', :plan, 'data', false
    FROM generate_series(1, CAST(:tasks AS integer)) AS n
    CROSS JOIN generate_series(1, CAST(:reports AS integer) + 1) AS v
    CROSS JOIN LATERAL (SELECT CAST(:days AS integer) * interval '1 day' / CAST(:reports AS integer) AS step) AS x
    CROSS JOIN LATERAL (SELECT CAST(:begin AS timestamptz) + n * interval '1 second' + (v - 1) * step AS at) AS y
"""


@pytest_asyncio.fixture
async def long(view: Any) -> AsyncIterator[Database]:
    """The same database, for what may take long."""
    made = Database(view.database.url, application_name="fill", pool_size=1, **LONG)
    yield made
    await made.close()


async def fill(view: Any, long: Database, reports: int) -> None:
    """Straight into the history; states and counters are made from it, as a repair does."""
    values = {"tasks": TASKS, "reports": reports, "days": DAYS, "begin": NOON, "body": organisation_id("57")}
    values["plan"] = PLAN
    async with long.transaction() as session:
        await session.execute(text("TRUNCATE task_history, task_state, day_delta, day_rollup"))
        await session.execute(text(_REPORTS), values)
        await repair_states(session, TASK, 1, view.now)
        await counters.rebuild_counters(session, "tasks", 1, 1)
        await latest.rebuild_latest(session, "tasks", 1, 1)
    async with view.database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text(f"VACUUM ANALYZE {', '.join(_TABLES)}, organisation_state"))


async def rows_read(view: Any, told: list[Any], *, undo: bool) -> int:
    """Rows that a fold reads, in the time and with the limits of the leader."""
    async with view.database.session() as session:
        await session.begin()
        values = {"tables": list(_TABLES)}
        before = await session.scalar(_ROWS, values)
        await fold(session, told, token=view.token, now=view.now)
        read = int(await session.scalar(_ROWS, values) - before)
        await (session.rollback() if undo else session.commit())
        return read


async def the_bodies(view: Any, events: Any) -> None:
    await view.fold([events.organisation(code, level="province") for code in ("01", "02")])
    parents = {"57": "01", "204": "01", "57-T": "57", "02-A": "02"}
    await view.fold([events.organisation(code, parent, "department") for code, parent in parents.items()])


def merged(events: Any, into: str = "204") -> list[Any]:
    successor = str(organisation_id(into))
    gone = {"codes": [], "merged_into": successor, "successor_id": successor, "valid_to": "2026-07-01"}
    return [events.organisation("57", into, "department", "merged", **gone)]


async def test_a_move_and_a_withdrawal_read_no_more_for_a_hundred_times_the_reports(
    view: Any, events: Any, long: Database
) -> None:
    view.now = NOON + timedelta(days=DAYS + 10)
    await the_bodies(view, events)
    told = {
        "merger below one province": merged(events),
        "move to another one": [events.organisation("57", "02", "department", "corrected")],
        "withdrawal": [events.task("other", lead="57"), events.task("other", "progress_reported", lead="57")],
    }
    told["withdrawal"].append(events.task("other", "withdrawn"))
    read = {}
    for reports in (DAYS, 100 * DAYS):
        await fill(view, long, reports)
        read[reports] = {name: await rows_read(view, batch, undo=True) for name, batch in told.items()}
    print(read)
    for name, rows in read[DAYS].items():
        assert read[100 * DAYS][name] <= 1.05 * rows + 20, (name, read)
    began = time.monotonic()
    await rows_read(view, told["move to another one"], undo=False)
    assert time.monotonic() - began < 2, "a fold has 5 s"
    async with long.session() as session:
        assert await counters.counter_differences(session, "tasks", 1, 1, 5) == []
        assert await latest.latest_differences(session, "tasks", 1, 1, 5) == []
    assert (await view.cells(Selection(organisation_id("02"))))[Cell("task", "")] == TASKS
    last = await view.last_report(Selection(organisation_id("02")))
    assert last is not None
    assert last == await view.last_report(Selection(organisation_id("57"))) == await view.last_report()
    assert await view.last_report(Selection(organisation_id("01"))) is None


async def test_the_latest_report_of_a_day_is_found_again(view: Any, events: Any) -> None:
    """What is left at a body is found at it and at those below, of its programmes and levels; of the country, too."""
    await the_bodies(view, events)
    facts: dict[str, dict[str, Any]] = {
        "own": {"lead": "57"},
        "below": {"lead": "57-T", "programme": "hanoi", "assigned_by": "province"},
        "none": {"lead": None},
        "away": {"lead": "02-A", "programme": "hanoi"},
    }
    for name, one in facts.items():
        await view.fold([events.task(name, **one), events.task(name, "progress_reported", **one)])
    async with view.database.session() as session:
        assert await differences(session, lambda: view.now) == []
    await view.fold(merged(events))
    for name in ("away", "below", "own", "none"):
        await view.fold([events.task(name, "withdrawn")])
        async with view.database.session() as session:
            assert await differences(session, lambda: view.now) == [], name
    assert await view.last_report() is None


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_moves_the_figures_are_those_of_the_records(view: Any, events: Any, seed: int) -> None:
    """Several bodies in one batch, with what is below them, in circles for a while, before and after they are known."""
    random = Random(seed)
    bodies = ("01", "02", "A", "B", "C", "D", "E")
    await empty(view)
    for _ in range(14):
        batch = []
        for _ in range(random.randint(1, 6)):
            body, parent = random.sample(bodies, 2)
            if random.random() < 0.5:
                batch.append(events.organisation(body, random.choice((parent, parent, None)), "department", "updated"))
            else:
                name = f"t{random.randint(0, 5)}"
                change = random.choice(("assigned", "progress_reported", "progress_reported", "withdrawn"))
                of_task = {"programme": random.choice(("nq57-central", "hanoi")), "lead": random.choice((body, None))}
                batch.append(events.task(name, change, **of_task))
            events.now += timedelta(hours=random.randint(0, 12))
        view.now = events.now + timedelta(minutes=1)
        await view.fold(batch, size=random.choice((1, 3, 10)))
        async with view.database.session() as session:
            assert await differences(session, lambda: view.now) == [], batch
