"""A source put back from a dump beside a real Kafka: its relay notices, raises the epoch and sends everything again."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from sixclear.common.bus.consumer import ConsumerLimits, ConsumerLoop
from sixclear.common.bus.kafka import KafkaBus
from sixclear.common.events.log import EventLog
from sixclear.common.events.reader import LogReader
from sixclear.common.ids import new_id
from sixclear.common.relay.relay import Relay
from sixclear.common.testing import backup
from sixclear.common.testing.bus import Effects, commit_changes, consumed_log
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.kafka import Broker
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = [pytest.mark.asyncio, pytest.mark.kafka]

QUICK = ConsumerLimits(fetch_seconds=0.2, first_backoff_seconds=0.01, last_backoff_seconds=0.1)


@pytest_asyncio.fixture
async def log(empty_database: EmptyDatabase) -> AsyncIterator[EventLog]:
    async with consumed_log(await empty_database()) as made:
        yield made


@pytest_asyncio.fixture
async def view(empty_database: EmptyDatabase) -> AsyncIterator[EventLog]:
    """The database of the consumer; it is never restored."""
    async with consumed_log(await empty_database()) as made:
        yield made


@pytest_asyncio.fixture
async def effects(log: EventLog, view: EventLog, kafka_server: Broker) -> AsyncIterator[Effects]:
    """A consumer that is at work all the time."""
    made, bus = Effects(view.database, "view"), KafkaBus(kafka_server.bootstrap_servers)
    loop = ConsumerLoop(bus, view.database, "view", [log.topic("thing")], made.handle, limits=QUICK)
    await loop.start()
    yield made
    await loop.stop()
    await bus.close()


def _url(log: EventLog) -> str:
    return log.database.engine.url.render_as_string(hide_password=False)


async def _sees_the_log(log: EventLog, view: EventLog, epoch: int) -> bool:
    """Whether a consumer that keeps only this epoch knows exactly what the log holds."""
    statement = text("SELECT entity_id, version FROM effect WHERE epoch = :epoch")
    async with view.database.session() as session:
        seen = {tuple(row) for row in await session.execute(statement, {"epoch": epoch})}
    async with log.database.session() as session:
        held = {tuple(row) for row in await session.execute(text("SELECT entity_id, version FROM event"))}
    return seen == held != set()


async def _sent(relay: Relay, position: int) -> bool:
    return relay.state().active and relay.state().position >= position


@pytest.mark.usefixtures("effects")
@pytest.mark.parametrize(("since", "while_away"), [(1, True), (3, True), (9, True), (0, False), (9, False)])
async def test_a_restored_source_is_noticed_by_its_relay(
    log: EventLog, view: EventLog, kafka_server: Broker, tmp_path: Path, since: int, while_away: bool
) -> None:
    relay = Relay(log, log.database, kafka_server.bootstrap_servers)
    await commit_changes(log, [new_id() for _ in range(4)])
    await backup.dump(_url(log), tmp_path / "dump")
    await commit_changes(log, [new_id() for _ in range(3)])
    await relay.start()
    try:
        await eventually(lambda: _sees_the_log(log, view, 1), within_seconds=20)
        if while_away:
            await relay.stop()
        await backup.restore(_url(log), tmp_path / "dump")
        await commit_changes(log, [new_id() for _ in range(since)])
        if while_away:
            await relay.start()
        await eventually(lambda: _sees_the_log(log, view, 2), within_seconds=30)
    finally:
        await relay.stop()
    assert await LogReader(log.database).epoch() == 2


@pytest.mark.usefixtures("effects")
async def test_two_relays_raise_it_once_and_the_same_dump_raises_it_again(
    log: EventLog, view: EventLog, kafka_server: Broker, tmp_path: Path
) -> None:
    """The dump takes the raised epoch back; one of epoch 2 in the broker says that there was one."""
    relays = [Relay(log, log.database, kafka_server.bootstrap_servers) for _ in range(2)]
    await commit_changes(log, [new_id() for _ in range(4)])
    await backup.dump(_url(log), tmp_path / "dump")
    await commit_changes(log, [new_id() for _ in range(3)])
    for relay in relays:
        await relay.start()
    try:
        for epoch in (1, 2, 3):
            await eventually(partial(_sees_the_log, log, view, epoch), within_seconds=30)
            assert await LogReader(log.database).epoch() == epoch
            if epoch < 3:
                await backup.restore(_url(log), tmp_path / "dump")
                await commit_changes(log, [new_id() for _ in range(3)])
    finally:
        for relay in relays:
            await relay.stop()


async def test_neither_a_restart_nor_an_archived_month_nor_a_move_is_a_restore(
    log: EventLog, kafka_server: Broker, tmp_path: Path
) -> None:
    async def nothing_is_raised(position: int) -> None:
        relay = Relay(log, log.database, kafka_server.bootstrap_servers)
        await relay.start()
        try:
            await eventually(lambda: _sent(relay, position), within_seconds=20)
        finally:
            await relay.stop()
        assert (await LogReader(log.database).epoch(), relay.state().replays) == (1, 0)

    await commit_changes(log, [new_id() for _ in range(12)])
    await nothing_is_raised(12)
    await nothing_is_raised(12)
    await backup.dump(_url(log), tmp_path / "dump")
    await backup.restore(_url(log), tmp_path / "dump")
    await nothing_is_raised(12)
    async with log.database.transaction() as session:
        await session.execute(text("ALTER TABLE event DETACH PARTITION event_default"))
        await session.execute(text("CREATE TABLE event_later PARTITION OF event DEFAULT"))
    await nothing_is_raised(12)
    await commit_changes(log, [new_id()])
    await nothing_is_raised(13)
