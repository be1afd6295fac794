"""What tests of the log, the relay and consumers share: a database with common tables, a tiny entity, a recorder."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus import dead_letters, positions
from sixclear.common.bus.envelope import Envelope
from sixclear.common.bus.kafka import KafkaBus
from sixclear.common.bus.memory import MemoryBus
from sixclear.common.bus.protocol import Bus
from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.events import log as event_log
from sixclear.common.events import purge
from sixclear.common.events.catalogue import EntityEvents, EventCatalogue, EventData
from sixclear.common.events.log import EventLog, NewEvent
from sixclear.common.ids import new_id
from sixclear.common.relay import relay

ENTITY_TABLE = "CREATE TABLE entity (entity_id uuid PRIMARY KEY, version integer NOT NULL)"


async def create_tables(database: Database, *statements: Sequence[str]) -> None:
    """Run DDL lists in one transaction, after the event table's and a tiny `entity` table's."""
    async with database.transaction() as session:
        for statement in [*event_log.DDL_V1, ENTITY_TABLE, *(one for several in statements for one in several)]:
            await session.execute(text(statement))


async def change(
    session: AsyncSession, log: EventLog, entity_id: UUID, *, entity_type: str = "thing", published: bool = True
) -> NewEvent:
    """One change of one entity as every service does it: write its row (which locks it), then append the event."""
    statement = text(
        """INSERT INTO entity (entity_id, version) VALUES (:entity_id, 1)
           ON CONFLICT (entity_id) DO UPDATE SET version = entity.version + 1 RETURNING version"""
    )
    version = int((await session.execute(statement, {"entity_id": entity_id})).scalar_one())
    event = NewEvent(
        entity_type=entity_type,
        entity_id=entity_id,
        version=version,
        previous_version=version - 1 or None,
        change="changed",
        data={"entity_id": entity_id, "version": version, "change": "changed"},
        occurred_at=utc_now(),
        published=published,
    )
    await log.publish(session, event, recorded_at=utc_now())
    return event


async def commit_changes(log: EventLog, entity_ids: Sequence[UUID], *, entity_type: str = "thing") -> None:
    """Change the entities one after the other, one transaction each, and wake the log's followers."""
    for entity_id in entity_ids:
        async with log.database.transaction() as session:
            await change(session, log, entity_id, entity_type=entity_type)
    log.wake()


class ThingData(EventData):
    """The public state of the tiny entity."""

    entity_id: UUID
    version: int
    change: str


def things_of(service: str) -> EventCatalogue:
    """The events of a service that has the tiny entity and nothing else."""
    return EventCatalogue(service, (EntityEvents("thing", "A thing.", ThingData, {"changed": "It changed."}),))


EFFECT_TABLE = """CREATE TABLE effect (effect_id bigint GENERATED ALWAYS AS IDENTITY,
    consumer_group text, entity_id uuid, version integer, epoch integer)"""


class Effects:
    """A consumer's state that would show every repeat and every gap: one row for each message handled."""

    def __init__(self, database: Database, group: str) -> None:
        self._database = database
        self._group = group

    async def handle(self, session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        """What `ConsumerLoop` calls."""
        statement = text("INSERT INTO effect (consumer_group, entity_id, version, epoch) VALUES (:g, :i, :v, :e)")
        rows = [{"g": self._group, "i": one.entity_id, "v": one.version, "e": one.epoch} for one in envelopes]
        await session.execute(statement, rows)

    async def count(self) -> int:
        """How many messages had an effect."""
        return sum(map(len, (await self.by_entity()).values()))

    async def by_entity(self) -> dict[UUID, list[int]]:
        """The versions of each entity, in the order in which they had their effect."""
        statement = text("SELECT entity_id, version FROM effect WHERE consumer_group = :g ORDER BY effect_id")
        found: defaultdict[UUID, list[int]] = defaultdict(list)
        async with self._database.session() as session:
            for entity_id, version in await session.execute(statement, {"g": self._group}):
                found[entity_id].append(version)
        return dict(found)


@dataclass(frozen=True)
class BusHarness:
    """A producing service, a bus that carries its events, and a database for consumers."""

    database: Database
    log: EventLog
    bus: Bus
    topic: str

    async def restore(self) -> None:
        """What an operator does after a restore from a backup: raise the log's epoch."""
        async with self.database.transaction() as session:
            await session.execute(text("UPDATE log_epoch SET epoch = epoch + 1"))


def unique_service() -> str:
    """A service name that no other test uses, hence topics that no other test uses."""
    return f"t{new_id().hex[-14:]}"


@asynccontextmanager
async def consumed_log(database_url: str) -> AsyncIterator[EventLog]:
    """A log with topics of its own, in a database that also has what its relay, its consumers and `Effects` need."""
    database = Database(database_url, application_name="test", pool_size=10)
    try:
        await create_tables(
            database,
            positions.DDL_V1,
            positions.DDL_V2,
            dead_letters.DDL_V1,
            relay.DDL_V1,
            purge.DDL_V1,
            [EFFECT_TABLE],
        )
        yield EventLog(things_of(unique_service()), database)
    finally:
        await database.close()


@asynccontextmanager
async def memory_harness(database_url: str) -> AsyncIterator[BusHarness]:
    """The in-process bus."""
    async with consumed_log(database_url) as log:
        yield BusHarness(log.database, log, MemoryBus({log.service: log}), log.topic("thing"))


@asynccontextmanager
async def kafka_harness(database_url: str, bootstrap_servers: str) -> AsyncIterator[BusHarness]:
    """Kafka, with the relay carrying the events."""
    async with consumed_log(database_url) as log:
        carrier = relay.Relay(log, log.database, bootstrap_servers)
        bus = KafkaBus(bootstrap_servers)
        await carrier.start()
        try:
            yield BusHarness(log.database, log, bus, log.topic("thing"))
        finally:
            await carrier.stop()
            await bus.close()
