"""The whole process is killed in the middle of posting, again and again: what was acknowledged is there, once."""

import asyncio
import contextlib
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx2
import pytest
from tests.e2e.platforms import Platform, free_ports

from sixclear.common.ids import new_id
from sixclear.common.testing.eventually import eventually

pytestmark = [pytest.mark.slow, pytest.mark.chaos]

TASKS = 6
ROUNDS = 3


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform of its own, without the demonstration."""
    platform = Platform("run", tmp_path_factory.mktemp("killed"), free_ports(1), extra=("--no-demo",))
    try:
        platform.start(within_seconds=60)
        yield platform
    finally:
        platform.end()


async def some_tasks(platform: Platform) -> list[str]:
    programme = {"slug": "plan", "name_vi": "Kế hoạch", "name_en": "Plan", "resolution": "57-NQ/TW", "owner": "P57"}
    await platform.post("standing-body", "/api/tasks/v1/programmes", programme)
    made = []
    for number in range(TASKS):
        task = {
            "programme": "plan",
            "title": f"Nhiệm vụ {number}",
            "assigned_by": "central",
            "assigning_organisation": "P57",
            "lead_organisation": "G06",
            "responsible_position": {"title": "Cục trưởng", "organisation": "G06"},
            "product": "Báo cáo",
            "authority": "Theo kế hoạch",
            "deadline": "2099-12-31",
            "assign": True,
        }
        made.append((await platform.post("standing-body", "/api/tasks/v1/tasks", task))["task_id"])
    return made


class Reporter:
    """Posts reports without pause; remembers which were acknowledged and which got no answer."""

    def __init__(self, platform: Platform, tasks: list[str], token: str) -> None:
        self.platform, self.tasks, self.token = platform, tasks, token
        self.acknowledged: set[str] = set()
        self.unknown: list[tuple[str, str, str]] = []

    async def post(self, client: httpx2.AsyncClient, task: str, text: str, key: str) -> None:
        """One report; raises when there is no answer."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        response = await client.post(f"/api/tasks/v1/tasks/{task}/progress", json={"text": text}, headers=headers)
        if response.status_code == 201:
            self.acknowledged.add(text)
        else:
            assert response.status_code == 503, response.text

    async def run(self, client: httpx2.AsyncClient, task: str) -> None:
        """Post to one task until the platform is gone."""
        while True:
            text, key = str(new_id()), str(new_id())
            try:
                await self.post(client, task, text, key)
            except httpx2.HTTPError:
                self.unknown.append((task, text, key))
                return


async def stored(platform: Platform, task: str) -> list[dict[str, Any]]:
    """Every report of a task."""
    reports: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await platform.get(f"/api/tasks/v1/tasks/{task}/reports", limit="200", **cursor)
        reports += page["items"]
        if page["next"] is None:
            return reports
        cursor = {"cursor": page["next"]}


@pytest.mark.asyncio
async def test_nothing_acknowledged_is_lost_and_nothing_counts_twice(fresh: Platform) -> None:
    tasks = await some_tasks(fresh)
    reporter = Reporter(fresh, tasks, await fresh.token("org-G06"))
    for turn in range(ROUNDS):
        wanted = (turn + 1) * 60
        async with fresh.client() as client:
            posting = [asyncio.create_task(reporter.run(client, task)) for task in tasks]
            await eventually(partial(_reached, reporter, wanted), within_seconds=60)
            fresh.kill()
            await asyncio.gather(*posting)
        await asyncio.to_thread(fresh.start, 60)
        reporter.token = await fresh.token("org-G06")
        async with fresh.client() as client:
            for task, text, key in reporter.unknown:
                await reporter.post(client, task, text, key)
        reporter.unknown.clear()

    texts: list[str] = []
    for task in tasks:
        reports = await stored(fresh, task)
        texts += [report["text"] for report in reports]
        history = await fresh.get(f"/api/tasks/v1/tasks/{task}/history", limit="1")
        assert history["items"][0]["version"] == len(reports) + 2, "versions have no holes"
    assert sorted(texts) == sorted(reporter.acknowledged), "each acknowledged report is stored exactly once"

    async def counted() -> bool:
        with contextlib.suppress(AssertionError):
            status = await fresh.status(programme="plan")
            return bool(status["activity"]["reports_today"] == len(texts))
        return False

    await eventually(counted, within_seconds=20)
    assert (await fresh.status(programme="plan"))["tasks"]["total"] == TASKS


async def _reached(reporter: Reporter, wanted: int) -> bool:
    return len(reporter.acknowledged) >= wanted
