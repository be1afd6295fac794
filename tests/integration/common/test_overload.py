"""A database that is too slow for a batch: less at once gets through, nothing is set aside, nothing is skipped."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus.consumer import ConsumerLimits, ConsumerLoop
from sixclear.common.bus.envelope import Envelope
from sixclear.common.bus.kafka import KafkaBus
from sixclear.common.bus.memory import MemoryBus
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.ids import new_id
from sixclear.common.relay.cursor import request_replay
from sixclear.common.relay.relay import Relay
from sixclear.common.testing.bus import BusHarness, Effects, change, memory_harness
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.kafka import Broker
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = pytest.mark.asyncio

_LIMITS = ConsumerLimits(batch_size=64, fetch_seconds=0.2, first_backoff_seconds=0.01, last_backoff_seconds=0.05)
# The server sleeps in the consumer's own transaction, as a slow disk would make it wait.
_SLOW = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_sleep(s.seconds) FROM slowness s WHERE s.entity_id IS NULL OR s.entity_id = NEW.entity_id;
    RETURN NEW;
END $$
"""


async def _slow_down(harness: BusHarness, seconds: float, entity_id: object = None) -> None:
    async with harness.database.transaction() as session:
        await session.execute(text("CREATE TABLE slowness (entity_id uuid, seconds double precision)"))
        await session.execute(text(_SLOW))
        await session.execute(text("CREATE TRIGGER slow BEFORE INSERT ON effect FOR EACH ROW EXECUTE FUNCTION slow()"))
        statement = text("INSERT INTO slowness VALUES (CAST(:entity_id AS uuid), :seconds)")
        await session.execute(statement, {"entity_id": entity_id, "seconds": seconds})


