"""Sending whole batches to one partition at a time, in order, and knowing where they ended up."""

import asyncio
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2

from sixclear.common.bus.deadlines import run_with_deadline
from sixclear.common.bus.envelope import Record
from sixclear.common.bus.kafka.connection import KafkaFailed, connect, disconnect, limit_client_logs, pace_metadata
from sixclear.common.bus.kafka.security import PRIVATE_NETWORK, Security

_BATCH_BYTES = 512 * 1024
# The events of a batch are much alike. Measured on events of tasks (1.3 kB of JSON each): zstd leaves a sixteenth of
# the bytes for 1 to 2 µs of CPU an event, lz4 a tenth for 4, snappy a seventh for less than 1, gzip a sixteenth for 13.
_COMPRESSION = "zstd"
_RETRY_MILLISECONDS = 100

# MurmurHash2 as Kafka's Java client fixes it; a UUID as text is nine words of four bytes.
_UUID_WORDS = struct.Struct("<9I")
_MURMUR2_SEED, _MURMUR2_FACTOR = 0x9747B28C, 0x5BD1E995


@dataclass(frozen=True, slots=True)
class Sent:
    """A batch that the broker has acknowledged: where its first record is, and how many there are."""

    first_offset: int
    count: int

    @property
    def last_offset(self) -> int:
        """Where its last record is."""
        return self.first_offset + self.count - 1


@lru_cache(maxsize=65_536)
def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key, as every Kafka client computes it."""
    hashed = _murmur2_of_uuid(key) if len(key) == _UUID_WORDS.size else int(murmur2(key))
    return (hashed & 0x7FFFFFFF) % partitions


def _murmur2_of_uuid(key: bytes) -> int:
    """The client's own goes byte by byte, in Python: a quarter of what an event costs the relay. This takes half."""
    hashed = _MURMUR2_SEED ^ len(key)
    for word in _UUID_WORDS.unpack(key):
        mixed = word * _MURMUR2_FACTOR & 0xFFFFFFFF
        hashed = (hashed * _MURMUR2_FACTOR ^ (mixed ^ mixed >> 24) * _MURMUR2_FACTOR) & 0xFFFFFFFF
    hashed = (hashed ^ hashed >> 13) * _MURMUR2_FACTOR & 0xFFFFFFFF
    return hashed ^ hashed >> 15


class BatchProducer:
    """`acks=all`, one request in flight per partition, not idempotent.

    An idempotent producer never gives up a batch nor a stop while the broker is away, and after a broker was wiped its
    reused producer id swallows acknowledged records. Without idempotence a failed batch is reported within
    `timeout_seconds`, and the rare duplicate is dropped by its version. After a failure this producer is finished:
    stop it and make a new one.
    """

    def __init__(
        self, bootstrap_servers: str, security: Security = PRIVATE_NETWORK, *, timeout_seconds: float = 10.0
    ) -> None:
        limit_client_logs()
        self._timeout_seconds = timeout_seconds
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap_servers,
            acks="all",
            enable_idempotence=False,
            max_batch_size=_BATCH_BYTES,
            compression_type=_COMPRESSION,
            request_timeout_ms=int(timeout_seconds * 1000),
            retry_backoff_ms=_RETRY_MILLISECONDS,
            **security.options(),
        )

    async def start(self) -> None:
        """Connect. A producer that could not start is stopped already."""
        pace_metadata(self._producer.client, _RETRY_MILLISECONDS / 1000)
        try:
            await connect(self._producer.start(), self._timeout_seconds)
        except (KafkaError, OSError) as error:
            await self.stop()
            raise KafkaFailed(f"no connection: {error!r}") from error
        except BaseException:
            await self.stop()
            raise

    async def send(self, topic: str, partition: int, records: Sequence[Record]) -> list[Sent]:
        """Send records to one partition in their order; returns when the broker has acknowledged all of them.

        Raises KafkaFailed when one batch was not acknowledged in time; those before it were.
        """
        sent = []
        for batch in self._batches(records):
            try:
                async with asyncio.timeout(self._timeout_seconds * 1.5):
                    delivery = await self._producer.send_batch(batch, topic, partition=partition)
                    metadata = await delivery
            except (KafkaError, OSError, AssertionError) as error:  # an assertion says that the partition is unknown
                raise KafkaFailed(f"{topic}/{partition} did not take a batch: {error!r}") from error
            sent.append(Sent(metadata.offset, batch.record_count()))
        return sent

    def _batches(self, records: Sequence[Record]) -> Iterator[Any]:
        batch = self._producer.create_batch()
        for record in records:
            fields = {"timestamp": None, "key": record.key, "value": record.value, "headers": record.headers}
            if batch.append(**fields) is None:
                yield batch
                batch = self._producer.create_batch()
                batch.append(**fields)
        if batch.record_count():
            yield batch

    async def stop(self, deadline_seconds: float = 2.0) -> None:
        """Disconnect; what was not acknowledged is given up after the deadline."""
        if await run_with_deadline(deadline_seconds, self._producer.stop()):
            return
        # It still waits for batches that the broker will never take, and would send them if it came back.
        sender = self._producer._sender.sender_task
        if sender is not None:
            sender.cancel()
        await disconnect(self._producer.client.close(), self._producer.client, 1.0)
