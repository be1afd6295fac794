"""Beside how far the figures are behind what was told stands how old what was told is."""

from datetime import timedelta
from typing import Any

import pytest

pytestmark = pytest.mark.asyncio


async def test_figures_of_provinces_say_both_ages_as_the_status_does(site: Any, view: Any, events: Any) -> None:
    task, report = events.task("a"), events.task("a", "progress_reported", status="in_progress")
    await view.fold([events.programme("nq57-central"), task, report])
    for query in ({}, {"programme": "nq57-central"}, {"as_of": (report.occurred_at + timedelta(hours=1)).isoformat()}):
        provinces, status = (await site.get("/provinces", **query)).json(), (await site.get("/status", **query)).json()
        assert provinces["last_report_at"] == status["activity"]["last_report_at"] is not None
        assert provinces["staleness_seconds"] == status["staleness_seconds"]
    earlier = (task.occurred_at + timedelta(seconds=1)).isoformat()
    assert (await site.get("/provinces", as_of=earlier)).json()["last_report_at"] is None
