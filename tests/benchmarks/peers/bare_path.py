"""The limit of freshness: a record published, consumed and written to PostgreSQL, with nothing around.

aiokafka's `send_and_wait` and `getmany`, asyncpg's `INSERT` committed; one after the other, in one process.
"""

import asyncio
import json
import os
import time
from urllib.parse import parse_qs, urlsplit

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

_TOPIC = "bare"


async def main() -> None:
    brokers, count = os.environ["BROKERS"], int(os.environ["EVENTS"])
    url = urlsplit(os.environ["DATABASE_URL"])
    socket = parse_qs(url.query)["host"][0]
    connection = await asyncpg.connect(user="postgres", database=url.path.strip("/"), host=socket)
    await connection.execute("CREATE TABLE IF NOT EXISTS bare_path (number bigint PRIMARY KEY, data jsonb)")
    await connection.execute("TRUNCATE bare_path")
    producer = AIOKafkaProducer(bootstrap_servers=brokers, acks="all")
    consumer = AIOKafkaConsumer(bootstrap_servers=brokers, group_id=None, auto_offset_reset="latest")
    await producer.start()
    await consumer.start()
    consumer.assign([TopicPartition(_TOPIC, 0)])
    await consumer.seek_to_end()
    seconds, value = [], json.dumps({"text": "Tuần này đã hoàn thành rà soát" * 40}).encode()
    for number in range(count):
        began = time.perf_counter()
        sending = asyncio.create_task(producer.send_and_wait(_TOPIC, value, partition=0))
        records = next(iter((await consumer.getmany(timeout_ms=5_000)).values()))
        await connection.execute("INSERT INTO bare_path VALUES ($1, $2)", number, records[0].value.decode())
        seconds.append(time.perf_counter() - began)
        await sending
        await asyncio.sleep(0.02)
    seconds.sort()
    print("BENCH", json.dumps({"p50_ms": seconds[count // 2] * 1e3, "p99_ms": seconds[int(count * 0.99)] * 1e3}))
    await consumer.stop()
    await producer.stop()
    await connection.close()


if __name__ == "__main__":
    uvloop.run(main())
