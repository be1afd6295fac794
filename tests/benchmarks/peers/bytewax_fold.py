"""Bytewax *does less*: a dataflow folds in memory, the newest version and counts; nothing is kept.

Written after Bytewax's "Kafka" and "Collecting and Stateful Operators"; run by `python -m bytewax.run`.
"""

import json
from collections import Counter
from typing import Any

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource
from bytewax.connectors.stdio import StdOutSink
from bytewax.dataflow import Dataflow
from confluent_kafka import OFFSET_BEGINNING
from tests.benchmarks.consumers import TOPIC, asked

brokers, meter = asked()
counts: Counter[str] = Counter()


def keyed(message: Any) -> tuple[str, str]:
    return message.key.decode(), json.loads(message.value)["status"]


def newest(before: str | None, status: str) -> tuple[str, str]:
    if before is not None:
        counts[before] -= 1
    counts[status] += 1
    if meter.count(1):
        meter.tell()
    return status, status


flow = Dataflow("fold")
source = KafkaSource(brokers.split(","), [TOPIC], starting_offset=OFFSET_BEGINNING, tail=False, batch_size=2_000)
stream = op.input("in", flow, source)
states = op.stateful_map("newest", op.map("decode", stream, keyed), newest)
op.output("out", op.filter("nothing", states, lambda _: False), StdOutSink())
