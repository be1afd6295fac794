"""FastStream *does less*: a batch subscriber folds in memory, the newest version and counts; nothing is kept.

Written after FastStream's "Batch Subscriber" and "Getting Started"; the handler takes the decoded messages.
"""

import asyncio
from collections import Counter
from typing import Any
from uuid import uuid4

from faststream import FastStream
from faststream.kafka import KafkaBroker
from tests.benchmarks.consumers import TOPIC, asked

brokers, meter = asked()
broker = KafkaBroker(brokers, logger=None)
app = FastStream(broker, logger=None)
buckets: dict[str, str] = {}
counts: Counter[str] = Counter()


# A group of its own for each run: the broker keeps how far a group has come, and a second run would wait for more.
@broker.subscriber(TOPIC, batch=True, max_records=2_000, auto_offset_reset="earliest", group_id=f"run-{uuid4()}")
async def fold(msg: list[dict[str, Any]]) -> None:
    for data in msg:
        task_id = data["task_id"]
        if (before := buckets.get(task_id)) is not None:
            counts[before] -= 1
        buckets[task_id] = data["status"]
        counts[data["status"]] += 1
    if meter.count(len(msg)):
        meter.tell()
        app.exit()


if __name__ == "__main__":
    asyncio.run(app.run())
