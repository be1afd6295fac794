"""Where the services' databases are: given by address, else on the embedded server."""

import os
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from sixclear.common.runtime.postgres_server import PostgresServer
from sixclear.common.settings import CommonSettings
from sixclear.launcher.data_folder import DataFolder
from sixclear.launcher.registry import Service


def database_variable(service: Service) -> str:
    """The variable that holds the address of the service's database."""
    return f"{service.variable}_DATABASE_URL"


def without_database(services: Sequence[Service]) -> list[Service]:
    """The services that own data and were given no address for it."""
    return [service for service in services if service.has_database and not os.environ.get(database_variable(service))]


async def databases(settings: CommonSettings, services: Sequence[Service], stack: AsyncExitStack) -> Mapping[str, str]:
    """The address of each service's database; where one is missing, the embedded server is started until `stack` ends.

    Takes the data folder when it starts a server; raises `CannotStart` when somebody else has it.
    """
    missing = without_database(services)
    found = {service.name: os.environ.get(database_variable(service), "") for service in services}
    if missing:
        folder = DataFolder(settings.home)
        folder.claim()
        stack.callback(folder.release)
        server = PostgresServer(settings.home / "postgres")
        stack.push_async_callback(server.stop)
        await server.start()
        found |= {service.name: server.url(service.database) for service in missing}
    return found
