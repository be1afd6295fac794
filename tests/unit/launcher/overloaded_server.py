"""A server of changes on a made-up clock: connections without sockets, a batcher, a database that takes its time."""

import asyncio
import random
from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import Any, cast

import uvicorn
from starlette.types import Message, Receive, Scope, Send
from uvicorn.server import ServerState

from sixclear.common.batcher.batcher import Batcher
from sixclear.common.batcher.queue import Limits
from sixclear.launcher.http_shedding import SheddingHttp
from sixclear.launcher.seats import Seats
from sixclear.launcher.shedding import Lane, Lanes, Shedding

_BODY = b'{"percent": 5}'


class Database:
    """Stores a batch in some milliseconds and some more for each change; `slow` times as long; `stuck`: never."""

    def __init__(self) -> None:
        self.stored: set[int] = set()
        self.slow = 1.0
        self.stuck = False
        self._at_work: tuple[float, Sequence[int], asyncio.Future[Sequence[int]]] | None = None
        self.now = 0.0

    async def write(self, changes: Sequence[int]) -> Sequence[int]:
        """What a batcher writes with."""
        done: asyncio.Future[Sequence[int]] = asyncio.get_running_loop().create_future()
        self._at_work = (self.now + self.slow * (0.005 + 0.0003 * len(changes)), changes, done)
        return await done

    def work(self) -> None:
        """End what is due."""
        if self._at_work is not None and not self.stuck and self._at_work[0] <= self.now:
            (_, changes, done), self._at_work = self._at_work, None
            self.stored.update(changes)
            done.set_result(changes)


class Transport:
    """What one connection is sent."""

    def __init__(self) -> None:
        self.sent = bytearray()

    def write(self, data: bytes) -> None:
        self.sent += data

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def get_extra_info(self, name: str, default: object = None) -> object:
        return ("127.0.0.1", 1) if name == "peername" else default

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Client:
    """One connection, with one change under way at a time. The body is sent when the head was not refused."""

    def __init__(self, protocol: SheddingHttp, transport: Transport) -> None:
        self.protocol, self.transport = protocol, transport
        self.number: int | None = None
        self.due = 0.0
        self.refused_early = False

    def ask(self, number: int, due: float, *, whole: bool) -> None:
        """Send a change: in one piece, or its head alone first."""
        self.number, self.due = number, due
        self.transport.sent.clear()
        head = b"POST /changes/%d HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % (number, len(_BODY))
        self.protocol.data_received(head + _BODY if whole else head)
        self.refused_early = bool(self.transport.sent)
        if not whole:
            self.protocol.data_received(_BODY)


class Overloaded:
    """`step` is a turn of the loop: the clock goes on, what came meanwhile is read, what is due is stored."""

    def __init__(self, seed: int, connections: int = 400, *, together: bool = True) -> None:
        """`together`: changes are stored many at a time, as on a hot route; else one after the other."""
        self.random = random.Random(seed)
        self.database = Database()
        self.lane: Lane
        self.waits: list[float] = []
        self.acknowledged: set[int] = set()
        self.refused: set[int] = set()
        self.reached: set[int] = set()
        self._numbers = 0
        self._owed = 0.0
        self._due: deque[float] = deque()
        self._batcher: Batcher[int, int] = Batcher(
            "story",
            "changes",
            self.database.write,
            lambda number: (number,),
            limits=Limits() if together else Limits(batch=1, wait_seconds=9, stuck_seconds=9),
            monotonic=self._now,
        )
        lanes = Lanes.of("story", 1024, monotonic=self._now)
        self.lane = lanes.hot if together else lanes.ordinary
        lanes = Lanes(ordinary=self.lane, hot=self.lane)
        self._shedding = Shedding({self._app: lanes}, lambda path: self._app, lambda path: False, self._now)
        self._free = [self._connect() for _ in range(connections)]
        self._busy: list[Client] = []

    def _now(self) -> float:
        return self.database.now

    def _connect(self) -> Client:
        config = uvicorn.Config(self._app, interface="asgi3", lifespan="off", log_config=None, proxy_headers=False)
        config.load()
        seats = Seats(10_000, 10_000, lambda host: True)
        made = partial(SheddingHttp, seats=seats, shedding=self._shedding)
        protocol, transport = made(config=config, server_state=ServerState(), app_state={}), Transport()
        protocol.connection_made(cast(Any, transport))
        return Client(protocol, transport)

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        number = int(scope["path"].rpartition("/")[2])
        self.reached.add(number)
        message: Message = await receive()
        assert message["body"] == _BODY
        await self._batcher.run(number)
        await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def run(self, seconds: float, rate: float, turn_seconds: float = 0.002) -> None:
        """Changes come at `rate` a second; a turn takes that long, or twice as long."""
        ends = self.database.now + seconds
        while self.database.now < ends:
            turn = turn_seconds * self.random.uniform(1, 2)
            self._owed += rate * turn
            while self._owed >= 1:
                self._owed -= 1
                self._due.append(self.database.now)
            self.database.now += turn
            await self._turn()

    async def _turn(self) -> None:
        self._look()
        while self._due and self._free:
            client = self._free.pop(self.random.randrange(len(self._free)))
            self._numbers += 1
            client.ask(self._numbers, self._due.popleft(), whole=self.random.random() < 0.5)
            self._busy.append(client)
        self.database.work()
        for _ in range(6):  # turns in which tasks go as far as they can
            await asyncio.sleep(0)
        self._look()

    def _look(self) -> None:
        """Read what came back."""
        for client in [client for client in self._busy if client.transport.sent]:
            assert client.number is not None
            status = int(client.transport.sent[9:12])
            if status == 201:
                self.acknowledged.add(client.number)
                self.waits.append(self.database.now - client.due)
            else:
                assert status == 503
                assert client.refused_early, "before its body came"
                assert b"\r\nretry-after: " in client.transport.sent
                self.refused.add(client.number)
            self._busy.remove(client)
            self._free.append(client)

    async def drain(self) -> None:
        """Until all are answered that were asked."""
        while self._busy or self._due:
            self.database.now += 0.002
            await self._turn()

    def forget(self) -> None:
        """Begin a new part of the story."""
        self.waits.clear()

    @property
    def p99(self) -> float:
        """Of the accepted, in seconds from when each was due."""
        ordered = sorted(self.waits)
        return ordered[int(len(ordered) * 0.99)]
