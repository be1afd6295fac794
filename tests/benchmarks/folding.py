"""The product's fold in a process of its own: one consumer of the log of tasks, as monitoring's leader runs it."""

import asyncio
import gc
import os
from collections.abc import Sequence
from typing import Any

import uvloop
from tests.benchmarks.consumers import Meter, asked

from sixclear.common import migrations
from sixclear.common.bus.envelope import Envelope
from sixclear.common.bus.kafka import KafkaBus
from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.consumers import SourceConsumer
from sixclear.monitoring.view.reconcile import take_over


class _Metered(SourceConsumer):
    """Tells the meter what was committed."""

    def __init__(self, meter: Meter, finished: asyncio.Event, source: str, **parts: Any) -> None:
        self._meter, self._finished = meter, finished
        super().__init__(source, **parts)

    async def _after_commit(self, envelopes: Sequence[Envelope]) -> None:
        await super()._after_commit(envelopes)
        if self._meter.count(len(envelopes)):
            self._finished.set()


async def main() -> None:
    brokers, meter = asked()
    url = os.environ["DATABASE_URL"]
    await migrations.upgrade(url, "sixclear.monitoring")
    database = Database(url, application_name="fold", pool_size=4)
    now = utc_now()
    async with database.transaction() as session:
        token = await views.take_leadership(session, "benchmark", now)
        await take_over(session, token=token, now=now)
        await views.note_relayed(session, True, token)
    finished = asyncio.Event()
    consumer = _Metered(
        meter,
        finished,
        "tasks",
        bus=KafkaBus(brokers),
        database=database,
        clock=utc_now,
        token=token,
        on_change=lambda: None,
        on_lost=finished.set,
    )
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    await consumer.loop.start()
    await finished.wait()
    meter.tell()
    await consumer.loop.stop(2.0)
    await database.close()


if __name__ == "__main__":
    uvloop.run(main())
