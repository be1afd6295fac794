"""`sixclear keys`: what earlier releases took under two spellings of one key, for people to decide on."""

from contextlib import AsyncExitStack

from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError

from sixclear.common.db import Database
from sixclear.common.keys import list_duplicates
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.databases import database_variable, known_databases
from sixclear.launcher.registry import SOURCES


async def find(settings: CommonSettings) -> list[str]:
    """A line for each entity whose key has the form of an older one; raises `CannotStart` for a database that is away.

    A service whose database this data folder does not reach is asked for by its address, as with `sixclear migrate`.
    """
    found: list[str] = []
    async with AsyncExitStack() as stack:
        urls = await known_databases(settings, SOURCES, stack)
        for service in SOURCES:
            database = Database(urls[service.name], application_name="sixclear-keys", pool_size=1)
            stack.push_async_callback(database.close)
            try:
                async with database.session() as session:
                    found += [f"{service.name}: {line}" for line in await list_duplicates(session)]
            except (DBAPIError, OSError, TimeoutError, PostgresError) as error:
                raise CannotStart(
                    f"The database of {service.name} does not answer.",
                    f"Start it, or mend {database_variable(service)}, then try again.",
                ) from error
    return found
