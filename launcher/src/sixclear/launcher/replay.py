"""`sixclear replay`: asks the active relay of a service, in whichever process it is, to send events again."""

from contextlib import AsyncExitStack
from uuid import UUID

from sqlalchemy import text

from sixclear.common.db import Database
from sixclear.common.relay.cursor import request_replay
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.data_folder import announced
from sixclear.launcher.databases import known_databases
from sixclear.launcher.registry import SOURCES

_LAST_POSITION = 2**63 - 1  # a bigint in PostgreSQL


async def replay(settings: CommonSettings, name: str, *, position: int, entity_id: UUID | None) -> None:
    """Ask for every event of the service `name` from `position` on, or for those of one entity.

    Raises `CannotStart` where there is no broker to send to, no such position or no such entity.
    """
    if not 1 <= position <= _LAST_POSITION:
        raise CannotStart(f"{position} is no position: events count from 1.", "All of them: --from 1.")
    service = next(service for service in SOURCES if service.name == name)
    platform = announced(settings.home)
    if settings.kafka_bootstrap_servers is None and not (platform and platform.services):
        raise CannotStart(
            "There is no Kafka here: consumers in one process read the event table itself.",
            "Set SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS, or run this beside `make cluster`.",
        )
    async with AsyncExitStack() as stack:
        urls = await known_databases(settings, [service], stack)
        database = Database(urls[name], application_name="sixclear-replay", pool_size=1)
        stack.push_async_callback(database.close)
        if entity_id is not None and not await _has_events(database, entity_id):
            raise CannotStart(
                f"No event of {name} speaks of {entity_id}.", "Look at its address in the API, and at --service."
            )
        from_position = position if entity_id is None else None
        await request_replay(database, from_position=from_position, entity_id=entity_id)


async def _has_events(database: Database, entity_id: UUID) -> bool:
    found = text("SELECT EXISTS (SELECT FROM event WHERE entity_id = :entity_id)")
    async with database.session() as session:
        return bool(await session.scalar(found, {"entity_id": entity_id}))
