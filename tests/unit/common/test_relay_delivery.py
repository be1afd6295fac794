"""The active relay between log and broker: what it read ahead is neither lost nor sent too early."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import pytest
from aiokafka.partitioner import murmur2
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.unit.common.test_envelope import STORED

from sixclear.common.bus.batching import BatchSize
from sixclear.common.bus.kafka.producer import partition_of
from sixclear.common.events.log import EventLog, StoredEvent
from sixclear.common.relay.clearing import Clearing
from sixclear.common.relay.cursor import Cursor, CursorStore, Replay
from sixclear.common.relay.delivery import Delivery
from sixclear.common.relay.sending import Sending

FULL = 2


class Log:
    """A log of six events, one reader, and a store that keeps one request to send again."""

    def __init__(self) -> None:
        self.service, self.generation, self.blocked = "demo", 0, False
        self.replay: Replay | None = None
        self.reads: list[int] = []
        self.saved: list[int] = []
        self.waited = asyncio.Event()

    def reader(self) -> "Log":
        return self

    async def read(self, after: int, limit: int) -> Sequence[StoredEvent]:
        self.reads.append(after)
        return [structs.replace(STORED, event_id=number) for number in range(after + 1, min(after + limit, 6) + 1)]

    async def wait(self, seconds: float, *, seen: int) -> None:
        self.waited.set()
        await asyncio.Event().wait()

    async def next_replay(self) -> Replay | None:
        return self.replay

    async def save(self, cursor: Cursor, *, served: Replay | None = None) -> None:
        self.saved.append(cursor.position)
        self.replay = None if served is not None else self.replay

    async def run(self, sent: int) -> None:
        """Nothing was purged."""


class Broker:
    """Takes each batch when it is told to."""

    def __init__(self, log: Log, *, fails: bool = False) -> None:
        self.cursor = Cursor()
        self.batches: list[list[int]] = []
        self._log, self._fails = log, fails
        self.may_go_on = asyncio.Event()

    async def send(self, rows: Sequence[StoredEvent]) -> None:
        self.batches.append([row.event_id for row in rows])
        await self.may_go_on.wait()
        if self._fails:
            raise ConnectionError
        self.cursor = replace(self.cursor, position=rows[-1].event_id)


def _delivery(log: Log, broker: Broker, stopping: asyncio.Event) -> Delivery:
    return Delivery(
        cast(EventLog, log),
        cast(CursorStore, log),
        cast(Sending, broker),
        BatchSize(FULL),
        stopping,
        lambda cursor: None,
        cast(Clearing, log),
    )


async def _until(condition: Any) -> None:
    for _ in range(100):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not happen")


@pytest.mark.asyncio
async def test_the_next_batch_is_read_while_one_is_on_its_way() -> None:
    log, stopping = Log(), asyncio.Event()
    broker = Broker(log)
    running = asyncio.ensure_future(_delivery(log, broker, stopping).run(1.0))
    await _until(lambda: log.reads == [0, 2])
    assert (broker.batches, log.saved) == ([[1, 2]], [])

    broker.may_go_on.set()
    await asyncio.wait_for(log.waited.wait(), 5)
    assert broker.batches == [[1, 2], [3, 4], [5, 6]]
    assert log.saved == [2, 4, 6]
    stopping.set()
    await asyncio.wait_for(running, 5)


@pytest.mark.asyncio
async def test_what_was_read_ahead_is_put_aside_when_all_is_sent_again() -> None:
    log, stopping = Log(), asyncio.Event()
    broker = Broker(log)
    running = asyncio.ensure_future(_delivery(log, broker, stopping).run(1.0))
    await _until(lambda: log.reads == [0, 2])
    log.replay = Replay(1, 2, None)
    broker.may_go_on.set()
    await asyncio.wait_for(log.waited.wait(), 5)
    assert broker.batches == [[1, 2], [2, 3], [4, 5], [6]]
    stopping.set()
    await asyncio.wait_for(running, 5)


@pytest.mark.asyncio
async def test_a_batch_that_failed_keeps_the_cursor_before_it_whatever_was_read_ahead() -> None:
    log = Log()
    broker = Broker(log, fails=True)
    broker.may_go_on.set()
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(_delivery(log, broker, asyncio.Event()).run(1.0), 5)
    assert broker.batches == [[1, 2]]
    assert log.saved == [0]


@given(key=st.uuids(), partitions=st.integers(1, 1000))
def test_an_entity_is_in_the_partition_in_which_every_client_looks_for_it(key: UUID, partitions: int) -> None:
    text = str(key).encode()
    assert partition_of(text, partitions) == (murmur2(text) & 0x7FFFFFFF) % partitions


@given(key=st.binary(max_size=80))
def test_other_keys_are_as_every_client_has_them(key: bytes) -> None:
    assert partition_of(key, 12) == (murmur2(key) & 0x7FFFFFFF) % 12
