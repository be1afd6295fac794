"""A disk without space: a line with a way out instead of a traceback, and readiness says it."""

import errno
import os
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import asyncpg
import pytest
from prometheus_client import REGISTRY, CollectorRegistry
from sqlalchemy.exc import DBAPIError

from sixclear.common.issuer.clients import seed_clients
from sixclear.launcher.__main__ import main
from sixclear.launcher.full_disk import FREE, DiskWatch, full_disk

_Usage = namedtuple("_Usage", "total used free")


def _sixclear(home: Path, *arguments: str, output: str) -> tuple[int, str]:
    with open(output, "w") as stdout:
        done = subprocess.run(
            [sys.executable, "-m", "sixclear.launcher", *arguments],
            env=os.environ | {"SIXCLEAR_HOME": str(home)},
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    return done.returncode, done.stderr


@pytest.mark.parametrize("command", [("token", "operator"), ("targets",), ("check-config", "--target", "tasks")])
def test_a_command_whose_output_cannot_be_written(tmp_path: Path, command: tuple[str, ...]) -> None:
    seed_clients(tmp_path, [])
    code, said = _sixclear(tmp_path, *command, output="/dev/full")
    assert code == 1
    assert said.splitlines()[0] == "No space left on device."
    assert "Traceback" not in said
    assert "Exception ignored" not in said


def test_a_token_needs_no_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seed_clients(tmp_path, [])
    monkeypatch.setenv("SIXCLEAR_HOME", str(tmp_path))
    assert main(["token", "operator"]) == 0

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path))

    capsys.readouterr()
    monkeypatch.setattr("tempfile.mkstemp", full)
    assert main(["token", "operator"]) == 0
    assert capsys.readouterr().out.count(".") == 2
    (tmp_path / "identity" / "jwks.json").unlink()
    assert main(["token", "operator"]) == 1
    assert "No space left on device" in capsys.readouterr().err


def _from_postgres() -> Exception:
    driver = asyncpg.exceptions.DiskFullError("could not extend file")
    wrapped = Exception("wrapped")
    wrapped.__cause__ = driver
    return DBAPIError("INSERT", None, wrapped)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        ExceptionGroup("several", [ValueError(), OSError(errno.ENOSPC, "No space left on device")]),
        _from_postgres(),
    ],
    ids=["disk", "quota", "group", "database"],
)
def test_what_a_full_disk_is(error: Exception) -> None:
    said = full_disk(error)
    assert said is not None
    assert "Free some space" in said.way_out


def test_what_it_is_not() -> None:
    assert full_disk(OSError(errno.EACCES, "Permission denied")) is None
    assert full_disk(ValueError("No space left on device")) is None


def test_readiness_and_metrics_say_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = DiskWatch(tmp_path)
    assert watch.checks() == []
    monkeypatch.setattr("shutil.disk_usage", lambda _: _Usage(10, 10, 4_000_000))
    (check,) = watch.checks()
    assert not check.ok
    assert not check.holds_back, "what is stored can be read"
    assert "4 MB are free where SIXCLEAR_HOME is" in check.detail
    assert REGISTRY.get_sample_value("sixclear_data_folder_free_bytes", {"folder": str(tmp_path)}) == 4_000_000


def test_a_process_without_a_data_folder_does_not_say_that_nothing_is_free() -> None:
    """In a container 0 stood there, as if the disk were full."""
    registry = CollectorRegistry()
    registry.register(FREE)
    watched = {sample.labels.get("folder") for metric in registry.collect() for sample in metric.samples}
    assert None not in watched
