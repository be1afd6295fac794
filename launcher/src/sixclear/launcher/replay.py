"""`sixclear replay`: asks the active relay of a service, in whichever process it is, to send events again."""

from contextlib import AsyncExitStack
from uuid import UUID

from sixclear.common.db import Database
from sixclear.common.relay_cursor import request_replay
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.data_folder import announced
from sixclear.launcher.databases import databases
from sixclear.launcher.registry import SERVICES


async def replay(settings: CommonSettings, name: str, *, position: int, entity_id: UUID | None) -> None:
    """Ask for every event of the service `name` from `position` on, or for those of one entity.

    Raises `CannotStart` where there is no broker to send to.
    """
    service = next(service for service in SERVICES if service.name == name)
    platform = announced(settings.home)
    if settings.kafka_bootstrap_servers is None and not (platform and platform.services):
        raise CannotStart(
            "There is no Kafka here: consumers in one process read the event table itself.",
            "Set SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS, or run this beside `make cluster`.",
        )
    async with AsyncExitStack() as stack:
        urls = await databases(settings, [service], stack)
        database = Database(urls[name], application_name="sixclear-replay", pool_size=1)
        stack.push_async_callback(database.close)
        from_position = position if entity_id is None else None
        await request_replay(database, from_position=from_position, entity_id=entity_id)
