"""The usual outbox: a loop looks every 100 ms for new rows of the event table and sends them, then sleeps again.

It sends the same records in the same batches as the relay does, and keeps its place in memory. Written after aiokafka's
"Batch producer"; the pattern is the "polling publisher" of microservices.io.
"""

import asyncio
import os

import uvloop
from aiokafka import AIOKafkaProducer
from tests.benchmarks.consumers import TOPIC

from sixclear.common.bus.envelope import encode_stored
from sixclear.common.bus.kafka.producer import partition_of
from sixclear.common.db import Database
from sixclear.common.events.reader import LogReader

EVERY_SECONDS = 0.1
_PARTITIONS = 4


async def main() -> None:
    database = Database(os.environ["DATABASE_URL"], application_name="poller", pool_size=2)
    reader = LogReader(database)
    async with database.session() as session:
        connection = await session.connection()
        place = (await connection.exec_driver_sql("SELECT max(event_id) FROM event")).scalar_one()
    producer = AIOKafkaProducer(bootstrap_servers=os.environ["BROKERS"], acks="all", compression_type="zstd")
    await producer.start()
    print("BENCH polling", flush=True)
    while True:
        while rows := await reader.read(place, 2_000):
            batches = {number: producer.create_batch() for number in range(_PARTITIONS)}
            for event in rows:
                record = encode_stored(event, "tasks", 1)
                batch = batches[partition_of(record.key or b"", _PARTITIONS)]
                batch.append(timestamp=None, key=record.key, value=record.value, headers=record.headers)
            for number, batch in batches.items():
                if batch.record_count():
                    await (await producer.send_batch(batch, TOPIC, partition=number))
            place = rows[-1].event_id
        await asyncio.sleep(EVERY_SECONDS)


if __name__ == "__main__":
    uvloop.run(main())
