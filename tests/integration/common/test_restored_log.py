"""A log that was restored under its readers, in one process: noticed whatever came since, and never without cause."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from sixclear.common.bus.consumer import ConsumerLimits, ConsumerLoop
from sixclear.common.events.epoch import LogIncomplete, raise_epoch
from sixclear.common.events.log import EventLog
from sixclear.common.events.reader import LogReader
from sixclear.common.ids import new_id
from sixclear.common.testing import backup
from sixclear.common.testing.bus import BusHarness, Effects, change, commit_changes, memory_harness
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = pytest.mark.asyncio

QUICK = ConsumerLimits(batch_size=50, fetch_seconds=0.2, first_backoff_seconds=0.01, last_backoff_seconds=0.1)


@pytest_asyncio.fixture
async def source(empty_database: EmptyDatabase) -> AsyncIterator[BusHarness]:
    """The log under test, in a database that tests dump and restore."""
    async with memory_harness(await empty_database()) as made:
        yield made


@pytest_asyncio.fixture
async def view(empty_database: EmptyDatabase) -> AsyncIterator[BusHarness]:
    """Where consumers keep their positions and effects; it is never restored."""
    async with memory_harness(await empty_database()) as made:
        yield made


@asynccontextmanager
async def reading(source: BusHarness, view: BusHarness, group: str = "view") -> AsyncIterator[Effects]:
    effects = Effects(view.database, group)
    loop = ConsumerLoop(source.bus, view.database, group, [source.topic], effects.handle, limits=QUICK)
    await loop.start()
    try:
        yield effects
    finally:
        await loop.stop()


def _url(log: EventLog) -> str:
    return log.database.engine.url.render_as_string(hide_password=False)


async def _seen(view: BusHarness, epoch: int, group: str = "view") -> set[tuple[Any, int]]:
    """What a consumer that keeps only one epoch knows."""
    statement = text("SELECT entity_id, version FROM effect WHERE consumer_group = :group AND epoch = :epoch")
    async with view.database.session() as session:
        rows = await session.execute(statement, {"group": group, "epoch": epoch})
        return {(row.entity_id, row.version) for row in rows}


async def _held(log: EventLog) -> set[tuple[Any, int]]:
    async with log.database.session() as session:
        rows = await session.execute(text("SELECT entity_id, version FROM event"))
        return {(row.entity_id, row.version) for row in rows}


async def _sees_the_log(source: BusHarness, view: BusHarness, epoch: int, group: str = "view") -> bool:
    return await _seen(view, epoch, group) == await _held(source.log) != set()


@pytest.mark.parametrize(
    ("since", "while_away"), [(0, True), (0, False), (1, True), (3, True), (3, False), (9, True), (9, False)]
)
async def test_a_log_put_back_from_a_dump_is_noticed(
    source: BusHarness, view: BusHarness, tmp_path: Path, since: int, while_away: bool
) -> None:
    """Three events were lost; none, fewer, as many or more came since, while the consumer was away or at work."""
    file = tmp_path / "dump"
    await commit_changes(source.log, [new_id() for _ in range(4)])
    await backup.dump(_url(source.log), file)
    await commit_changes(source.log, [new_id() for _ in range(3)])

    async def restored() -> None:
        await backup.restore(_url(source.log), file)
        await commit_changes(source.log, [new_id() for _ in range(since)])

    async with reading(source, view):
        await eventually(lambda: _sees_the_log(source, view, 1))
        if not while_away:
            await restored()
            await eventually(lambda: _sees_the_log(source, view, 2))
    if while_away:
        await restored()
        async with reading(source, view):
            await eventually(lambda: _sees_the_log(source, view, 2))
    assert await LogReader(source.database).epoch() == 2


async def test_the_same_dump_put_back_twice_never_brings_back_an_epoch_that_was_read(
    source: BusHarness, view: BusHarness, tmp_path: Path
) -> None:
    """The dump holds the epoch, too: what was raised after it is taken back."""
    file = tmp_path / "dump"
    await commit_changes(source.log, [new_id() for _ in range(2)])
    await backup.dump(_url(source.log), file)
    await commit_changes(source.log, [new_id()])
    for epoch in (1, 2, 3):
        async with reading(source, view):
            await eventually(partial(_sees_the_log, source, view, epoch))
        await backup.restore(_url(source.log), file)
    assert await LogReader(source.database).epoch() == 1


async def test_two_groups_raise_it_once(source: BusHarness, view: BusHarness, tmp_path: Path) -> None:
    file = tmp_path / "dump"
    await commit_changes(source.log, [new_id() for _ in range(2)])
    await backup.dump(_url(source.log), file)
    await commit_changes(source.log, [new_id() for _ in range(2)])
    async with reading(source, view, "one"), reading(source, view, "two"):
        for group in ("one", "two"):
            await eventually(partial(_sees_the_log, source, view, 1, group))
        await backup.restore(_url(source.log), file)
        await commit_changes(source.log, [new_id() for _ in range(2)])
        for group in ("one", "two"):
            await eventually(partial(_sees_the_log, source, view, 2, group))
    assert await LogReader(source.database).epoch() == 2


async def test_it_is_noticed_while_writers_write(source: BusHarness, view: BusHarness, tmp_path: Path) -> None:
    file, over = tmp_path / "dump", asyncio.Event()
    await commit_changes(source.log, [new_id() for _ in range(5)])
    await backup.dump(_url(source.log), file)
    await commit_changes(source.log, [new_id() for _ in range(5)])

    async def write() -> None:
        while not over.is_set():
            await commit_changes(source.log, [new_id()])

    async with reading(source, view):
        await eventually(lambda: _sees_the_log(source, view, 1))
        await backup.restore(_url(source.log), file)
        writers = [asyncio.create_task(write()) for _ in range(4)]
        try:
            await eventually(lambda: _epoch_is(source, 2))
        finally:
            over.set()
            await asyncio.gather(*writers)
        await eventually(lambda: _sees_the_log(source, view, 2))
    assert await LogReader(source.database).epoch() == 2


async def _epoch_is(source: BusHarness, epoch: int) -> bool:
    return await LogReader(source.database).epoch() == epoch


async def test_a_log_made_again_from_nothing_is_noticed(source: BusHarness, view: BusHarness) -> None:
    await commit_changes(source.log, [new_id() for _ in range(3)])
    async with reading(source, view):
        await eventually(lambda: _sees_the_log(source, view, 1))
    async with source.database.transaction() as session:
        await session.execute(text("TRUNCATE event RESTART IDENTITY"))
    async with reading(source, view):
        await eventually(lambda: _epoch_is(source, 2))
        await commit_changes(source.log, [new_id()])
        await eventually(lambda: _sees_the_log(source, view, 2))
    assert await LogReader(source.database).epoch() == 2, "a position of an epoch before raises nothing more"


async def test_while_a_restore_runs_nothing_is_raised(source: BusHarness) -> None:
    """Rows may still be missing, and the epoch's own row would be written over: its indexes come last."""
    async with source.database.transaction() as session:
        await session.execute(text("DROP INDEX ix_event_event_id"))
    with pytest.raises(LogIncomplete):
        await raise_epoch(source.database, at_least=2)
    assert await LogReader(source.database).epoch() == 1


