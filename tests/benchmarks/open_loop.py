"""An open-loop client: requests are due at fixed instants, whatever became of those before them.

A closed loop sends less while the server is slow, and so does not see what a visitor sees then. Here each time runs
from the instant at which the request was due. When every connection is busy a due request waits, and its wait counts.
"""

import asyncio
import itertools
import random
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from tests.benchmarks.country import Country

_PATIENCE_SECONDS = 15.0
# What is due is sent up to so much later, which counts as its wait. A shorter sleep is none in uvloop: the client would
# spin, and take a core of its own from the servers that it measures.
_TICK_SECONDS = 0.001


@dataclass
class Seen:
    """What became of the requests: seconds from when each was due, of those that were accepted.

    `in_time` counts those that were accepted before the last one was due.
    """

    due: int = 0
    in_time: int = 0
    accepted: list[float] = field(default_factory=list)
    shed: int = 0
    refused: int = 0
    unanswered: int = 0

    def percentile(self, share: float) -> float:
        """Of the accepted, in milliseconds; infinite when nothing was accepted."""
        ordered = sorted(self.accepted)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1e3 if ordered else float("inf")


class _Connection(asyncio.Protocol):
    """One request at a time; answers have a Content-Length, as all of ours and of the peers have."""

    def __init__(self, loop_of: "_Sender") -> None:
        self._sender = loop_of
        self.transport: asyncio.Transport | None = None
        self.due = 0.0
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none of asyncio's classes

    def ask(self, request: bytes, due: float) -> None:
        """Send what was due then."""
        assert self.transport is not None
        self.due = due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        place = head.lower().find(b"content-length:")
        if len(body) < int(head[place + 15 :].partition(b"\r")[0]):
            return
        self._buffer = b""
        self._sender.answered(self, int(head[9:12]), body)

    def connection_lost(self, exc: Exception | None) -> None:
        self._sender.lost(self)


class _Sender:
    """Hands due requests to connections that are free, in their order; no task is made for one."""

    def __init__(self, request: Callable[[], bytes], heard: Callable[[bytes], object] | None = None) -> None:
        self.seen = Seen()
        self._request = request
        self._heard = heard
        # The one that is free longest is used next: a server closes what is idle for long (uvicorn after 5 s).
        self._free: deque[_Connection] = deque()
        self._connections: list[_Connection] = []
        self._waiting: deque[float] = deque()
        self._asked = 0
        self._closing = False
        self.idle = asyncio.Event()

    async def connect(self, port: int, connections: int) -> None:
        """Open the connections."""
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            made = (await loop.create_connection(lambda: _Connection(self), "127.0.0.1", port))[1]
            self._connections.append(made)
            self._free.append(made)

    def due(self, at: float) -> None:
        """A request is due."""
        self.seen.due += 1
        if self._free:
            self._ask(self._free.popleft(), at)
        else:
            self._waiting.append(at)

    def answered(self, connection: _Connection, status: int, body: bytes) -> None:
        """Count the answer, and use the connection for what waits longest."""
        self._asked -= 1
        if status < 400:
            if self._heard is not None:
                self._heard(body)
            self.seen.accepted.append(time.perf_counter() - connection.due)
        elif status in (429, 503):
            self.seen.shed += 1
        else:
            self.seen.refused += 1
        if self._waiting:
            self._ask(connection, self._waiting.popleft())
            return
        self._free.append(connection)
        if self._asked == 0:
            self.idle.set()

    def lost(self, connection: _Connection) -> None:
        """The server closed a connection; of one that was idle no request is lost."""
        if connection in self._free:
            self._free.remove(connection)
        elif not self._closing:
            self.seen.refused += 1

    def close(self) -> None:
        """Disconnect; what was not answered stays so, and what waits is not sent."""
        self._closing = True
        self.seen.unanswered = self._asked + len(self._waiting)
        self._waiting.clear()
        for connection in self._connections:
            if connection.transport is not None:
                connection.transport.abort()

    def _ask(self, connection: _Connection, at: float) -> None:
        self._asked += 1
        self.idle.clear()
        connection.ask(self._request(), at)


def reports_of(country: Country) -> Callable[[], bytes]:
    """Makes requests: a new report on a task at random, with a key of its own."""
    numbers, run = itertools.count(), random.randrange(10**9)

    def request() -> bytes:
        number = next(numbers)
        task_id, place = random.choice(country.tasks)
        body = f'{{"percent": {number % 100}, "text": "Tuần này đã hoàn thành rà soát, lần {run}-{number}"}}'.encode()
        return (
            f"POST /api/tasks/v1/tasks/{task_id}/progress HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {country.tokens[place]}\r\nIdempotency-Key: {run}-{number}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    return request


async def send(
    port: int,
    request: Callable[[], bytes],
    rate: float,
    seconds: float,
    connections: int,
    heard: Callable[[bytes], object] | None = None,
) -> Seen:
    """Requests at `rate` a second for some seconds over so many connections; `heard` gets what accepted ones hear."""
    sender = _Sender(request, heard)
    await sender.connect(port, connections)
    began, total = time.perf_counter(), int(rate * seconds)
    while sender.seen.due < total:
        now = time.perf_counter()
        while sender.seen.due < total and (at := began + sender.seen.due / rate) <= now:
            sender.due(at)
        await asyncio.sleep(_TICK_SECONDS)
    sender.seen.in_time = len(sender.seen.accepted)
    with suppress(TimeoutError):
        await asyncio.wait_for(sender.idle.wait(), _PATIENCE_SECONDS)
    sender.close()
    return sender.seen