class _Recorded(Effects):
    """What was tried, besides what had an effect."""

    def __init__(self, database: Database, group: str) -> None:
        super().__init__(database, group)
        self.sizes: list[int] = []

    async def handle(self, session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        self.sizes.append(len(envelopes))
        await super().handle(session, envelopes)


def _loop(harness: BusHarness, effects: Effects, database: Database) -> ConsumerLoop:
    return ConsumerLoop(harness.bus, database, "view", [harness.topic], effects.handle, limits=_LIMITS)


async def test_a_batch_that_runs_out_of_time_is_halved_until_it_gets_through_and_grows_again(
    empty_database: EmptyDatabase,
) -> None:
    async with memory_harness(await empty_database()) as harness:
        entities = [new_id() for _ in range(64)]
        async with harness.database.transaction() as session:
            for entity_id in entities * 2:
                await change(session, harness.log, entity_id)
        await _slow_down(harness, 0.03)
        database = Database(harness.database.url, application_name="slow", transaction_timeout_seconds=0.6)
        effects = _Recorded(harness.database, "view")
        loop = _loop(harness, effects, database)
        await loop.start()
        try:
            await eventually(lambda: _applied(effects, 128), within_seconds=40)
        finally:
            await loop.stop()
        assert await effects.by_entity() == {entity_id: [1, 2] for entity_id in entities}
        assert (loop.state().dead_letters, loop.state().rebuilds) == (0, 0)
        done = [size for size in effects.sizes if size <= 19]
        assert effects.sizes[0] == 64
        assert max(done) > min(done[:-1])
        await database.close()


async def test_a_single_event_that_runs_out_of_time_is_tried_again_and_neither_set_aside_nor_skipped(
    empty_database: EmptyDatabase,
) -> None:
    async with memory_harness(await empty_database()) as harness:
        slow, after = new_id(), new_id()
        async with harness.database.transaction() as session:
            await change(session, harness.log, slow)
            await change(session, harness.log, after)
        await _slow_down(harness, 30.0, slow)
        database = Database(harness.database.url, application_name="slow", transaction_timeout_seconds=0.1)
        effects = _Recorded(harness.database, "view")
        loop = _loop(harness, effects, database)
        await loop.start()
        try:
            await eventually(lambda: _tried_alone(effects, 2 * _LIMITS.retries + 2), within_seconds=20)
            assert await effects.count() == 0
            assert loop.state().dead_letters == 0
            assert loop.state().halted_reason is None
            assert loop.state().last_error is not None
            async with harness.database.transaction() as session:
                await session.execute(text("DELETE FROM slowness"))
            await eventually(lambda: _applied(effects, 2), within_seconds=20)
        finally:
            await loop.stop()
        assert await effects.by_entity() == {slow: [1], after: [1]}
        assert loop.state().dead_letters == 0
        await database.close()


async def _slow_log(database: Database, seconds: float) -> None:
    """From now on each event that is read costs `seconds` of the server's time."""
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE event RENAME TO stored_event"))
        slow = (
            "CREATE FUNCTION slow_read() RETURNS boolean LANGUAGE sql VOLATILE AS $$ SELECT pg_sleep({}) IS NOT NULL $$"
        )
        await session.execute(text(slow.format(seconds)))
        await session.execute(text("CREATE VIEW event AS SELECT * FROM stored_event WHERE slow_read()"))


async def test_a_log_that_is_too_slow_for_a_batch_is_read_in_smaller_ones(empty_database: EmptyDatabase) -> None:
    async with memory_harness(await empty_database()) as harness:
        entities = [new_id() for _ in range(64)]
        async with harness.database.transaction() as session:
            for entity_id in entities:
                await change(session, harness.log, entity_id)
        await _slow_log(harness.database, 0.02)
        database = Database(
            harness.database.url,
            application_name="slow",
            statement_timeout_seconds=0.4,
            transaction_timeout_seconds=0.4,
        )
        log = EventLog(harness.log.catalogue, database)
        effects = _Recorded(harness.database, "view")
        loop = ConsumerLoop(
            MemoryBus({log.service: log}), harness.database, "view", [harness.topic], effects.handle, limits=_LIMITS
        )
        await loop.start()
        try:
            await eventually(lambda: _applied(effects, 64), within_seconds=30)
        finally:
            await loop.stop()
        assert await effects.by_entity() == {entity_id: [1] for entity_id in entities}
        await database.close()


@pytest.mark.kafka
async def test_a_relay_sends_a_log_that_is_too_slow_for_its_batch(
    empty_database: EmptyDatabase, kafka_server: Broker
) -> None:
    async with memory_harness(await empty_database()) as harness:
        entity_id = new_id()
        async with harness.database.transaction() as session:
            for _ in range(40):
                await change(session, harness.log, entity_id)
        await _slow_log(harness.database, 0.02)
        database = Database(
            harness.database.url,
            application_name="slow",
            statement_timeout_seconds=0.4,
            transaction_timeout_seconds=0.4,
        )
        relay = Relay(EventLog(harness.log.catalogue, database), database, kafka_server.bootstrap_servers)
        await request_replay(database, entity_id=entity_id)
        await relay.start()
        try:
            await eventually(lambda: _sent(relay, database, 40), within_seconds=60)
        finally:
            await relay.stop()
        subscription = KafkaBus(kafka_server.bootstrap_servers).subscribe("looker", [harness.topic])
        await subscription.open({})
        versions = []
        while several := await subscription.fetch(1_000, 1.0):
            versions += [message.envelope.version for message in several if isinstance(message.envelope, Envelope)]
        await subscription.close()
        assert sorted(set(versions)) == list(range(1, 41))
        assert len(versions) >= 80, "what was asked for again, and the log itself"
        await database.close()


async def _sent(relay: Relay, database: Database, position: int) -> bool:
    async with database.session() as session:
        waiting = (await session.execute(text("SELECT count(*) FROM relay_replay"))).scalar_one()
    return relay.state().position >= position and waiting == 0


async def _applied(effects: Effects, count: int) -> bool:
    return await effects.count() >= count


async def _tried_alone(effects: _Recorded, times: int) -> bool:
    return effects.sizes.count(1) >= times
