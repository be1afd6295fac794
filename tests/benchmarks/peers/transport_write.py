"""The limit of a stream: `transport.write` of the same bytes to each connection, in a loop. No server can do less.

An ASGI server is not in it: `asyncio.Protocol` on uvloop, which takes three requests and knows nothing else of HTTP.
"""

import asyncio
import os
import sys
from typing import cast

import uvloop

BODY = b"x" * int(os.environ["FRAME_BYTES"])
clients: set[asyncio.Transport] = set()
said = 0


class Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none of asyncio's classes

    def data_received(self, data: bytes) -> None:
        global said
        if data.startswith(b"GET /stream"):
            head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
            self.transport.write(head + chunk(b"event: snapshot\ndata: {}\n\n"))
            clients.add(self.transport)
            return
        if data.startswith(b"POST /say"):
            said += 1
            frame = chunk(b'id: %d\nevent: status\ndata: {"n":%d,"x":"%s"}\n\n' % (said, said, BODY))
            for transport in clients:
                transport.write(frame)
        self.transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    def connection_lost(self, exc: Exception | None) -> None:
        clients.discard(self.transport)


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", int(sys.argv[1]), backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
