"""Counts what goes over the wire between a service and PostgreSQL: how often it was asked, and with how many bytes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_SOCKET = ".s.PGSQL.5432"


@dataclass
class Wire:
    """What passed so far; the driver sends all that it asks at one time in one piece, and then waits."""

    url: str
    round_trips: int = 0
    bytes: int = 0


@asynccontextmanager
async def counted_wire(url: str, folder: Path) -> AsyncIterator[Wire]:
    """A socket in `folder` before the server of `url` (`…?host=/folder`); connections through it are counted."""
    behind = Path(parse_qs(urlsplit(url).query)["host"][0]) / _SOCKET
    wire = Wire(f"{url.partition('?')[0]}?host={folder}")
    passing: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, ahead = await asyncio.open_unix_connection(str(behind))
        for one in (_pass(reader, ahead, wire), _pass(back, writer, None)):
            task = asyncio.create_task(one)
            passing.add(task)
            task.add_done_callback(passing.discard)

    server = await asyncio.start_unix_server(connected, str(folder / _SOCKET))
    try:
        yield wire
    finally:
        server.close()
        for task in list(passing):
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: Wire | None) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(1 << 20):
            if wire is not None:
                wire.round_trips += 1
                wire.bytes += len(piece)
            writer.write(piece)
            await writer.drain()
    writer.close()
