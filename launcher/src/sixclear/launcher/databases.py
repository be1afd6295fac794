"""Where the services' databases are: given by address, else on the embedded server."""

import os
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from pydantic import ValidationError

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.runtime.postgres_server import PostgresServer
from sixclear.common.settings import CommonSettings
from sixclear.launcher.data_folder import DataFolder, announced
from sixclear.launcher.options import not_valid
from sixclear.launcher.registry import SERVICES, Service


def database_variable(service: Service) -> str:
    """The variable that holds the address of the service's database."""
    return f"{service.variable}_DATABASE_URL"


def without_database(services: Sequence[Service]) -> list[Service]:
    """The services that own data and were given no address for it, neither in a variable nor in a file."""
    return [service for service in services if service.has_database and not _given(service)]


def _given(service: Service) -> bool:
    variable = database_variable(service)
    return bool(os.environ.get(variable) or os.environ.get(f"{variable}_FILE"))


def address_of(service: Service) -> str:
    """The address that was given, as the driver takes it; raises CannotStart when it cannot be used."""
    settings = service.settings_class()
    try:
        return str(settings().database_url)  # type: ignore[attr-defined]  # every service with a database has it
    except ValidationError as error:
        raise not_valid(settings, error) from None


def embedded_server(settings: CommonSettings) -> PostgresServer:
    """The server of the data folder, with a database for each service that owns data."""
    names = [service.database for service in SERVICES if service.has_database]
    return PostgresServer(settings.home / "postgres", names)


async def known_databases(
    settings: CommonSettings, services: Sequence[Service], stack: AsyncExitStack
) -> Mapping[str, str]:
    """As `databases`, for commands that ask what is there: an empty database would answer that all is well.

    Raises CannotStart where a database is neither named nor in the data folder.
    """
    missing = without_database(services)
    if missing and not embedded_server(settings).has_data():
        raise CannotStart(
            f"There is no database of {', '.join(service.name for service in missing)} in {settings.home}.",
            f"Set {', '.join(database_variable(service) for service in missing)}, or SIXCLEAR_HOME to the folder of the"
            " platform.",
        )
    return await databases(settings, services, stack)


async def databases(settings: CommonSettings, services: Sequence[Service], stack: AsyncExitStack) -> Mapping[str, str]:
    """The address of each service's database; where one is missing, it is on the embedded server.

    A server that the platform runs is used; else one is started until `stack` ends.
    """
    missing = without_database(services)
    found = {service.name: address_of(service) for service in services if service.has_database and _given(service)}
    if missing:
        server = embedded_server(settings)
        if announced(settings.home) is None or not server.attach():
            folder = DataFolder(settings.home)
            folder.claim()
            stack.callback(folder.release)
            stack.push_async_callback(server.stop)
            await server.start()
        found |= {service.name: server.url(service.database) for service in missing}
    return found
