"""A consumer may begin again from the first event at any time, with either bus: what it leaves behind is made once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus.consumer import ConsumerLimits, ConsumerLoop, Handle
from sixclear.common.bus.envelope import Envelope
from sixclear.common.ids import new_id
from sixclear.common.testing.bus import BusHarness, commit_changes, kafka_harness, memory_harness
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.kafka)])
async def harness(request: pytest.FixtureRequest, empty_database: EmptyDatabase) -> AsyncIterator[BusHarness]:
    if request.param == "memory":
        async with memory_harness(await empty_database()) as made:
            yield made
    else:
        server = request.getfixturevalue("kafka_server")
        async with kafka_harness(await empty_database(), server.bootstrap_servers) as made:
            yield made


@asynccontextmanager
async def running(harness: BusHarness, handle: Handle) -> AsyncIterator[None]:
    limits = ConsumerLimits(fetch_seconds=0.2, first_backoff_seconds=0.01)
    loop = ConsumerLoop(harness.bus, harness.database, "view", [harness.topic], handle, limits=limits)
    await loop.start()
    try:
        yield
    finally:
        await loop.stop()


async def test_a_consumer_that_begins_again_does_nothing_twice_when_its_effect_is_keyed(harness: BusHarness) -> None:
    entities = [new_id(), new_id()]
    handled: list[Envelope] = []

    async def refer(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        statement = text("INSERT INTO reference (entity_id) VALUES (:id) ON CONFLICT DO NOTHING")
        await session.execute(statement, [{"id": envelope.entity_id} for envelope in envelopes])
        handled.extend(envelopes)

    async def references() -> list[Any]:
        async with harness.database.session() as session:
            return list((await session.execute(text("SELECT entity_id FROM reference"))).scalars())

    async def seen(count: int) -> bool:
        return len(handled) >= count

    async with harness.database.transaction() as session:
        await session.execute(text("CREATE TABLE reference (entity_id uuid PRIMARY KEY)"))
    await commit_changes(harness.log, entities * 2)
    async with running(harness, refer):
        await eventually(lambda: seen(4))
    async with harness.database.transaction() as session:
        await session.execute(text("DELETE FROM consumer_position"))
    async with running(harness, refer):
        await eventually(lambda: seen(8))
    assert sorted(await references()) == sorted(entities)
