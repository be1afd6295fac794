"""The limit of a relay: aiokafka's `create_batch` and `send_batch`, with records that are in memory already.

The same keys, values and headers as the relay sends, the same partitions, size of a batch and compression. Written
after aiokafka's "Batch producer".
"""

import asyncio
import os

import uvloop
from aiokafka import AIOKafkaProducer
from tests.benchmarks.consumers import TOPIC, asked

from sixclear.common.bus.envelope import Record, encode_stored
from sixclear.common.bus.kafka.producer import partition_of
from sixclear.common.db import Database
from sixclear.common.events.reader import LogReader

_AT_ONCE, _PARTITIONS = 2_000, 4


async def records_of(url: str) -> list[Record]:
    database = Database(url, application_name="bare", pool_size=2)
    reader, records, after = LogReader(database), list[Record](), 0
    while rows := await reader.read(after, 10_000):
        records += [encode_stored(row, "tasks", 1) for row in rows if row.entity_type == "task"]
        after = rows[-1].event_id
    await database.close()
    return records


async def send(producer: AIOKafkaProducer, partition: int, records: list[Record]) -> None:
    batch, topic = producer.create_batch(), os.environ.get("TOPIC", TOPIC)
    for record in records:
        fields = {"timestamp": None, "key": record.key, "value": record.value, "headers": record.headers}
        if batch.append(**fields) is None:
            await (await producer.send_batch(batch, topic, partition=partition))
            batch = producer.create_batch()
            batch.append(**fields)
    if batch.record_count():
        await (await producer.send_batch(batch, topic, partition=partition))


async def main() -> None:
    brokers, meter = asked()
    records = await records_of(os.environ["DATABASE_URL"])
    producer = AIOKafkaProducer(
        bootstrap_servers=brokers, acks="all", max_batch_size=512 * 1024, compression_type=os.environ["COMPRESSION"]
    )
    await producer.start()
    try:
        await send(producer, 0, records[:1])
        meter.count(1)
        for start in range(1, len(records), _AT_ONCE):
            parts: list[list[Record]] = [[] for _ in range(_PARTITIONS)]
            for record in records[start : start + _AT_ONCE]:
                parts[partition_of(record.key or b"", _PARTITIONS)].append(record)
            await asyncio.gather(*(send(producer, number, part) for number, part in enumerate(parts)))
            meter.count(sum(map(len, parts)))
        meter.tell()
    finally:
        await producer.stop()


if __name__ == "__main__":
    uvloop.run(main())
