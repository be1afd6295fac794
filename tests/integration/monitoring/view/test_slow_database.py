"""What the leader does in parts goes on in smaller ones where the database is too slow for the usual part."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from sixclear.common.bus.memory import MemoryBus
from sixclear.common.db import Database
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.eventually import eventually
from sixclear.monitoring import metrics
from sixclear.monitoring.kinds.kind import Cell
from sixclear.monitoring.lead import leader as leader_module
from sixclear.monitoring.lead.leader import Leader
from sixclear.monitoring.settings import Settings
from sixclear.monitoring.view.generations import activate_next

pytestmark = pytest.mark.asyncio

# Each row costs the server so much; forty of them cost more than a transaction may take.
_SLOW = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_sleep(0.03);
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
_SECONDS = 0.7


async def slow_down(view: Any, event: str, table: str) -> None:
    async with view.database.transaction() as session:
        await session.execute(text(_SLOW))
        await session.execute(
            text(f"CREATE TRIGGER slow BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION slow()")
        )


async def led_until(view: Any, done: Any, clock: MovingClock) -> None:
    """Lead with a transaction limit of `_SECONDS` until `done`; no source is there to fold."""
    database = Database(view.database.url, application_name="slow", transaction_timeout_seconds=_SECONDS)
    settings = Settings(database_url=view.database.url, crossings_per_batch=40)
    leader = Leader(database, view.database, MemoryBus({}), clock, settings, relayed=False, on_change=lambda: None)
    lost = asyncio.Event()
    leading = asyncio.create_task(leader.lead(view.token, lost))
    try:
        await eventually(done, within_seconds=40)
    finally:
        lost.set()
        await leading
        await database.close()


async def test_the_timer_moves_what_it_can_and_the_rest_after_that(view: Any, events: Any) -> None:
    deadline = events.now + timedelta(hours=1)
    view.now = events.now
    await view.fold([events.task(f"t{n}", deadline=deadline) for n in range(40)])
    await slow_down(view, "UPDATE", "task_state")
    crossed = metrics.CROSSINGS.labels("task")._value.get()
    view.now = deadline + timedelta(seconds=1)

    async def all_overdue() -> bool:
        late = Cell("task_bucket", "overdue:2025"), Cell("task_part", "overdue:late")
        return bool(await view.cells() == {Cell("task", ""): 40, **dict.fromkeys(late, 40)})

    await led_until(view, all_overdue, MovingClock(view.now))
    assert metrics.CROSSINGS.labels("task")._value.get() >= crossed + 40
    assert await view.cells() == await view.cells_at(view.now)


async def test_old_epochs_are_deleted_in_parts_that_get_through(
    view: Any, events: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leader_module, "_DELETED_AT_ONCE", 40)
    await view.fold([events.task(f"t{n}") for n in range(40)])
    events.forget()
    events.epoch = 2
    await view.fold([events.task("t0")])
    async with view.database.transaction() as session:
        await activate_next(session, "tasks", token=view.token)
    await slow_down(view, "DELETE", "task_history")

    async def swept() -> bool:
        async with view.database.session() as session:
            left = await session.scalars(text("SELECT epoch FROM task_history UNION SELECT epoch FROM task_state"))
            return set(left) == {2}

    await led_until(view, swept, MovingClock(view.now))
