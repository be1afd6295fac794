"""The product's relay in a process of its own: from an event table to Apache Kafka, until all is sent."""

import asyncio
import gc
import os

import uvloop
from tests.benchmarks.consumers import Meter, asked

from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.relay.relay import Relay
from sixclear.tasks.events import EVENTS


async def main() -> None:
    """Tell the rate from the first saved cursor on, in events of the table."""
    brokers, meter = asked()
    database = Database(os.environ["DATABASE_URL"], application_name="relay", pool_size=4)
    log = EventLog(EVENTS, database)
    relay = Relay(log, database, brokers)
    async with database.session() as session:
        connection = await session.connection()
        last = (await connection.exec_driver_sql("SELECT max(event_id) FROM event")).scalar_one()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    await relay.start()
    seen = 0
    while seen < last:
        await asyncio.sleep(0.002)
        position = relay.state().position
        if position > seen:
            _note(meter, position - seen, last=position >= last)
            seen = position
    meter.tell()
    await relay.stop()
    await database.close()


def _note(meter: Meter, events: int, *, last: bool) -> None:
    meter.count(events)
    if last and not meter.handled:
        raise RuntimeError("all was sent with the first cursor: ask for more events")


if __name__ == "__main__":
    uvloop.run(main())
