"""What a scanner says of a file: clamd, asked over its socket (`INSTREAM`), within bounds of time and answer.

A scanner that does not answer says nothing: never that a file is clean.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Literal

import structlog

_log = structlog.get_logger(__name__)
_SECONDS = 60.0
_MOST_ANSWER = 4096
Verdict = Literal["clean", "infected"]


async def scan(address: str, content: AsyncIterator[bytes], *, seconds: float = _SECONDS) -> Verdict | None:
    """What the clamd at `address` (`host:port`, or the path of its socket) says; None where it says nothing clear.

    Raises what `content` raises.
    """
    try:
        async with asyncio.timeout(seconds):
            return await _asked(address, content)
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        _log.warning("the scanner does not answer", problem=type(error).__name__)
        return None


async def _asked(address: str, content: AsyncIterator[bytes]) -> Verdict | None:
    reader, writer = await _connect(address)
    try:
        writer.write(b"zINSTREAM\0")
        async for piece in content:
            writer.write(len(piece).to_bytes(4) + piece)
            await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
        said = await reader.readuntil(b"\0")
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    if said == b"stream: OK\0":
        return "clean"
    if said.startswith(b"stream: ") and said.endswith(b" FOUND\0"):
        return "infected"
    _log.warning("the scanner did not look at a file: is its StreamMaxLength below the bytes that a file may have?")
    return None


async def _connect(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if address.startswith("/"):
        return await asyncio.open_unix_connection(address, limit=_MOST_ANSWER)
    host, _, port = address.rpartition(":")
    return await asyncio.open_connection(host.strip("[]"), int(port), limit=_MOST_ANSWER)
