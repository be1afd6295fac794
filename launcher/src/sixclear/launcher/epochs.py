"""`sixclear epoch`: raises the epoch of a service's event log by hand, so that everybody reads it from the start."""

from contextlib import AsyncExitStack

from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError

from sixclear.common.db import Database
from sixclear.common.events.epoch import LogIncomplete, raise_epoch
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.launcher.databases import database_variable, known_databases
from sixclear.launcher.registry import SOURCES


async def raise_by_hand(settings: CommonSettings, name: str) -> int:
    """Raise the epoch of the log of the service `name` and return the new one.

    Raises `CannotStart` for a service without a log, a database that is away or has no log yet, and while a restore
    runs.
    """
    service = next((service for service in SOURCES if service.name == name), None)
    if service is None:
        names = ", ".join(source.name for source in SOURCES)
        raise CannotStart(f"{name!r} has no event log.", f"These have one: {names}.")
    async with AsyncExitStack() as stack:
        urls = await known_databases(settings, [service], stack)
        database = Database(urls[name], application_name="sixclear-epoch", pool_size=1)
        stack.push_async_callback(database.close)
        try:
            return await raise_epoch(database)
        except LogIncomplete as error:
            raise CannotStart(
                f"The event log of {name} is not whole, or not there.",
                "Wait until a restore has ended, then try again; `sixclear migrate` makes a log that was never there.",
            ) from error
        except DBAPIError as error:
            raise CannotStart(
                f"The database of {name} refuses to raise the epoch ({_code(error)}).",
                f"Use the role that owns its tables in {database_variable(service)}; the database's log says more.",
            ) from error
        except (OSError, TimeoutError, PostgresError) as error:
            raise CannotStart(
                f"The database of {name} does not answer.",
                f"Start it, or mend {database_variable(service)}, then try again.",
            ) from error


def _code(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "no code")
