"""`sixclear rebuild`: has monitoring fold what it shows of a source again, beside what readers see."""

from contextlib import AsyncExitStack

from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError

from sixclear.common.db import Database
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.databases import database_variable, known_databases
from sixclear.launcher.registry import SERVICES
from sixclear.monitoring.view.sources import ask_for_rebuild


async def ask(settings: CommonSettings, source: str) -> None:
    """Ask the leader of monitoring, in any process, to read the log of `source` again from its first event.

    Raises `CannotStart` for a source that monitoring does not read, and for a database that is away or not migrated.
    """
    monitoring = next(service for service in SERVICES if service.name == "monitoring")
    if source not in monitoring.reads:
        raise CannotStart(
            f"Monitoring reads no source {source!r}.", f"It reads: {', '.join(sorted(monitoring.reads))}."
        )
    async with AsyncExitStack() as stack:
        urls = await known_databases(settings, [monitoring], stack)
        database = Database(urls[monitoring.name], application_name="sixclear-rebuild", pool_size=1)
        stack.push_async_callback(database.close)
        try:
            async with database.transaction() as session:
                await ask_for_rebuild(session, source)
        except (DBAPIError, OSError, TimeoutError, PostgresError) as error:
            raise CannotStart(
                "The database of monitoring does not answer, or was never migrated.",
                f"Start it, or mend {database_variable(monitoring)}; `sixclear migrate` makes its tables.",
            ) from error
