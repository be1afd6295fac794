"""A server that ends unasked is started again, until the process stops."""

import shutil
from pathlib import Path

import pytest

from sixclear.common.testing.eventually import eventually
from sixclear.launcher import keeping
from sixclear.launcher.data_folder import Announcement, DataFolder, announced
from sixclear.launcher.keeping import kept_up

pytestmark = pytest.mark.asyncio


class Server:
    """Runs after `failures` failed starts."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.up = True
        self.starts = 0

    def running(self) -> bool:
        return self.up

    async def start(self) -> None:
        self.starts += 1
        if self.starts <= self.failures:
            raise RuntimeError("The disk is full.")
        self.up = True


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(keeping, "_AFTER_FAILURE_SECONDS", 0.01)


async def test_it_is_started_until_it_runs_and_the_person_is_told() -> None:
    server, said = Server(failures=2), list[str]()

    async def runs() -> bool:
        return server.up

    async with kept_up("PostgreSQL", server.running, server.start, said.append, lambda: True):
        server.up = False
        await eventually(runs)
    assert server.starts == 3
    assert said[0] == "PostgreSQL ended unasked and is started again."
    assert "The disk is full." in said[1]


async def test_after_leaving_nothing_is_started() -> None:
    server = Server(failures=0)
    async with kept_up("PostgreSQL", server.running, server.start, print, lambda: True):
        pass
    server.up = False
    assert server.starts == 0


async def test_with_its_data_folder_removed_nothing_is_started_for_there_may_be_a_new_one(tmp_path: Path) -> None:
    folder, server, said = DataFolder(tmp_path / "home"), Server(failures=0), list[str]()
    folder.claim()
    assert folder.held()

    async def told() -> bool:
        return bool(said)

    async with kept_up("PostgreSQL", server.running, server.start, said.append, folder.held):
        shutil.rmtree(folder.path)
        newer = DataFolder(folder.path)
        newer.claim()
        newer.announce(Announcement("http://127.0.0.1:8000", "http://127.0.0.1:8000", {}))
        await eventually(told)
        server.up = False
    assert server.starts == 0
    assert "removed" in said[0]
    folder.release()
    assert (newer.held(), announced(folder.path) is not None) == (True, True), "the newer process is left in peace"
    newer.release()
