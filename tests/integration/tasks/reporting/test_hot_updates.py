"""Reports write no index of the task's table: each update stays on its page (HOT), or it would pay every index."""

from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.tasks.conftest import Service, an_assigned_task

from sixclear.common.testing.eventually import eventually

TASKS, REPORTS = 20, 200


@pytest.mark.asyncio
async def test_every_report_updates_its_task_in_place(service: Service) -> None:
    tasks = [await an_assigned_task(service, external_id=f"NV-{number}") for number in range(TASKS)]
    before = await settled(service, TASKS)
    for number in range(REPORTS):
        said = {"percent": number % 100, "text": f"Báo cáo {number}"}
        assert (await service.post("G06", f"/tasks/{tasks[number % TASKS]}/progress", said)).status_code == 201
    await service.app.state.service_state.hot.close()
    updated, in_place = await settled(service, before[0] + REPORTS)
    assert (updated - before[0], in_place - before[1]) == (REPORTS, REPORTS)


async def settled(service: Service, least: int) -> tuple[int, int]:
    """The updates of the table and those among them that were HOT, when the server has told of at least `least`.

    It tells of what a connection did when that is closed; of an open one that rests, after ten seconds.
    """
    await service.database.engine.dispose()

    async def told() -> Any:
        async with service.database.session() as session:
            row = (await session.execute(_UPDATES)).one()
        return tuple(row) if row.n_tup_upd >= least else None

    found: tuple[int, int] = await eventually(told)
    return found


_UPDATES = text("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'task'")
