"""`sixclear publish-past`: what an earlier release kept as fields becomes events of its own."""

from contextlib import AsyncExitStack

from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError

from sixclear.common.clock import utc_now
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.databases import database_variable, known_databases
from sixclear.launcher.registry import SERVICES
from sixclear.tasks.events import EVENTS
from sixclear.tasks.evidence.service import publish_past


async def publish(settings: CommonSettings) -> int:
    """Publish the evidence of the past; answers how many pieces. Raises `CannotStart` without a database."""
    tasks = next(service for service in SERVICES if service.name == "tasks")
    async with AsyncExitStack() as stack:
        urls = await known_databases(settings, [tasks], stack)
        database = Database(urls["tasks"], application_name="sixclear-past", pool_size=1)
        stack.push_async_callback(database.close)
        try:
            return await publish_past(database, EventLog(EVENTS, database, utc_now), utc_now)
        except (DBAPIError, OSError, TimeoutError, PostgresError) as error:
            raise CannotStart(
                "The database of tasks does not answer, or has no tables of this release.",
                f"Start it, or mend {database_variable(tasks)}, run `sixclear migrate`, then try again.",
            ) from error
