"""A release that counts a kind by another rule: right figures without a repair, and none is refused on the way."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from pydantic import create_model
from sqlalchemy import text
from tests.integration.monitoring.kinds.made_up.plan import PLAN
from tests.integration.monitoring.running import publish, running

from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.events import log as event_log_module
from sixclear.common.events.catalogue import EntityEvents, EventCatalogue, EventData
from sixclear.common.events.log import EventLog
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.monitoring import kinds, metrics
from sixclear.monitoring.kinds.kind import Cell, Counted
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.reconcile import differences

pytestmark = pytest.mark.asyncio

_CHANGES = {"plan": {"started": "x", "paid": "x", "withdrawn": "x"}, "step": {"added": "x", "finished": "x"}}


@pytest_asyncio.fixture
async def plans_log(empty_database: EmptyDatabase) -> AsyncIterator[EventLog]:
    """The log of `tasks`, as if it published plans and steps."""
    data = create_model("Anything", __base__=EventData)
    entities = tuple(EntityEvents(name, name, data, changes) for name, changes in _CHANGES.items())
    database = Database(await empty_database(), application_name="tasks", pool_size=3)
    async with database.transaction() as session:
        for statement in event_log_module.DDL_V1:
            await session.execute(text(statement))
    made = EventLog(EventCatalogue("tasks", entities), database)
    await made.start()
    yield made
    await made.stop()
    await database.close()


def _comparisons() -> float:
    (metric,) = metrics.RECONCILE_DURATION.collect()
    return next(sample.value for sample in metric.samples if sample.name.endswith("_count"))


@pytest.mark.parametrize("what", ["cells", "axis"])
async def test_a_changed_rule_gives_right_figures_and_no_moment_without(
    plans_log: EventLog,
    log: EventLog,
    view: Any,
    plans: Any,
    made_up: Any,
    new_runtime: Any,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    logs = {"tasks": plans_log, "feedback": log, "data-catalog": log}
    view.now = utc_now()
    due = view.now - timedelta(days=1)
    for one in (plans.plan("a", due_at=due, budget="1.5"), plans.plan("b"), plans.step("one"), plans.step("two")):
        await publish(plans_log, one)
    statuses: set[int] = set()

    async def shows(client: Any, expected: dict[Cell, Any]) -> bool:
        statuses.add((await client.get("/api/monitoring/v1/status")).status_code)
        cells = await made_up.now()
        return all(cells.get(cell, 0) == amount for cell, amount in expected.items())

    before = {Cell("plan_timing", "late"): 1, Cell("plan", ""): 2, Cell("plan_step", "open"): 2}
    async with running(view.database.url, new_runtime(utc_now, logs=logs)[0]) as (_, client):
        await eventually(lambda: shows(client, before), within_seconds=20)

    (after, newer), rules_before = _another_rule(what), kinds.rules_of("tasks")
    monkeypatch.setattr(kinds, "KINDS", tuple(newer if kind is PLAN else kind for kind in kinds.KINDS))
    assert kinds.rules_of("tasks") == rules_before - PLAN.rules + newer.rules
    async with running(view.database.url, new_runtime(utc_now, logs=logs)[0]) as (_, client):
        await eventually(lambda: shows(client, after), within_seconds=30)
        await publish(plans_log, plans.step("three"))
        await publish(plans_log, plans.plan("b", "withdrawn"))
        left = {Cell("plan", ""): 1, Cell("plan_step", "open"): 3}
        compared = _comparisons()

        async def compared_since() -> bool:
            return await shows(client, left) and _comparisons() > compared + 1

        await eventually(compared_since, within_seconds=30)
    assert statuses == {200}
    async with view.database.session() as session:
        assert await differences(session, utc_now) == []
        source = (await views.sources(session))["tasks"]
    assert (source.rules, source.log_epoch, source.active_epoch) == (kinds.rules_of("tasks"), 1, 2)
    view.now = utc_now()
    assert await made_up.now() == await made_up.at(view.now)


def _another_rule(what: str) -> tuple[dict[Cell, Any], Any]:
    """What a new rule counts, and the kind with it: no budget any more but a flag, or lateness under another name."""
    if what == "cells":
        newer = replace(
            PLAN,
            rules=2,
            measures=("plan", "plan_flag"),
            cells=lambda facts, timing, _: (Counted("plan", ""), Counted("plan_flag", timing, 10)),
            cells_sql="(VALUES ('plan', '', 1), ('plan_flag', h.timing, 10))",
        )
        return {Cell("plan_flag", "late"): 10, Cell("plan_flag", "in_time"): 10, Cell("plan", ""): 2}, newer
    timing, reporting = PLAN.axes
    (step,) = timing.steps
    newer = replace(PLAN, rules=2, axes=(replace(timing, steps=(replace(step, value="overdue"),)), reporting))
    return {Cell("plan_timing", "overdue"): 1, Cell("plan_timing", "late"): 0}, newer
