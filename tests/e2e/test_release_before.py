"""A rolling upgrade: the release before goes on while its databases are migrated, and nothing that it took is lost."""

import asyncio
import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.platforms import Platform, free_ports

from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.examples import written_examples

pytestmark = pytest.mark.slow

RELEASES = Path(__file__).parents[1] / "fixtures" / "releases"
TASK = {
    "programme": "plan",
    "assigned_by": "central",
    "assigning_organisation": "P57",
    "lead_organisation": "G06",
    "responsible_position": {"title": "Cục trưởng", "organisation": "G06"},
    "product": "Báo cáo",
    "authority": "Theo kế hoạch",
    "deadline": "2099-12-31",
    "assign": True,
}


def newest() -> Path:
    """The wheel of the release before."""
    wheels = RELEASES.glob("sixclear-*.whl")
    return max(wheels, key=lambda path: [int(part) for part in path.name.split("-")[1].split(".")])


def migrate(home: Path) -> None:
    """`sixclear migrate` of today's code on the databases of a running platform."""
    done = subprocess.run(
        [sys.executable, "-m", "sixclear.launcher", "migrate"],
        env=os.environ | {"SIXCLEAR_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """The code of the release before; what it needs of other packages is what is installed today."""
    zipfile.ZipFile(newest()).extractall(tmp_path / "released")
    return tmp_path / "released"


@pytest.fixture
def before(tmp_path_factory: pytest.TempPathFactory, released: Path) -> Iterator[Platform]:
    """The release before, in one process."""
    home = tmp_path_factory.mktemp("before")
    platform = Platform("run", home, free_ports(1), extra=("--no-demo",), environment={"PYTHONPATH": str(released)})
    try:
        platform.start(within_seconds=60)
        yield platform
    finally:
        platform.end()


async def report(platform: Platform, task_id: str, text: str) -> None:
    await platform.post("org-G06", f"/api/tasks/v1/tasks/{task_id}/progress", {"text": text})


async def enter(platform: Platform, code: str, **described: Any) -> None:
    """An entry of the catalogue, in its owner's place."""
    entry = {"kind": "database", "code": code, "name_vi": "Dữ liệu", "owner_organisation_id": await owner(platform)}
    await platform.post("data-steward", "/api/catalog/v1/entries", entry | described)


async def use(platform: Platform, number: int) -> str:
    """One thing of each kind, as its users send it; returns the task's identifier."""
    task = await platform.post("standing-body", "/api/tasks/v1/tasks", {**TASK, "title": f"Nhiệm vụ {number}"})
    task_id = str(task["task_id"])
    await report(platform, task_id, f"Báo cáo {number}")
    await platform.post("operator", "/api/feedback/v1/submissions", {"kind": "feedback", "title": "Góp ý", "text": "x"})
    await enter(platform, f"CSDL-{number}")
    return task_id


async def owner(platform: Platform) -> str:
    """The identifier of a body that can own an entry."""
    return str((await platform.get("/api/tasks/v1/organisations/G06"))["organisation_id"])


async def counted(platform: Platform, number: int) -> bool:
    """Whether the live status holds `number` things of each kind."""
    status: dict[str, Any] = await platform.status()
    figures = status["tasks"]["total"], status["activity"]["reports_today"], status["feedback"]["received"]
    return figures == (number, number, number)


@pytest.mark.asyncio
async def test_the_release_before_goes_on_while_its_databases_are_migrated(before: Platform, released: Path) -> None:
    programme = {"slug": "plan", "name_vi": "Kế hoạch", "name_en": "Plan", "resolution": "57-NQ/TW", "owner": "P57"}
    await before.post("standing-body", "/api/tasks/v1/programmes", programme)
    document = str(await before.get("/api/tasks/v1/openapi.json"))
    assert "named in service.tasks.assign" in document, "this is not the code of v0.1.0"
    first = await use(before, 1)
    await enter(before, "CSDL-KIN", security_level=5)

    await asyncio.to_thread(migrate, before.home)
    await use(before, 2)
    await eventually(partial(counted, before, 2), within_seconds=20)
    before.stop()

    today = Platform("run", before.home, before.port, extra=("--no-demo",))
    today.start(within_seconds=60)
    try:
        await eventually(partial(counted, today, 2), within_seconds=20)
        await use(today, 3)
        await report(today, first, "Sau khi nâng cấp")
        task = await today.get(f"/api/tasks/v1/tasks/{first}")
        assert task["reports_count"] == 2
        assert (await today.get("/readyz"))["status"] == "ok"
        entries = (await today.get("/api/catalog/v1/entries"))["items"]
        assert [entry["code"] for entry in entries] == ["CSDL-1", "CSDL-2", "CSDL-3"], "one of level 5 is hidden now"
        assert "CSDL-KIN" not in str(await today.get("/api/catalog/v1/log"))
    finally:
        today.end()


_READ_ENTRIES = """
import json, sys
from sixclear.monitoring.projection import WITHDRAWN, entry_facts
told = [event["data"] for event in json.load(sys.stdin)]
print(len([entry_facts(data) for data in told if data["change"] != WITHDRAWN]))
"""


def test_the_release_before_reads_each_entry_of_today(released: Path) -> None:
    """So nothing becomes a dead letter; a withdrawal it knows of every kind."""
    examples = written_examples(Path(__file__).parents[2] / "services/data-catalog/contracts/examples")
    entries = [example for name, example in examples.items() if name.startswith("entry.")]
    read = subprocess.run(
        [sys.executable, "-c", _READ_ENTRIES],
        input=json.dumps(entries),
        env=os.environ | {"PYTHONPATH": str(released)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert read.stdout.strip() == str(len(entries) - 1), read.stderr


def test_a_release_is_never_made_again() -> None:
    rows = re.findall(
        r"^\| `(\S+\.whl)` \|.*`([0-9a-f]{64})` \|$", (RELEASES / "README.md").read_text(), flags=re.MULTILINE
    )
    assert {name for name, _ in rows} == {path.name for path in RELEASES.glob("*.whl")}
    for name, listed in rows:
        assert hashlib.sha256((RELEASES / name).read_bytes()).hexdigest() == listed
