"""What a question about a directive or a group costs: rows by its tasks, however many versions they have."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from tests.integration.monitoring.conftest import NOON, organisation_id
from tests.integration.monitoring.view.test_moved_bodies import DAYS, LONG, PLAN, TASKS, fill, the_bodies
from tests.integration.monitoring.view.test_rows_read import Ask, cost

from sixclear.common.clock import civil_date, civil_day_end
from sixclear.common.db import Database
from sixclear.monitoring.attention.service import attention
from sixclear.monitoring.status.service import provinces, status
from sixclear.monitoring.view.selection import Selection

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def long(view: Any) -> AsyncIterator[Database]:
    """The same database, for what may take long."""
    made = Database(view.database.url, application_name="fill", pool_size=1, **LONG)
    yield made
    await made.close()


def questions(now: Any) -> dict[str, Ask]:
    """About all tasks of a directive or a group, and about those of a body, now and before their many versions."""
    plan, group = Selection(directive_id=PLAN), Selection(work_group="data")
    both = Selection(organisation_id("01"), "nq57-central", "central", directive_id=PLAN, work_group="data")
    elsewhere = Selection(organisation_id("02"), work_group="data")
    early, late = NOON + timedelta(minutes=1), civil_day_end(civil_date(NOON + timedelta(days=DAYS + 3)))

    def of(selection: Selection, at: Any) -> Ask:
        return lambda session: status(session, selection, at=at, now=now)

    found = {
        f"{name} {at}": of(selection, at)
        for name, selection in (("plan", plan), ("group", group), ("both", both), ("elsewhere", elsewhere))
        for at in (None, early, late)
    }
    found["provinces"] = lambda session: provinces(session, group, at=None, now=now)
    found["provinces then"] = lambda session: provinces(session, plan, at=late, now=now)
    found["attention"] = lambda session: attention(session, plan, now=now)
    return found


async def test_rows_read_do_not_grow_with_the_versions_of_its_tasks(view: Any, events: Any, long: Database) -> None:
    view.now = NOON + timedelta(days=DAYS + 10)
    await the_bodies(view, events)
    costs = {}
    for reports in (DAYS, 20 * DAYS):
        await fill(view, long, reports)
        costs[reports] = {name: await cost(view, ask) for name, ask in questions(view.now).items()}
    print(costs)
    for name, (statements, rows) in costs[DAYS].items():
        more = costs[20 * DAYS][name]
        assert more[0] == statements, name
        assert more[1] <= 1.05 * rows + 20, (name, rows, more)
        # Of a table of one page the lists read all of it for each task.
        assert name == "attention" or more[1] <= 6 * TASKS, (name, more)
