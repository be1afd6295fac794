"""What makes a running target count again: a clock that is set back, a release with other rules."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.monitoring.conftest import left_by_the_release_before
from tests.integration.monitoring.running import publish, running

from sixclear.common.clock import utc_now
from sixclear.common.events.log import EventLog
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.monitoring import metrics
from sixclear.monitoring.kinds import rules_of, sources
from sixclear.monitoring.kinds.entry import ENTRY
from sixclear.monitoring.kinds.kind import Cell
from sixclear.monitoring.view import sources as views

pytestmark = pytest.mark.asyncio

# After a comparison its loop rests twenty times as long as that took, which on a busy machine is some ten seconds.
_REST_SECONDS = 40


def _comparisons() -> float:
    (metric,) = metrics.RECONCILE_DURATION.collect()
    return next(sample.value for sample in metric.samples if sample.name.endswith("_count"))


async def test_a_clock_that_is_set_back_leaves_no_figure_refused(
    clone_database: CloneDatabase, new_runtime: Any, log: EventLog, events: Any
) -> None:
    clock = MovingClock(utc_now())
    runtime, _ = new_runtime(clock, logs={"tasks": log, "feedback": log, "data-catalog": log})
    await publish(log, events.task("a", deadline=utc_now() + timedelta(hours=12)))
    async with running(await clone_database("sixclear.monitoring"), runtime) as (target, client):

        async def counted(bucket: str) -> bool:
            answer = await client.get("/api/monitoring/v1/status")
            return bool(answer.status_code == 200 and answer.json()["tasks"][bucket] == 1)

        await eventually(lambda: counted("in_term"))
        clock.now += timedelta(days=1)
        await eventually(lambda: counted("overdue"))
        clock.now -= timedelta(days=1)
        await eventually(lambda: counted("in_term"))
        compared = _comparisons()

        async def compared_since() -> bool:
            return _comparisons() > compared + 1

        await eventually(compared_since, within_seconds=_REST_SECONDS)
        assert await counted("in_term")
        assert all(check.ok for check in target.checks() if check.name == "figures")


async def test_a_release_with_other_rules_counts_again_before_it_folds_and_refuses_no_figure(
    new_runtime: Any, log: EventLog, view: Any, events: Any
) -> None:
    """As the release before left it: retired entries in no list, and no word of by which rules that was counted."""
    story = [
        events.entry("a", lists=["plan-02", "third"], stage="formed_centralised"),
        events.entry("b", lists=["third"], stage="retire"),
        events.entry("c", lists=["third"], kind="dataset"),
    ]
    await view.fold(story)
    async with view.database.transaction() as session:
        await session.execute(text("UPDATE entry_state SET bucket = NULL WHERE stage = 'retire' OR kind <> 'database'"))
        await left_by_the_release_before(session, ENTRY)
    assert (await view.cells())[Cell("database", "third")] == 1
    runtime, _ = new_runtime(MovingClock(view.now), logs={"tasks": log, "feedback": log, "data-catalog": log})
    async with running(view.database.url, runtime) as (_, client):
        statuses = set()

        async def counted() -> bool:
            answer = await client.get("/api/monitoring/v1/status")
            statuses.add(answer.status_code)
            return bool(answer.json()["databases"]["third"]["total"] == 3)

        await eventually(counted)
        before = _comparisons()

        async def compared() -> bool:
            return await counted() and _comparisons() > before + 1

        await eventually(compared, within_seconds=_REST_SECONDS)
        assert statuses == {200}
    async with view.database.session() as session:
        known = await views.sources(session)
    assert {source: view.rules for source, view in known.items()} == {name: rules_of(name) for name in sources()}
    assert await view.cells() == await view.cells_at(view.now)
