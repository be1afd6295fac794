"""Server-sent events: each change is encoded once and the same bytes go to every client."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import orjson
import structlog
from prometheus_client import Counter, Gauge
from starlette.requests import HTTPConnection, Request
from starlette.types import Message, Receive, Scope, Send

from sixclear.common.clock import Clock, utc_now
from sixclear.common.errors import DomainError, Unavailable
from sixclear.common.metric_labels import SERVICE
from sixclear.common.web.access import Access
from sixclear.common.web.problems import problem_response
from sixclear.common.web.query_parameters import QueryParameters
from sixclear.common.web.seats import Seats
from sixclear.common.web.sse_client import StreamClient

_log = structlog.get_logger(__name__)

CLIENTS = Gauge("sixclear_sse_clients", "Open event streams.", (SERVICE,))
DROPPED = Counter(
    "sixclear_sse_clients_dropped_total", "Event streams closed because the client did not keep up.", (SERVICE,)
)

Encode = Callable[[], bytes]
Snapshot = Callable[[], Awaitable[tuple[int, bytes]]]
Visitor = Callable[[HTTPConnection], str | None]
Pulse = Callable[[], Mapping[str, Any]]

_END: Message = {"type": "http.response.body", "body": b"", "more_body": False}
_START: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-cache, no-transform"),
        (b"x-accel-buffering", b"no"),
    ],
}
# Other work of the process gets its turn between so many sends (14 µs each).
_SENDS_IN_A_ROW = 250
_SNAPSHOT_SECONDS = 1.0


_QUERY = QueryParameters(("last_event_id",))


class _Sent(NamedTuple):
    """A frame in the replay ring and the id of the frame before it."""

    previous_id: int
    event_id: int
    frame: bytes


class SseHub:
    """An event stream for many clients, mounted as `StreamRoute(path, hub)`.

    A client that comes with a recent `Last-Event-ID` gets what it missed, any other one `event: snapshot`. The first
    change goes out immediately, further ones within `gather_seconds`, and of several only the latest: events carry the
    whole state. A client that does not keep up misses states in between, and is closed when it takes nothing for
    `drop_after_seconds`; it may come again. Past the `seats` the answer is 503 or 429; HEAD takes none.

    After `heartbeat_seconds` without an event everybody gets `event: heartbeat`: the server's time, the interval, and
    what `pulse` adds. It has no id. Who hears nothing for twice as long has a connection that is broken in silence, and
    opens another one; a script that does, and cannot send a header, names the last id as `?last_event_id=`.
    """

    def __init__(
        self,
        service: str,
        snapshot: Snapshot,
        *,
        access: Access,
        seats: Seats | None = None,
        visitor: Visitor = lambda _: None,
        clock: Clock = utc_now,
        pulse: Pulse = dict,
        replayed: int = 64,
        gather_seconds: float = 0.05,
        heartbeat_seconds: float = 15.0,
        drop_after_seconds: float = 10.0,
    ) -> None:
        self._snapshot = snapshot
        self.access = access
        self._seats = Seats() if seats is None else seats
        self._visitor = visitor
        self._clock = clock
        self._pulse = pulse
        self._gather_seconds = gather_seconds
        self._heartbeat_seconds = heartbeat_seconds
        self._drop_after_seconds = drop_after_seconds
        self._ring: deque[_Sent] = deque(maxlen=replayed)
        self._newest_id: int | None = None
        self._pending: tuple[str, bytes | Encode, int] | None = None
        self._published = asyncio.Event()
        self._clients: dict[StreamClient, asyncio.Task[Any]] = {}
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._snapshot_lock = asyncio.Lock()
        self._last_snapshot: tuple[float, int, bytes] | None = None
        self._forgotten = 0
        self._gauge, self._dropped = CLIENTS.labels(service), DROPPED.labels(service)

    @property
    def clients(self) -> int:
        """How many streams are open."""
        return len(self._clients)

    async def start(self) -> None:
        """Begin to send."""
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name="sse-hub")

    async def stop(self, deadline_seconds: float = 2.0) -> None:
        """End every stream, those of stuck clients by force, and return within the deadline."""
        self._stopping = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        for client in list(self._clients):
            if client.busy:
                self._close(client)
            with suppress(Exception):
                client.offer(_END)
            client.closed = True
        tasks = list(self._clients.values())
        late = (await asyncio.wait(tasks, timeout=deadline_seconds))[1] if tasks else ()
        for task in late:
            task.cancel()

    def publish(self, event: str, data: bytes | Encode, event_id: int) -> None:
        """Send `data` (JSON) to every client, unless a newer one comes within the gathering time. Never waits.

        A function is called when its turn has come, so that what is never sent is never encoded.
        """
        self._pending = (event, data, event_id)
        self._published.set()

    def forget(self) -> None:
        """Keep nothing of what was published: something in it is not to be told any more.

        A task that was withdrawn stands, with its title, in four places: the replay ring, the frame that waits to be
        sent, the snapshot that is kept for a second, and what waits for slow clients. All four are emptied; and
        `_forgotten` counts, because a snapshot that was begun before may be ready only after. A client that comes with
        an older `Last-Event-ID` gets a snapshot, one that is behind gets the next event. A frame that is just being
        sent goes to no more clients. Limit: bytes on their way cannot be called back (decision 0014;
        `test_what_is_forgotten_is_given_to_nobody`, `test_a_snapshot_that_was_begun_before_is_made_again`).
        """
        self._forgotten += 1
        self._ring.clear()
        self._pending = self._last_snapshot = self._newest_id = None
        for client in self._clients:
            client.forget()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await self.access.admit(request)
        _QUERY.check(request)
        if request.method == "HEAD":
            await send(dict(_START))
            await send(dict(_END))
            return
        visitor = self._visitor(request)
        try:
            if self._stopping:
                raise Unavailable("The service is stopping.", retry_after_seconds=random.randint(2, 10))  # noqa: S311
            self._seats.take(visitor)
        except DomainError as refusal:
            await problem_response(request, refusal)(scope, receive, send)
            return
        try:
            await self._seated(request, receive, send)
        finally:
            self._seats.give_back(visitor)

    async def _seated(self, request: Request, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        assert task is not None
        client = StreamClient(send, self._drop_after_seconds, self._drop)
        self._clients[client] = task
        self._gauge.inc()
        try:
            await self._serve(client, request, receive)
        except asyncio.CancelledError:
            if not client.closed:
                raise
            task.uncancel()
        finally:
            del self._clients[client]
            self._gauge.dec()
            await client.stop()

    async def _serve(self, client: StreamClient, request: Request, receive: Receive) -> None:
        event_id, frames = await self._greeting(_last_event_id(request))
        # Clients that lose their server do not all come back at the same moment.
        retry = f"retry: {random.randint(1000, 5000)}\n".encode()  # noqa: S311
        try:
            await client.greet(_START, _body(retry + self._heartbeat({}) + frames))
        except TimeoutError:
            self._dropped.inc()
            return
        client.release(keep=self._newest_id is not None and (event_id is None or self._newest_id > event_id))
        while (await receive())["type"] != "http.disconnect":
            pass
        if not client.busy:
            client.offer(_END)  # where only the process stops, the client is still there and reads a whole answer

    async def _greeting(self, last_event_id: str) -> tuple[int | None, bytes]:
        """The newest id that the client then has, and the frames that bring it there."""
        number = last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) < 19
        missed = self._missed(int(last_event_id)) if number else None
        if missed is not None:
            return self._newest_id, missed
        event_id, data = await self._fresh_snapshot()
        return event_id, _frame("snapshot", data, event_id)

    def _missed(self, last_event_id: int) -> bytes | None:
        """The frames after `last_event_id`; None when they are not all there, or when the id is not from here."""
        if last_event_id == self._newest_id:
            return b""
        if not self._ring or not self._ring[0].previous_id <= last_event_id < self._ring[-1].event_id:
            return None
        return b"".join(sent.frame for sent in self._ring if sent.event_id > last_event_id)

    async def _fresh_snapshot(self) -> tuple[int, bytes]:
        """One snapshot serves everybody who comes within a second of it, if nothing was published since."""
        async with self._snapshot_lock:
            now = asyncio.get_running_loop().time()
            last = self._last_snapshot
            if last is None or now - last[0] > _SNAPSHOT_SECONDS or last[1] < (self._newest_id or 0):
                last = await self._new_snapshot(now)
            return last[1], last[2]

    async def _new_snapshot(self, now: float) -> tuple[float, int, bytes]:
        """One that was begun after whatever was to be forgotten."""
        while True:
            forgotten = self._forgotten
            made = (now, *await self._snapshot())
            if forgotten == self._forgotten:
                self._last_snapshot = made
                return made

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._heartbeat_seconds):
                    await self._published.wait()
            if self._published.is_set():
                await self._send_pending()
                await asyncio.sleep(self._gather_seconds)
            else:
                await self._beat()

    async def _beat(self) -> None:
        try:
            message = _body(self._heartbeat(self._pulse()))
        except Exception:
            _log.exception("a heartbeat of the stream cannot be made")
            message = _body(self._heartbeat({}))
        await self._each(lambda client: client.poke(message))

    def _heartbeat(self, pulse: Mapping[str, Any]) -> bytes:
        said = {"at": self._clock(), "every_seconds": self._heartbeat_seconds, **pulse}
        return b"event: heartbeat\ndata: %b\n\n" % orjson.dumps(said, option=orjson.OPT_UTC_Z)

    async def _send_pending(self) -> None:
        self._published.clear()
        pending, self._pending = self._pending, None
        if pending is None:
            return
        event, data, event_id = pending
        try:
            frame = _frame(event, data if isinstance(data, bytes) else data(), event_id)
        except Exception:
            _log.exception("an event of the stream cannot be encoded")
            return
        self._remember(event_id, frame)
        message, forgotten = _body(frame), self._forgotten
        await self._each(lambda client: client.offer(message), while_=lambda: forgotten == self._forgotten)

    def _remember(self, event_id: int, frame: bytes) -> None:
        newest = self._newest_id
        if newest is None or event_id <= newest:
            self._ring.clear()
        self._ring.append(_Sent(event_id if newest is None or event_id <= newest else newest, event_id, frame))
        self._newest_id = event_id

    async def _each(self, act: Callable[[StreamClient], None], while_: Callable[[], bool] = lambda: True) -> None:
        """Act on each client, in parts of 250, so that requests are answered between; ends when `while_` is false."""
        for number, client in enumerate(list(self._clients), start=1):
            try:
                act(client)
            except Exception:
                _log.exception("a stream failed")
                self._close(client)
            if number % _SENDS_IN_A_ROW == 0:
                await asyncio.sleep(0)
                if not while_():
                    return

    def _drop(self, client: StreamClient) -> None:
        self._dropped.inc()
        self._close(client)

    def _close(self, client: StreamClient) -> None:
        """End the client's request: the server closes the connection when it returns without an end."""
        client.closed = True
        task = self._clients.get(client)
        if task is not None:
            task.cancel()


def _last_event_id(request: Request) -> str:
    """What a browser says by itself when it comes back, or a script that opened a new stream."""
    return request.headers.get("last-event-id") or request.query_params.get("last_event_id", "")


def _body(frame: bytes) -> Message:
    return {"type": "http.response.body", "body": frame, "more_body": True}


def _frame(event: str, data: bytes, event_id: int) -> bytes:
    lines = b"".join(b"data: %b\n" % line for line in data.split(b"\n"))
    return b"id: %d\nevent: %b\n%b\n" % (event_id, event.encode(), lines)