async def test_an_epoch_raised_by_hand_is_followed_without_a_restart(source: BusHarness, view: BusHarness) -> None:
    await commit_changes(source.log, [new_id() for _ in range(3)])
    async with reading(source, view):
        await eventually(lambda: _sees_the_log(source, view, 1))
        assert await raise_epoch(source.database) == 2
        await eventually(lambda: _sees_the_log(source, view, 2))


async def _nothing_was_raised(source: BusHarness, view: BusHarness) -> None:
    """Whether, over a restart of the consumer and some more events, the log is still taken for the same."""
    for _ in range(2):
        async with reading(source, view):
            await commit_changes(source.log, [new_id()])
            await eventually(lambda: _came(source, view))
    assert await LogReader(source.database).epoch() == 1
    async with view.database.session() as session:
        twice = text("SELECT count(*) - count(DISTINCT (entity_id, version)) FROM effect")
        assert await session.scalar(twice) == 0, "nothing was read a second time"


async def _came(source: BusHarness, view: BusHarness) -> bool:
    return await _held(source.log) <= await _seen(view, 1)


async def test_late_commits_and_rollbacks_are_no_restore(source: BusHarness, view: BusHarness) -> None:
    """Holes that are filled late, and some that never are."""

    async def write(number: int) -> None:
        async with source.database.session() as session:
            await change(session, source.log, new_id())
            await asyncio.sleep(0)
            await change(session, source.log, new_id())
            await (session.rollback() if number % 3 == 0 else session.commit())
        source.log.wake()

    async with reading(source, view):
        for _ in range(10):
            await asyncio.gather(*(write(number) for number in range(9)))
        await eventually(lambda: _came(source, view))
    async with source.database.session() as session:
        await change(session, source.log, new_id())  # the last number drawn is one that was rolled back
        await session.rollback()
    await _nothing_was_raised(source, view)


