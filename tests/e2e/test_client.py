"""The client against a running platform: from a token to tasks, their reports and what changed."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.e2e.platforms import Platform, free_ports

from sixclear.client import AsyncClient, Client, Credentials
from sixclear.common.clock import utc_now
from sixclear.common.issuer.clients import get_client

pytestmark = pytest.mark.slow

README = Path(__file__).parents[2] / "README.md"
# Of the day on which the tests run: the platform goes by the real clock.
DEADLINE = (utc_now() + timedelta(days=60)).date().isoformat()
PROGRAMME = {"slug": "client", "name_vi": "Khách", "name_en": "Client", "resolution": "57-NQ/TW", "owner": "P57"}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform without the demonstration."""
    platform = Platform("run", tmp_path_factory.mktemp("client") / "home", free_ports(1), extra=("--no-demo",))
    try:
        platform.start()
        yield platform
    finally:
        platform.end()


def credentials(home: Path, name: str) -> Credentials:
    return Credentials(name, get_client(home, name).secret)


def rows(count: int) -> list[dict[str, object]]:
    return [
        {
            "programme": "client",
            "title": f"Việc {number}",
            "source": "client",
            "external_id": str(number),
            "assigned_by": "central",
            "assigning_organisation": "P57",
            "lead_organisation": "G06",
            "responsible_position": {"title": "Cục trưởng", "organisation": "G06"},
            "product": "Báo cáo",
            "authority": "Theo phân cấp",
            "deadline": DEADLINE,
            "assign": True,
        }
        for number in range(count)
    ]


@pytest.mark.asyncio
async def test_five_hundred_tasks_and_their_reports_take_six_requests(empty: Platform) -> None:
    place = empty.announcement()
    owner, ministry = (credentials(empty.home, name) for name in ("standing-body", "org-G06"))
    with Client(place.address, owner) as client:
        client.post("/api/tasks/v1/programmes", PROGRAMME)
        (begun,) = client.changes(begin="newest")
        put = client.put_tasks(rows(500))
        assert (put.count("created"), list(put.rejected)) == (500, [])
        assert client.put_tasks(rows(500)).count("unchanged") == 500
    async with AsyncClient(place.address, ministry) as other:
        told = [
            {"source": "client", "external_id": str(number), "text": "Xong", "percent": 50} for number in range(500)
        ]
        assert (await other.report(told)).count("reported") == 500
        found = [task async for task in other.tasks(own=True, source="client")]
        assert {task["percent"] for task in found} == {50}
        assert len(found) == 500
        pages = [page async for page in other.changes(after=begun.after)]
    events = [event for page in pages for event in page.events if event.data.get("source") == "client"]
    changes = [event.type.split(".")[-2] for event in events]
    assert [changes.count(change) for change in ("proposed", "assigned", "progress_reported")] == [500] * 3
    assert len({event.id for event in events}) == len(events)


def test_the_example_of_the_readme_runs(empty: Platform) -> None:
    with Client(empty.announcement().address, credentials(empty.home, "standing-body")) as client:
        client.post("/api/tasks/v1/programmes", PROGRAMME)
        client.put_tasks(rows(3))
    with Client(empty.announcement().address, credentials(empty.home, "org-G06")) as client:
        client.report({"source": "client", "external_id": str(number), "text": "Bắt đầu"} for number in range(3))
    (program,) = re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    run = subprocess.run(
        [sys.executable, "-c", program.replace("http://127.0.0.1:8000", empty.announcement().address)],
        env=os.environ | {"TOKEN": asyncio.run(empty.token("org-G06"))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    # One line for each page: a page is as long as what was there when it was asked for.
    reported, *changes = re.findall(r"^(\d+) (?:reported, 0 refused|changes)", run.stdout, re.MULTILINE)
    assert sum(map(int, changes)) >= int(reported) > 0
