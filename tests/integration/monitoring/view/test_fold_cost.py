"""What a fold asks of the database: statements for each batch, rows for each event; `baseline.json` holds both."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from tests.benchmarks.baseline import compared
from tests.integration.monitoring.indicators.told import indicator, value

from sixclear.monitoring.view.fold import fold

pytestmark = pytest.mark.asyncio

_WRITTEN = text("SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables")
_READ = text(
    "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
    " WHERE relname IN ('task_history', 'task_state')"
)
_BATCH, _FEW = 500, 20


async def cost(view: Any, batch: list[Any]) -> tuple[int, float]:
    """Statements of one batch, and rows written for each of its events."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    async with view.database.transaction() as session:
        before = await session.scalar(_WRITTEN)
        event.listen(view.database.engine.sync_engine, "before_cursor_execute", note)
        try:
            await fold(session, batch, token=view.token, now=view.now)
        finally:
            event.remove(view.database.engine.sync_engine, "before_cursor_execute", note)
        return len(asked), float(await session.scalar(_WRITTEN) - before) / len(batch)


async def test_a_batch_costs_no_more_than_the_baseline_says(view: Any, events: Any) -> None:
    """Tasks of fifty bodies: assigned, reported on twice, completed."""
    bodies = [f"C{number:02d}" for number in range(50)]
    await view.fold([events.organisation("01", level="province")])
    await view.fold([events.organisation(code, parent="01", level="commune") for code in bodies])
    begin = events.now

    def batch(day: int, change: str, status: str) -> list[Any]:
        events.now = begin + timedelta(days=day)
        due = begin + timedelta(days=20)
        return [
            events.task(f"t{n}", change, status=status, lead=bodies[n % len(bodies)], deadline=due)
            for n in range(_BATCH)
        ]

    story = {
        "assigned": batch(0, "assigned", "assigned"),
        "first report": batch(1, "progress_reported", "in_progress"),
        "report": batch(2, "progress_reported", "in_progress"),
        "completed": batch(3, "completed", "completed"),
    }
    view.now = events.now
    counters: dict[str, float] = {}
    for name, told in story.items():
        statements, rows = await cost(view, told)
        counters[f"fold.{name}.statements"] = statements
        counters[f"fold.{name}.rows_written"] = round(rows, 2)
    print(counters)
    # A first report changes the state of the task, no cell: as one after it.
    assert counters.pop("fold.first report.rows_written") == counters["fold.report.rows_written"]
    assert counters.pop("fold.first report.statements") == counters["fold.report.statements"]
    found = compared(counters)
    assert not found.complaints, "\n".join(found.complaints)


async def test_a_batch_of_values_costs_no_more_than_the_baseline_says(view: Any, events: Any) -> None:
    """Ten indicators of fifty communes, approved for one month: a country brings a million of them at once."""
    bodies = [f"C{number:02d}" for number in range(50)]
    codes = [f"chi-tieu-{number}" for number in range(_BATCH // len(bodies))]
    await view.fold([events.organisation("01", level="province")])
    await view.fold([events.organisation(code, parent="01", level="commune") for code in bodies])
    await view.fold([indicator(events, code, levels=["commune"]) for code in codes])
    told = [value(events, code, body, "2025-10", number="12") for body in bodies for code in codes]
    view.now = events.now
    statements, rows = await cost(view, told)
    found = compared({"fold.value.statements": statements, "fold.value.rows_written": round(rows, 2)})
    assert not found.complaints, "\n".join(found.complaints)


async def test_a_small_batch_never_reads_all_rows_for_each_of_its_own(view: Any, events: Any) -> None:
    """Also of a server without statistics of the tables, as at a first start; a small table it may read whole."""
    keys = [f"t{n}" for n in range(_BATCH)]
    await view.fold([events.task(key, "assigned", status="assigned") for key in keys])
    few = keys[:_FEW]

    def reports() -> list[Any]:
        return [events.task(key, "progress_reported", status="in_progress") for key in few]

    first, late, later = reports(), reports(), reports()
    withdrawn = [events.task(key, "withdrawn") for key in few]
    read = {}
    for name, batch in (("in order", first), ("too early", later), ("late", late), ("withdrawn", withdrawn)):
        async with view.database.transaction() as session:
            before = await session.scalar(_READ)
            await fold(session, batch, token=view.token, now=view.now)
            read[name] = float(await session.scalar(_READ) - before) / _BATCH
    assert max(read.values()) <= 3, read
