"""`sixclear keys` lists what earlier releases took under two spellings of one key."""

from pathlib import Path

import pytest

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.launcher import commands, duplicates
from sixclear.launcher.__main__ import parser

SERVICES = ("tasks", "feedback", "data_catalog")


@pytest.mark.asyncio
async def test_of_new_databases_there_is_nothing_to_list(
    clone_database: CloneDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in SERVICES:
        monkeypatch.setenv(f"SIXCLEAR_{name.upper()}_DATABASE_URL", await clone_database(f"sixclear.{name}"))
    monkeypatch.setenv("SIXCLEAR_HOME", str(tmp_path))
    monkeypatch.setattr(commands, "configure_logging", lambda settings: None)  # it is the whole process's
    options = parser().parse_args(["keys"])
    assert await options.run(options) == 0
    assert (
        capsys.readouterr().out
        == "No two entities have the same key (databases read: tasks, feedback, data-catalog).\n"
    )


@pytest.mark.asyncio
async def test_a_database_that_is_away_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SERVICES:
        address = "postgresql+asyncpg://user:hidden@127.0.0.1:1/x"
        monkeypatch.setenv(f"SIXCLEAR_{name.upper()}_DATABASE_URL", address)
    with pytest.raises(CannotStart, match="tasks does not answer") as refused:
        await duplicates.find(CommonSettings(home=tmp_path))
    assert "hidden" not in f"{refused.value.reason} {refused.value.way_out}"
