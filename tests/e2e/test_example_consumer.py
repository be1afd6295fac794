"""The example consumer of a topic counts what the API counts, also when it is started a second time."""

import asyncio
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from tests.e2e.platforms import Platform

from sixclear.client import Client

pytestmark = [pytest.mark.slow, pytest.mark.kafka]

EXAMPLE = Path(__file__).parents[2] / "examples/follow_tasks.py"


def followed(brokers: str, database: Path) -> dict[str, int]:
    """What the example says."""
    command = [sys.executable, str(EXAMPLE), brokers, str(database), "--until-end"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=80, check=False)
    assert run.returncode == 0, run.stderr
    told: dict[str, int] = json.loads(run.stdout)
    return told


def test_the_example_counts_what_the_api_counts(cluster: Platform, tmp_path: Path) -> None:
    asyncio.run(cluster.settled())
    (port,) = re.findall(
        r"^listeners=\S*?PLAINTEXT://127\.0\.0\.1:(\d+)",
        (cluster.home / "kafka" / "server.properties").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    with Client(cluster.announcement().services["/api/tasks"]) as client:
        counted = Counter(task["status"] for task in client.tasks(limit=200))
    first = followed(f"127.0.0.1:{port}", tmp_path / "tasks.db")
    assert {status: count for status, count in first.items() if status != "cancelled"} == counted
    assert followed(f"127.0.0.1:{port}", tmp_path / "tasks.db") == first
