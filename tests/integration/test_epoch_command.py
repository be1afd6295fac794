"""`sixclear epoch raise` raises the epoch of a log that is there, and says what is wrong of any other."""

from pathlib import Path

import pytest
from sqlalchemy import text

from sixclear.common.db import Database
from sixclear.common.events.reader import LogReader
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.postgres import CloneDatabase, EmptyDatabase
from sixclear.launcher import commands
from sixclear.launcher.__main__ import parser
from sixclear.launcher.epochs import raise_by_hand

pytestmark = pytest.mark.asyncio

ADDRESS = "SIXCLEAR_DATA_CATALOG_DATABASE_URL"


async def test_the_epoch_is_one_higher_each_time(
    clone_database: CloneDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = await clone_database("sixclear.data_catalog")
    monkeypatch.setenv(ADDRESS, url)
    monkeypatch.setenv("SIXCLEAR_HOME", str(tmp_path))
    monkeypatch.setattr(commands, "configure_logging", lambda settings: None)  # it is the whole process's
    options = parser().parse_args(["epoch", "raise", "data-catalog"])
    assert await options.run(options) == 0
    assert "data-catalog is in epoch 2" in capsys.readouterr().out
    assert await raise_by_hand(CommonSettings(home=tmp_path), "data-catalog") == 3
    database = Database(url, application_name="test", pool_size=1)
    assert await LogReader(database).epoch() == 3
    await database.close()


@pytest.mark.parametrize("name", ["monitoring", "portal", "task"])
async def test_a_service_without_a_log(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotStart, match=name) as refused:
        await raise_by_hand(CommonSettings(home=tmp_path), name)
    assert "tasks, feedback, data-catalog" in refused.value.way_out


@pytest.mark.parametrize("host", ["127.0.0.1:1", "no-such-host.invalid"])
async def test_a_database_that_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv(ADDRESS, f"postgresql+asyncpg://user:hidden@{host}/catalogue")
    with pytest.raises(CannotStart, match="does not answer") as refused:
        await raise_by_hand(CommonSettings(home=tmp_path), "data-catalog")
    assert ADDRESS in refused.value.way_out
    assert "hidden" not in f"{refused.value.reason} {refused.value.way_out}"


async def test_a_database_of_something_else(
    empty_database: EmptyDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS, await empty_database())
    with pytest.raises(CannotStart) as refused:
        await raise_by_hand(CommonSettings(home=tmp_path), "data-catalog")
    assert "sixclear migrate" in f"{refused.value.reason} {refused.value.way_out}"


async def test_a_database_that_is_being_restored(
    clone_database: CloneDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await clone_database("sixclear.data_catalog")
    monkeypatch.setenv(ADDRESS, url)
    database = Database(url, application_name="test", pool_size=1)
    async with database.transaction() as session:
        await session.execute(text("DROP INDEX ix_event_event_id"))
    with pytest.raises(CannotStart, match="not whole"):
        await raise_by_hand(CommonSettings(home=tmp_path), "data-catalog")
    assert await LogReader(database).epoch() == 1
    await database.close()
