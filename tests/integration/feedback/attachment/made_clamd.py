"""A clamd that speaks its protocol on a real socket: what contains `EICAR` is harmful."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HARMFUL = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


@dataclass(slots=True)
class MadeClamd:
    """What was looked at; `most` is its `StreamMaxLength`, `hangs` makes it take a file and say nothing."""

    most: int = 1024 * 1024
    hangs: bool = False
    looked_at: list[bytes] = field(default_factory=list)
    address: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One file of one connection."""
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(await reader.readexactly(4)):
            content += await reader.readexactly(size)
            if len(content) > self.most:
                writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                writer.close()
                return
        self.looked_at.append(content)
        if self.hangs:
            await reader.read()
        else:
            writer.write(b"stream: Eicar-Signature FOUND\0" if HARMFUL in content else b"stream: OK\0")
        writer.close()


@asynccontextmanager
async def made_clamd(port: int = 0, **how: bool | int) -> AsyncIterator[MadeClamd]:
    """A scanner while the block runs."""
    clamd = MadeClamd(**how)  # type: ignore[arg-type]
    server = await asyncio.start_server(clamd.serve, "127.0.0.1", port)
    host, port = server.sockets[0].getsockname()
    clamd.address = f"{host}:{port}"
    async with server:
        yield clamd