async def test_an_archived_month_is_no_restore(source: BusHarness, view: BusHarness) -> None:
    """The position stands on an event whose partition was detached; then every partition is empty."""
    await commit_changes(source.log, [new_id() for _ in range(3)])
    async with reading(source, view):
        await eventually(lambda: _came(source, view))
        async with source.database.transaction() as session:
            await session.execute(text("ALTER TABLE event DETACH PARTITION event_default"))
            await session.execute(text("CREATE TABLE event_later PARTITION OF event DEFAULT"))
        await commit_changes(source.log, [new_id()])
        await eventually(lambda: _came(source, view))
    async with source.database.transaction() as session:
        await session.execute(text("ALTER TABLE event DETACH PARTITION event_later"))
        await session.execute(text("CREATE TABLE event_latest PARTITION OF event DEFAULT"))
    await _nothing_was_raised(source, view)


async def test_an_empty_log_is_no_restore(source: BusHarness, view: BusHarness) -> None:
    async with reading(source, view):
        await eventually(lambda: _opened(source, view))
    await _nothing_was_raised(source, view)


async def _opened(source: BusHarness, view: BusHarness) -> bool:
    return await _held(source.log) == await _seen(view, 1) == set()


async def test_a_dump_put_back_without_a_loss_is_no_restore(
    source: BusHarness, view: BusHarness, tmp_path: Path
) -> None:
    """Moving to another server: the rows come back as other bytes, and say the same."""
    await commit_changes(source.log, [new_id() for _ in range(3)])
    async with reading(source, view):
        await eventually(lambda: _came(source, view))
    await backup.dump(_url(source.log), tmp_path / "dump")
    await backup.restore(_url(source.log), tmp_path / "dump")
    await _nothing_was_raised(source, view)


@pytest.mark.parametrize("mark", ["NULL", "'2 of another definition'", "replace(last_mark, '1 1 3 ', '1 1 2 ')"])
async def test_a_position_without_a_mark_of_its_own_is_trusted_until_it_moves(
    source: BusHarness, view: BusHarness, mark: str
) -> None:
    """Of before the migration, of a later release, or moved since by a release that knows no marks."""
    await commit_changes(source.log, [new_id() for _ in range(3)])
    async with reading(source, view):
        await eventually(lambda: _came(source, view))
    async with view.database.transaction() as session:
        await session.execute(text(f"UPDATE consumer_position SET last_mark = {mark}"))
    await _nothing_was_raised(source, view)
    async with view.database.session() as session:
        assert (await session.scalar(text("SELECT last_mark FROM consumer_position"))).startswith("1 1 5 ")
