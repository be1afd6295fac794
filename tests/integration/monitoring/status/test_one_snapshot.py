"""An answer is of one view, whatever happens to the view while its figures are read."""

from typing import Any

import pytest

from sixclear.monitoring.view import cells
from sixclear.monitoring.view.generations import activate_next

pytestmark = pytest.mark.asyncio


async def test_a_swap_in_the_middle_of_a_status_is_not_in_it(
    view: Any, events: Any, site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await view.fold([events.task("a"), events.task("b")])
    events.epoch = 2
    events.versions.clear()
    await view.fold([events.task("a"), events.task("a", "progress_reported")])
    latest = cells.latest_now

    async def swapped(*words: Any) -> Any:
        async with view.database.transaction() as session:
            await activate_next(session, "tasks", token=view.token)
        return await latest(*words)

    monkeypatch.setattr(cells, "latest_now", swapped)
    answer = (await site.get("/status")).json()
    seen = answer["tasks"]["total"], answer["activity"]["last_report_at"], answer["sources"]["tasks"]["epoch"]
    assert seen == (2, None, 1)
    monkeypatch.undo()
    answer = (await site.get("/status")).json()
    assert (answer["tasks"]["total"], answer["sources"]["tasks"]["epoch"]) == (1, 2)
    assert answer["activity"]["last_report_at"] is not None
