"""The head of an answer goes out with the first piece of its body: one write and one packet in place of two."""

import asyncio


class HeadWithBody:
    """The transport of one answer: its first write waits for the second one, or for the next turn of the loop.

    uvicorn writes head and body apart, and uvloop sends each: that is two calls of the system, and a client that is
    woken twice. Nearly every answer has its body ready when its head is. One that has none, and a stream whose first
    event is not there yet, is not held back: its head goes with the next turn. `flush` before another writes.
    """

    __slots__ = ("_held", "_loop", "_transport", "_written")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: bytes | None = None
        self._written = False

    def write(self, data: bytes) -> None:
        """As a transport's."""
        if self._held is not None:
            held, self._held = self._held, None
            self._transport.write(held + data)
        elif self._written:
            self._transport.write(data)
        else:
            self._held, self._written = data, True
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write what is held."""
        if self._held is not None:
            held, self._held = self._held, None
            self._transport.write(held)

    def is_closing(self) -> bool:
        """As a transport's."""
        return self._transport.is_closing()

    def close(self) -> None:
        """As a transport's; what is held goes first."""
        self.flush()
        self._transport.close()
