"""A consumer in a process of its own that is killed at a chosen instant.

Arguments: database URL, service, bootstrap servers or `memory`, instant (`before-commit`, `after-commit` or `never`).
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus.consumer import ConsumerLimits, ConsumerLoop
from sixclear.common.bus.envelope import Envelope
from sixclear.common.bus.kafka import KafkaBus
from sixclear.common.bus.memory import MemoryBus
from sixclear.common.bus.protocol import Bus
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.testing.bus import Effects, things_of
from sixclear.common.testing.eventually import eventually


async def main(url: str, service: str, bus_name: str, instant: str) -> None:
    database = Database(url, application_name="child")
    log = EventLog(things_of(service), database)
    bus: Bus = MemoryBus({service: log}) if bus_name == "memory" else KafkaBus(bus_name)
    effects = Effects(database, "view")

    async def handle(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        await effects.handle(session, envelopes)
        if instant == "before-commit":
            os.kill(os.getpid(), signal.SIGKILL)

    async def after_commit(envelopes: Sequence[Envelope]) -> None:
        if instant == "after-commit":
            os.kill(os.getpid(), signal.SIGKILL)

    limits = ConsumerLimits(batch_size=4, fetch_seconds=0.2, first_backoff_seconds=0.05)
    loop = ConsumerLoop(bus, database, "view", [log.topic("thing")], handle, after_commit, limits=limits)
    await loop.start()

    async def done() -> bool:
        return await effects.count() >= await log.reader().count_after(0)

    await eventually(done, within_seconds=60)
    await loop.stop()
    await bus.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
