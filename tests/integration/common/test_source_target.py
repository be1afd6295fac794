"""The target of a source of events: what `prepare` may rely on, and when it is ready."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from starlette.applications import Starlette

from sixclear.common.runtime.source_target import SourceTarget
from sixclear.common.runtime.target import Target
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.common.testing.service import bare_runtime
from sixclear.data_catalog.events import EVENTS


@dataclass
class Settings:
    database_url: str
    database_pool_size: int = 2


def bare_app(settings: Settings, /, **parts: Any) -> Starlette:
    """An application that keeps what it was given."""
    app = Starlette()
    app.state.parts = parts
    return app


def target_at(url: str, home: Path, prepare: Any = None) -> SourceTarget[Settings]:
    """A target with the tables of a real service."""
    return SourceTarget(
        bare_runtime(home),
        events=EVENTS,
        prefixes=("/things",),
        package="sixclear.data_catalog",
        settings=Settings(url),
        create_app=bare_app,
        waiting_for="counting things",
        prepare=prepare,
    )


@pytest.mark.asyncio
async def test_prepare_finds_the_schema_and_runs_before_it_is_ready(
    empty_database: EmptyDatabase, tmp_path: Path
) -> None:
    seen: list[Any] = []

    async def prepare(target: SourceTarget[Settings]) -> None:
        async with target.database.session() as session:
            seen.append((await session.execute(text("SELECT count(*) FROM entry"))).scalar_one())
            seen.append((await session.execute(text("SELECT count(*) FROM pg_inherits"))).scalar_one() > 0)
        seen.append(target.checks()[0].ok)

    target = target_at(await empty_database(), tmp_path, prepare)
    one_of_them: Target = target
    assert (one_of_them.name, one_of_them.prefixes, one_of_them.streams()) == ("data-catalog", ("/things",), [])
    assert target.checks()[0].detail == "counting things"
    await target.start()
    assert seen == [0, True, False]
    assert target.checks()[0].ok
    assert target.app.state.parts["event_log"] is target.event_log
    await target.stop()
    assert not target.checks()[0].ok


@pytest.mark.asyncio
async def test_it_is_not_ready_when_prepare_fails_and_can_be_stopped(
    empty_database: EmptyDatabase, tmp_path: Path
) -> None:
    async def prepare(target: SourceTarget[Settings]) -> None:
        raise PermissionError("the folder")

    target = target_at(await empty_database(), tmp_path, prepare)
    with pytest.raises(PermissionError):
        await target.start()
    assert not target.checks()[0].ok
    await target.stop()
