"""Any process of a cluster is killed while ministries post: it comes back by itself, and every report is counted."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from tests.e2e.platforms import Platform

from sixclear.common.ids import new_id
from sixclear.common.testing.eventually import eventually

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.kafka]


def _service(name: str) -> Callable[[Path], int]:
    def find(home: Path) -> int:
        for process in psutil.process_iter(["cmdline"]):
            command = process.info["cmdline"] or []
            if command[-7:-4] == ["run", "--target", name] and process.environ().get("SIXCLEAR_HOME") == str(home):
                return int(process.pid)
        raise LookupError(name)

    return find


def _kafka(home: Path) -> int:
    properties = str(home.resolve() / "kafka" / "server.properties")
    return int(next(one.pid for one in psutil.process_iter(["cmdline"]) if properties in (one.info["cmdline"] or [])))


def _postgres(home: Path) -> int:
    return int((home / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])


VICTIMS = {"tasks": _service("tasks"), "monitoring": _service("monitoring"), "kafka": _kafka, "postgres": _postgres}


class Reporter:
    """Posts reports on one task, each until it is acknowledged: a retry of the same report keeps its key."""

    def __init__(self, platform: Platform, task: dict[str, Any], token: str) -> None:
        self._path = f"/api/tasks/v1/tasks/{task['task_id']}/progress"
        self._authorization = {"Authorization": f"Bearer {token}"}
        self._platform = platform

    async def report(self, text: str) -> None:
        """Post until the answer is 201; while something is away it is 503, or none."""
        headers = self._authorization | {"Idempotency-Key": str(new_id())}

        async def acknowledged() -> bool:
            async with self._platform.client() as client:
                try:
                    answer = await client.post(self._path, json={"text": text}, headers=headers)
                except httpx2.HTTPError:
                    return False
            assert answer.status_code in (201, 503), answer.text
            return answer.status_code == 201

        await eventually(acknowledged, within_seconds=30, every_seconds=0.1)


@pytest.mark.asyncio
@pytest.mark.parametrize("victim", VICTIMS)
async def test_a_killed_process_is_a_pause(cluster: Platform, victim: str) -> None:
    await cluster.settled()
    found = await cluster.get("/api/tasks/v1/tasks", programme="demonstration", bucket="in_term", limit="200")
    task = next(one for one in found["items"] if one["status"] == "in_progress")
    reporter = Reporter(cluster, task, await cluster.token(f"org-{task['lead_organisation']['code']}"))
    before = (await cluster.status(programme="demonstration"))["activity"]["reports_today"]
    await reporter.report("Trước khi có sự cố")
    os.kill(VICTIMS[victim](cluster.home), signal.SIGKILL)
    for number in range(5):
        await reporter.report(f"Trong sự cố, lần {number}")

    async def counted() -> bool:
        try:
            status = await cluster.status(programme="demonstration")
        except (AssertionError, httpx2.HTTPError):  # monitoring itself may be the one that is away
            return False
        return bool(status["activity"]["reports_today"] == before + 6)

    await eventually(counted, within_seconds=40, every_seconds=0.2)
