"""Servers that this process started come back when they end unasked: a killed database is a pause and no end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from sixclear.common.runtime.postgres_server import PostgresServer
from sixclear.launcher.data_folder import DataFolder

_log = structlog.get_logger(__name__)

_LOOK_SECONDS = 0.5
_AFTER_FAILURE_SECONDS = 5.0


@asynccontextmanager
async def kept_up(
    name: str,
    running: Callable[[], bool | None],
    start: Callable[[], Awaitable[None]],
    say: Callable[[str], None],
    held: Callable[[], bool],
) -> AsyncIterator[None]:
    """While inside, `start` is called whenever `running` says no; `say` tells the person at the terminal.

    Nothing happens while `running` says None, for "cannot tell": the server may be in the best of health. Nothing
    happens either when the data folder is no longer `held`: another process has removed it and started again, perhaps
    with servers of its own. Leave this context before the server is stopped on purpose. A start that has begun by then
    goes on in its thread.
    """
    keeping = asyncio.create_task(_keep(name, running, start, say, held), name=f"{name}-keep")
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])


async def _keep(
    name: str,
    running: Callable[[], bool | None],
    start: Callable[[], Awaitable[None]],
    say: Callable[[str], None],
    held: Callable[[], bool],
) -> None:
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if not held():  # asked first: at the same place the server of a newer process may run
            say(f"The data folder was removed: {name} is not started again when it ends. Stop with Ctrl-C.")
            return
        if running() is not False:
            continue
        say(f"{name} ended unasked and is started again.")
        try:
            await start()
        except Exception as error:
            _log.exception("a server does not start again", server=name)
            say(f"{name} does not start again: {error} The next attempt is in {_AFTER_FAILURE_SECONDS:.0f} s.")
            await asyncio.sleep(_AFTER_FAILURE_SECONDS)


async def stop_held(server: PostgresServer, folder: DataFolder) -> None:
    """Stop the server, unless its folder was taken away: there may be another process's server at the same place."""
    if folder.held():
        await server.stop()


def kill_held(server: PostgresServer, folder: DataFolder) -> None:
    """As `stop_held`, without waiting."""
    if folder.held():
        server.kill()
