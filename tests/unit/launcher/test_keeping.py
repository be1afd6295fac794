"""A server that ends unasked is started again, until the process stops."""

import errno
import fcntl
import shutil
from pathlib import Path

import pytest

from sixclear.common.runtime.cannot_start import CannotStart
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


async def test_what_cannot_be_told_starts_nothing() -> None:
    server, said, looks = Server(failures=0), list[str](), list[None]()

    def running() -> None:
        looks.append(None)

    async def looked_often() -> bool:
        return len(looks) > 5

    async with kept_up("PostgreSQL", running, server.start, said.append, lambda: True):
        await eventually(looked_often)
    assert (server.starts, said) == (0, [])


async def test_a_folder_that_cannot_be_looked_at_is_still_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = DataFolder(tmp_path / "home")
    folder.claim()

    def broken(self: Path) -> object:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", broken)
        assert folder.held()
    (folder.path / "lock").unlink()
    assert not folder.held()
    folder.release()


async def test_a_folder_that_cannot_be_locked_is_not_said_to_be_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(file: object, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(CannotStart) as refused:
        DataFolder(tmp_path / "home").claim()
    assert "cannot be locked: No locks available" in refused.value.reason


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
