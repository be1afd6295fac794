"""An event that a clock which ran ahead has dated: while it waits, its age is not known, and never zero."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import pytest
from aiokafka import TopicPartition
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus.consumer import ConsumerLoop
from sixclear.common.bus.envelope import Envelope
from sixclear.common.bus.kafka.security import PRIVATE_NETWORK
from sixclear.common.bus.kafka.subscription import KafkaSubscription
from sixclear.common.bus.memory import MemoryBus
from sixclear.common.bus.protocol import Lag
from sixclear.common.clock import utc_now
from sixclear.common.ids import new_id
from sixclear.common.testing.bus import commit_changes, memory_harness
from sixclear.common.testing.eventually import eventually
from sixclear.common.testing.postgres import EmptyDatabase

pytestmark = pytest.mark.asyncio

# The reader's clock is behind: that is the same.
CLOCKS = [(timedelta(hours=1), False), (timedelta(seconds=2), True)]


def _behind(by: timedelta) -> datetime:
    return utc_now() - by


@pytest.mark.parametrize(("by", "known"), CLOCKS)
async def test_its_age_in_the_log_is_not_known(empty_database: EmptyDatabase, by: timedelta, known: bool) -> None:
    async with memory_harness(await empty_database()) as harness:
        await commit_changes(harness.log, [new_id()])
        bus = MemoryBus({harness.log.service: harness.log}, clock=partial(_behind, by))
        subscription = bus.subscribe("view", [harness.topic])
        await subscription.open({})
        lag = await subscription.lag()
        assert (lag.messages, lag.seconds is not None) == (1, known)
        await subscription.close()


@pytest.mark.parametrize(("by", "known"), CLOCKS)
async def test_its_age_in_the_handler_is_not_known(empty_database: EmptyDatabase, by: timedelta, known: bool) -> None:
    gate = asyncio.Event()

    async def wait_at_the_gate(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        await gate.wait()

    async def waiting() -> Lag | None:
        lag = loop.state().lag
        return lag if lag is not None and lag.messages == 1 else None

    async with memory_harness(await empty_database()) as harness:
        await commit_changes(harness.log, [new_id()])
        bus, clock = MemoryBus({harness.log.service: harness.log}), partial(_behind, by)
        loop = ConsumerLoop(bus, harness.database, "view", [harness.topic], wait_at_the_gate, clock=clock)
        await loop.start()
        try:
            lag = await eventually(waiting)
            assert lag is not None
            assert (lag.seconds is not None) is known
        finally:
            gate.set()
            await loop.stop()


@pytest.mark.parametrize(("by", "known"), CLOCKS)
async def test_what_waits_behind_it_in_kafka_has_no_known_age(by: timedelta, known: bool) -> None:
    """The age of what was not read yet is told by the last event that was."""
    subscription = KafkaSubscription("127.0.0.1:9", PRIVATE_NETWORK, "view", ["topic"], partial(_behind, by))
    read, waits = TopicPartition("topic", 0), TopicPartition("topic", 1)
    subscription._next, subscription._ends = {read: 5, waits: 5}, {read: 5, waits: 6}
    subscription._fresh_at = {read: utc_now(), waits: utc_now()}
    lag = await subscription.lag()
    assert (lag.messages, lag.seconds is not None) == (1, known)
