"""What answers cost, in statements and rows: the same for a thousand tasks and for thirty thousand."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date, civil_day_end
from sixclear.common.db import Database
from sixclear.common.ids import stable_id
from sixclear.monitoring.attention.service import attention
from sixclear.monitoring.status.service import provinces, status
from sixclear.monitoring.timeline.service import timeline
from sixclear.monitoring.view.reconcile import repair
from sixclear.monitoring.view.selection import Selection

pytestmark = pytest.mark.asyncio

Ask = Callable[[AsyncSession], Awaitable[Any]]

_TABLES = "counter, day_delta, day_rollup, last_report, task_state, task_history, submission_state, submission_history"
_LONG = {"statement_timeout_seconds": 60.0, "transaction_timeout_seconds": 60.0}
_ROWS = text(
    "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) FROM pg_stat_xact_user_tables"
    " WHERE relname = ANY(CAST(:tables AS text[]))"
)
# Every body has a task of each deadline and each state: more tasks are more of the same.
_MORE_TASKS = """
    INSERT INTO task_history (task_id, epoch, version, previous_version, change, occurred_at, recorded_at, valid_from,
        valid_to, view_sequence, organisation_id, programme, assigned_by, title, status, kind, deadline, last_report_at,
        submitted_at, demonstration)
    SELECT md5('task' || n)::uuid, 1, v, nullif(v - 1, 0),
        CASE WHEN again AND v > 1 THEN 'returned' ELSE (ARRAY['assigned', 'progress_reported', 'completed'])[v] END,
        at, at, at, CASE WHEN v < versions THEN at + interval '3 days' END, 1, body, 'nq57-central', 'central',
        'Nhiệm vụ ' || n,
        CASE WHEN again AND v > 1 THEN 'returned' ELSE
            (ARRAY['assigned', CASE n % 4 WHEN 0 THEN 'submitted' ELSE 'in_progress' END, 'completed'])[v] END,
        'one_off',
        CAST(:begin AS timestamptz) + (20 + n % 10) * interval '1 day', CASE WHEN v > 1 THEN at END, NULL, false
    FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS n
    CROSS JOIN LATERAL (SELECT n % 10 = 7 AS again, 2 + n % 2 AS versions,
        (CAST(:bodies AS uuid[]))[1 + n % 10] AS body) AS x
    CROSS JOIN LATERAL generate_series(1, versions) AS v
    CROSS JOIN LATERAL (SELECT CAST(:begin AS timestamptz) + (n / 10 % 10 + 3 * (v - 1)) * interval '1 day' AS at) AS y
"""


async def fill(view: Any, events: Any, first: int, last: int) -> None:
    """Tasks straight into the histories; the rest is made from these, as a repair does."""
    bodies = [stable_id("organisation", f"{number:05d}") for number in range(10)]
    database = Database(view.database.url, application_name="fill", pool_size=1, **_LONG)
    async with database.transaction() as session:
        values = {"first": first, "last": last, "begin": events.now, "bodies": bodies}
        await session.execute(text(_MORE_TASKS), values)
        await repair(session, now=view.now)
    await database.close()
    async with view.database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text(f"VACUUM ANALYZE {_TABLES}"))


async def cost(view: Any, ask: Ask) -> tuple[int, int]:
    """Statements, and rows of counters, days, states and histories, of one answer."""
    counted: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        counted.append(statement)

    values = {"tables": _TABLES.split(", ")}
    async with view.database.session() as session:
        before = await session.scalar(_ROWS, values)
        event.listen(view.database.engine.sync_engine, "before_cursor_execute", count)
        try:
            await ask(session)
        finally:
            event.remove(view.database.engine.sync_engine, "before_cursor_execute", count)
        return len(counted), int(await session.scalar(_ROWS, values) - before)


def questions(view: Any, begin: date) -> dict[str, Ask]:
    """What is asked of the figures."""
    now, past = view.now, civil_day_end(begin + timedelta(days=11))
    commune, province = (Selection(stable_id("organisation", code)) for code in ("00003", "01"))
    programme = Selection(programme="nq57-central")
    return {
        "status": lambda session: status(session, Selection(), at=None, now=now),
        "status of a province": lambda session: status(session, province, at=None, now=now),
        "as_of": lambda session: status(session, Selection(), at=past, now=now),
        "as_of of a commune": lambda session: status(session, commune, at=past, now=now),
        "as_of of a programme": lambda session: status(session, programme, at=past, now=now),
        "provinces": lambda session: provinces(session, Selection(), at=None, now=now),
        "provinces as_of": lambda session: provinces(session, Selection(), at=past, now=now),
        "attention": lambda session: attention(session, Selection(), now=now),
        "timeline": lambda session: timeline(session, province, first=begin, last=past.date(), step="day", now=now),
    }


async def test_answers_read_no_more_rows_for_thirty_times_the_tasks(view: Any, events: Any) -> None:
    begin = civil_date(events.now)
    view.now = events.now + timedelta(days=60)
    await view.fold([events.organisation(code, level="province") for code in ("01", "02")])
    communes = (f"{number:05d}" for number in range(10))
    await view.fold([events.organisation(code, parent=f"0{1 + int(code) % 2}", level="commune") for code in communes])
    costs = {}
    for first, last in ((1, 1_000), (1_001, 30_000)):
        await fill(view, events, first, last)
        costs[last] = {name: await cost(view, ask) for name, ask in questions(view, begin).items()}
    print(costs)
    for name, (statements, rows) in costs[1_000].items():
        more = costs[30_000][name]
        assert more[0] == statements, name
        assert more[1] <= 1.05 * rows, (name, rows, more)
