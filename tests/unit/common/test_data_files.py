"""Files of the data folder are 0640 in 0750, whatever the umask; what an earlier release left open is closed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sixclear.common.data_files import close_to_others, make_folder, open_bytes, open_text, write_whole
from sixclear.common.issuer.key_store import signing_key
from sixclear.common.log_handlers import FileHandler
from sixclear.launcher.data_folder import Announcement, DataFolder


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """The umask of the process during the test."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


@pytest.mark.usefixtures("umask")
def test_whatever_the_umask(tmp_path: Path) -> None:
    home = tmp_path / "made" / "home"
    folder = DataFolder(home)
    folder.claim()
    folder.announce(Announcement("http://127.0.0.1:1", "http://127.0.0.1:1", {}))
    FileHandler(home / "logs" / "sixclear.log").close()
    open_text(home / "logs" / "sixclear.log").close()
    open_bytes(home / "logs" / "tasks.log").close()
    write_whole(home / "demo.json", b"{}")
    write_whole(home / "demo.json", b"[]")
    signing_key(home)
    for made in (home.parent, home, home / "logs"):
        assert _mode(made) == 0o750, made
    for name in ("lock", "process.json", "demo.json", "logs/sixclear.log", "logs/tasks.log"):
        assert _mode(home / name) == 0o640, name
    assert (home / "demo.json").read_bytes() == b"[]"
    assert _mode(home / "identity") == 0o700
    assert {_mode(file) for file in (home / "identity").iterdir()} == {0o600}
    folder.release()


def test_a_folder_of_an_earlier_release_is_closed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "logs").mkdir(parents=True)
    kept = [home / name for name in ("lock", "demo.json", "logs/sixclear.log", "logs/sixclear.log.1")]
    for file in kept:
        file.touch()
        file.chmod(0o644)
    for folder in (home, home / "logs"):
        folder.chmod(0o755)
    claimed = DataFolder(home)
    claimed.claim()
    assert {_mode(file) for file in kept} == {0o640}
    assert {_mode(folder) for folder in (home, home / "logs")} == {0o750}
    claimed.release()


def test_a_folder_that_is_not_ours_keeps_its_mode(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    folder = DataFolder(home)
    folder.claim()
    assert _mode(home) == 0o755
    folder.release()


def test_what_is_closed_more_stays_so(tmp_path: Path) -> None:
    make_folder(tmp_path)
    secret = tmp_path / "secret"
    secret.touch()
    secret.chmod(0o600)
    close_to_others(secret)
    close_to_others(tmp_path / "nothing")
    assert _mode(secret) == 0o600
