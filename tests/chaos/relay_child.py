"""A writer and relay in a process of its own that is killed at a chosen instant.

Arguments: database URL, service, bootstrap servers, instant (`before-send`, `after-send` or `never`), how many changes.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from sixclear.common.bus.envelope import Record
from sixclear.common.bus.kafka import BatchProducer, Sent
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.ids import stable_id
from sixclear.common.relay import relay as relay_module
from sixclear.common.relay.cursor import Cursor
from sixclear.common.relay.delivery import Delivery
from sixclear.common.relay.relay import Relay
from sixclear.common.testing.bus import commit_changes, things_of
from sixclear.common.testing.eventually import eventually


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class KilledBeforeSend(BatchProducer):
    async def send(self, topic: str, partition: int, records: Sequence[Record]) -> list[Sent]:
        _die()
        return []


class KilledAfterSend(Delivery):
    async def _save(self, cursor: Cursor) -> None:
        _die()


async def main(url: str, service: str, bootstrap_servers: str, instant: str, changes: int) -> None:
    database = Database(url, application_name="child")
    log = EventLog(things_of(service), database)
    await commit_changes(log, [stable_id("entity", str(number % 3)) for number in range(changes)])
    if instant == "before-send":
        relay_module.BatchProducer = KilledBeforeSend  # type: ignore[attr-defined]
    if instant == "after-send":
        relay_module.Delivery = KilledAfterSend  # type: ignore[attr-defined]
    relay = Relay(log, database, bootstrap_servers)
    await relay.start()

    async def done() -> bool:
        return relay.state().position == await log.reader().tail()

    await eventually(done, within_seconds=60)
    await relay.stop()
    await database.close()


if __name__ == "__main__":
    url, service, bootstrap_servers, instant, changes = sys.argv[1:]
    asyncio.run(main(url, service, bootstrap_servers, instant, int(changes)))
