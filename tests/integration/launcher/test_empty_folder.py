"""A command that asks what is there does not make an empty database and call all well."""

from pathlib import Path

import pytest

from sixclear.launcher.__main__ import main

ENTITY = "task/01a224a1-434c-7bfe-8946-18d02a4aef95"


@pytest.mark.parametrize(
    "command",
    [
        ["keys"],
        ["purge", ENTITY, "--reason", "Quyết định 1"],
        ["epoch", "raise", "tasks"],
        ["rebuild", "tasks"],
    ],
    ids=lambda command: command[0],
)
def test_a_folder_without_a_database_is_named_and_left_as_it_is(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SIXCLEAR_HOME", str(tmp_path))
    assert main(command) == 1
    said = capsys.readouterr().err
    assert "There is no database of" in said
    assert "_DATABASE_URL" in said
    assert not (tmp_path / "postgres").exists()


def test_a_purge_asks_for_its_reason_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SIXCLEAR_HOME", str(tmp_path))
    assert main(["purge", ENTITY]) == 1
    assert "--reason" in capsys.readouterr().err
