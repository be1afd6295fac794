"""The limit of a consumer: aiokafka's `getmany`, nothing decoded, nothing kept."""

import asyncio

from aiokafka import AIOKafkaConsumer
from tests.benchmarks.consumers import TOPIC, asked


async def main() -> None:
    brokers, meter = asked()
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=brokers, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    try:
        done = False
        while not done:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                done = meter.count(len(records)) or done
        meter.tell()
    finally:
        await consumer.stop()


if __name__ == "__main__":
    asyncio.run(main())
