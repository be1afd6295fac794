"""An open-loop client: requests are due at fixed instants, whatever became of those before them.

A closed loop sends less while the server is slow, and so does not see what a visitor sees then. Here each time runs
from the instant at which the request was due. When every connection is busy a due request waits, and its wait counts.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from tests.benchmarks.country import Country

_PATIENCE_SECONDS = 15.0


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

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none of asyncio's classes

    def ask(self, request: bytes) -> "asyncio.Future[int]":
        """Send; the status of the answer when all of it is there."""
        assert self.transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        lengths = (line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        if len(body) < int(next(lengths).partition(b":")[2]):
            return
        self._buffer = b""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("closed"))


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


async def send(port: int, request: Callable[[], bytes], rate: float, seconds: float, connections: int) -> Seen:
    """Requests at `rate` a second for some seconds over so many connections."""
    loop, seen, idle = asyncio.get_running_loop(), Seen(), asyncio.Queue[_Connection]()
    for _ in range(connections):
        idle.put_nowait((await loop.create_connection(_Connection, "127.0.0.1", port))[1])
    began, running = time.perf_counter(), set[asyncio.Task[None]]()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        seen.due += 1
        task = asyncio.create_task(_one(port, idle, request(), due, seen))
        running.add(task)
        task.add_done_callback(running.discard)
    seen.in_time = len(seen.accepted)
    if running:
        _, late = await asyncio.wait(running, timeout=_PATIENCE_SECONDS)
        seen.unanswered += len(late)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
    while not idle.empty():
        if (transport := idle.get_nowait().transport) is not None:
            transport.abort()
    return seen


async def _one(port: int, idle: "asyncio.Queue[_Connection]", request: bytes, due: float, seen: Seen) -> None:
    connection = await idle.get()
    try:
        status = await connection.ask(request)
    except ConnectionError:
        seen.refused += 1
        connection = (await asyncio.get_running_loop().create_connection(_Connection, "127.0.0.1", port))[1]
    else:
        if status < 400:
            seen.accepted.append(time.perf_counter() - due)
        elif status in (429, 503):
            seen.shed += 1
        else:
            seen.refused += 1
    idle.put_nowait(connection)
