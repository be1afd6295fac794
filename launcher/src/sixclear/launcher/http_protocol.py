"""uvicorn's HTTP protocol with what it leaves open: how much, how long and how many a connection may take."""

import asyncio
import contextlib
import fcntl
import re
import struct
import termios
from collections.abc import Sequence
from enum import Enum
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from sixclear.launcher import http_refusals
from sixclear.launcher.http_1_0 import without_chunks
from sixclear.launcher.http_heads import HeadWithBody
from sixclear.launcher.http_refusals import REFUSED, Refusal, Refused
from sixclear.launcher.http_upgrade import UpgradesIgnored
from sixclear.launcher.seats import Seats

HEAD_BYTES = 64 * 1024
HEAD_FIELDS = 256
HEAD_SECONDS = 10.0
STANDING_SECONDS = 2.0
# A body may take this long, a second more for each kilobyte that has come, and may rest no longer than that: 256 kB
# come through at 8 kbit/s, and one byte now and then keeps nothing open.
BODY_SECONDS = 20.0
BODY_BYTES_PER_SECOND = 1_000
TRAILER_BYTES = 8 * 1024
TRAILER_FIELDS = 64
# Bytes of a body that are no content: chunk sizes (16 for each chunk are free), extensions, an endless trailer.
FRAMING_BYTES = 16 * 1024
_FREE_PER_CHUNK = 16
# What still comes of a body that no longer interests, because its request is answered.
LEFTOVER_BYTES = 1024 * 1024
QUEUED_REQUESTS = 32
# Of an answer a client takes so much in that time, or the rest, or it is cut off. A live stream has a stricter rule
# of its own (`drop_after_seconds` of the hub), so this one never reaches it.
TAKEN_BYTES = 15_000
TAKEN_SECONDS = 30.0
# How long a refused client is still read from. If its connection were closed immediately, it would be reset before
# the client has read the answer.
LINGER_SECONDS = 1.0

# uvloop hands over 256 kB at once; a bound is checked between pieces.
_PIECE = 16 * 1024
_PROBES = (b"/livez", b"/readyz")
_HOST = re.compile(rb"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")


class _Phase(Enum):
    BETWEEN = "between requests"
    HEAD = "a head has begun"
    BODY = "a head is complete, its body is not"


BETWEEN, _HEAD, _BODY = _Phase  # every request asks several times, and an enumeration is slow to ask


class BoundedHttp(UpgradesIgnored):
    """A connection that is refused, closed or cut when it takes more than the constants above.

    uvicorn keeps whatever is sent of a head or of trailers, for as long as it is sent: one connection with 40 MB of
    trailers took 760 MB and held every service of the process for 4 s. A gateway bounds most of this; a process that is
    reached without one must too. What is refused is answered with a problem where an answer is still possible, after
    the answers to the requests before it. Limit: it builds on methods of uvicorn that are not promised to stay; only
    `test_http_server` and `test_connections` notice when a release changes them (decision 0012).
    """

    def __init__(self, *arguments: Any, seats: Seats, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._seats = seats
        self._seated = False
        self._phase = BETWEEN
        self._head_since: float | None = None
        self._head_fed = self._fed = 0
        self._body_since: float | None = None
        self._body_last = 0.0
        self._body_bytes = self._leftover = self._framing = 0
        self._trailers: list[tuple[bytes, bytes]] = []
        self._trailer_bytes = self._trailer_fields = 0
        self._messages = self._chunks = self._content = 0  # counted up; a piece looks at the difference
        self._ended = False  # nothing that comes is read any more
        self._refusal: Refusal | None = None
        self._running: RequestResponseCycle | None = None
        self._asking: RequestResponseCycle | None = None
        self._head: HeadWithBody | None = None
        self._unsent_before = 0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._taking_timer: asyncio.TimerHandle | None = None
        self._linger_timer: asyncio.TimerHandle | None = None

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._seated = self._seats.take(self, self.client[0] if self.client else "")
        self._head_since = self.loop.time()
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._seats.leave(self)
        for timer in (self._timer, self._taking_timer, self._linger_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def give_way(self) -> None:
        """Close: another connection needs the place, and nothing is under way on this one."""
        if self._ended:
            self.transport.abort()  # it has been told, and only lingers
            return
        self._ended = True
        if not self._seated:
            self.transport.write(http_refusals.NO_SEAT.encode())
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        if self._ended:
            return
        self._seats.busy(self)
        if len(data) <= _PIECE:
            self._feed(data)
        else:
            view = memoryview(data)
            for start in range(0, len(data), _PIECE):
                self._feed(bytes(view[start : start + _PIECE]))
                if self._ended:
                    return
        self._keep_time()

    def _feed(self, piece: bytes) -> None:
        messages, chunks, content = self._messages, self._chunks, self._content
        self._fed = len(piece)
        self.parse(piece)
        if self._ended:
            return
        if self._phase is _HEAD:
            self._head_fed += len(piece)
            if self._head_fed > HEAD_BYTES or len(self.headers) > HEAD_FIELDS:
                self._refuse(http_refusals.head_too_large(HEAD_BYTES, HEAD_FIELDS))
        elif messages == self._messages:
            free = self._content - content + _FREE_PER_CHUNK * (self._chunks - chunks)
            self._framing = max(0, self._framing + len(piece) - free)
            if self._trailers and self._trailers_are_too_large():
                self._refuse(http_refusals.trailers_too_large(TRAILER_BYTES, TRAILER_FIELDS))
            elif self._framing > FRAMING_BYTES:
                self._refuse(http_refusals.FRAMING)

    # What the parser says

    def on_message_begin(self) -> None:
        if self._resumes:
            return
        super().on_message_begin()
        self._phase = _HEAD
        self._messages += 1
        self._head_fed = 0

    def on_headers_complete(self) -> None:
        if self._resumes:
            self._phase = _BODY
            return
        self._look_at_head()
        super().on_headers_complete()
        if not self._seated:
            self.cycle.keep_alive = False
        self._phase, self._head_since, self._body_since = _BODY, None, None
        self._body_bytes = self._leftover = self._framing = 0
        # Trailers go into a list of their own: uvicorn would add them to the headers of a running request.
        self.headers = self._trailers = []
        self._trailer_bytes = self._trailer_fields = 0

    def _look_at_head(self) -> None:
        if len(self.headers) > HEAD_FIELDS or (
            self._head_fed + self._fed > HEAD_BYTES and len(self.url) + _size(self.headers) > HEAD_BYTES
        ):
            self._raise(http_refusals.head_too_large(HEAD_BYTES, HEAD_FIELDS))
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) != 1 and (hosts or self.parser.get_http_version() != "1.0"):
            self._raise(http_refusals.HOST)
        if hosts and not _HOST.fullmatch(hosts[0]):
            self._raise(http_refusals.HOST)
        if not self._seated and self.url.partition(b"?")[0] not in _PROBES:
            self._raise(http_refusals.NO_SEAT)
        if len(self.pipeline) >= QUEUED_REQUESTS:
            self._raise(http_refusals.PIPELINED)

    def on_chunk_header(self) -> None:
        """The size of a chunk was read."""
        self._chunks += 1

    def on_body(self, body: bytes) -> None:
        self._content += len(body)
        self._body_bytes += len(body)
        if self.cycle is not None and self.cycle.response_complete:
            self._leftover += len(body)
            if self._leftover > LEFTOVER_BYTES:
                self._raise(http_refusals.FRAMING)
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._trailers and self._trailers_are_too_large():
            self._raise(http_refusals.trailers_too_large(TRAILER_BYTES, TRAILER_FIELDS))
        self._phase = BETWEEN
        super().on_message_complete()

    def _trailers_are_too_large(self) -> bool:
        """Count them and drop them: nothing here wants one."""
        self._trailer_fields += len(self._trailers)
        self._trailer_bytes += _size(self._trailers)
        self._trailers.clear()
        return self._trailer_bytes > TRAILER_BYTES or self._trailer_fields > TRAILER_FIELDS

    # Requests

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:  # type: ignore[override]
        self._running = cycle
        cycle.transport = self._head = HeadWithBody(self.transport, self.loop)  # type: ignore[assignment]
        if cycle.scope["method"] not in ("GET", "HEAD"):
            app = self._noting(cycle, app)
        if cycle.scope["http_version"] == "1.0":
            app = without_chunks(cycle, app)
        super()._start_asgi_task(cycle, app)  # type: ignore[arg-type]

    def _noting(self, cycle: RequestResponseCycle, app: ASGIApp) -> ASGIApp:
        """`app`, while it is known whether it waits for its body."""

        async def noted(scope: Scope, receive: Receive, send: Send) -> None:
            async def receive_noted() -> Message:
                self._asking = cycle
                try:
                    return await receive()
                finally:
                    self._asking = None

            await app(scope, receive_noted, send)

        return noted

    def on_response_complete(self) -> None:
        if self._head is not None:
            self._head.flush()
        super().on_response_complete()
        if self.transport.is_closing():
            self._watch_taking()
        elif self._running is None or self._running.response_complete:
            if self._ended:
                self._say_last()
            elif self._phase is BETWEEN and not self.transport.get_write_buffer_size():
                self._seats.idle(self)

    # Refusals

    def _raise(self, refusal: Refusal) -> None:
        """From inside the parser: `send_400_response` follows."""
        self._refusal = refusal
        raise Refused(refusal)

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls when the parser refuses."""
        self._refuse(self._refusal or http_refusals.MALFORMED)

    def _refuse(self, refusal: Refusal | None) -> None:
        """Read nothing more; answer `refusal` when its turn has come, and close."""
        if self._ended:
            return
        self._ended, self._refusal = True, refusal
        REFUSED.labels(refusal.kind.code if refusal is not None else "timeout").inc()
        if self._phase is not _BODY:
            if self._running is None or self._running.response_complete:
                self._say_last()
            return
        cycle = self.cycle
        if self.pipeline and self.pipeline[0][0] is cycle:
            self.pipeline.popleft()  # not begun: the answers before it come first
        elif cycle.response_started:
            self.transport.close()  # it has its answer, or a part that nothing can be added to
        else:
            cycle.disconnected = True
            cycle.message_event.set()
            self._say_last()

    def _say_last(self) -> None:
        if self.transport.is_closing():
            return
        if self._refusal is None:
            self.transport.close()
            return
        self.transport.write(self._refusal.encode())
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self._linger_timer = self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    # Time that a client takes to send

    def _keep_time(self) -> None:
        if self._phase is _BODY:
            self._body_last = self.loop.time()
            if self._body_since is None:
                self._body_since = self._body_last
        elif self._head_since is None:
            # A head that has begun, or bytes that begin nothing, such as empty lines: they end uvicorn's own timer.
            waiting = self._running is None or self._running.response_complete
            if self._phase is BETWEEN and (not waiting or self.timeout_keep_alive_task is not None):
                return
            self._head_since = self.loop.time()
        self._arm()

    def _arm(self) -> None:
        """A timer that goes off too early looks again; so most requests start none and stop none."""
        deadline = self._deadline()
        if deadline is None:
            return
        if self._timer is not None and self._timer_at <= deadline:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._timer_at = self.loop.call_at(deadline, self._look), deadline

    def _deadline(self) -> float | None:
        if self._ended:
            return None
        if self._head_since is not None:
            return self._head_since + (HEAD_SECONDS if self._seated else STANDING_SECONDS)
        if self._phase is _BODY and self._body_since is not None:
            earned = self._body_since + self._body_bytes / BODY_BYTES_PER_SECOND
            return min(earned, self._body_last) + BODY_SECONDS
        return None

    def _look(self) -> None:
        self._timer = None
        deadline = self._deadline()
        if deadline is not None and deadline <= self.loop.time():
            self._late()
        self._arm()

    def _late(self) -> None:
        cycle = self.cycle
        if self.flow.read_paused:
            self._begin_again()  # it is us who do not read
        elif self._phase is not _BODY or cycle.response_complete:
            self._refuse(None)
        elif self._asking is cycle and not cycle.response_started:
            self._refuse(http_refusals.BODY_TIMEOUT)
        else:
            self._begin_again()  # an answer that is under way without the body is not cut

    def _begin_again(self) -> None:
        now = self.loop.time()
        if self._head_since is not None:
            self._head_since = now
        self._body_since, self._body_last, self._body_bytes = now, now, 0

    # Time that a client takes to read

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_taking()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._taking_timer is not None and not self.transport.is_closing():
            self._taking_timer.cancel()
            self._taking_timer = None

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._watch_taking()

    def _watch_taking(self) -> None:
        if self._taking_timer is None and self.transport.get_write_buffer_size():
            self._unsent_before = self._unsent()
            self._taking_timer = self.loop.call_later(TAKEN_SECONDS, self._look_taken)

    def _look_taken(self) -> None:
        self._taking_timer = None
        if self.transport.get_write_buffer_size() and self._unsent() > self._unsent_before - TAKEN_BYTES:
            self.transport.abort()
        else:
            self._watch_taking()

    def _unsent(self) -> int:
        """Bytes that the client has not taken: in our buffer, and in the kernel's where it tells."""
        waiting = 0
        with contextlib.suppress(OSError, ValueError, AttributeError):
            answer = fcntl.ioctl(self.transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, b"\0" * 4)
            waiting = struct.unpack("i", answer)[0]
        return self.transport.get_write_buffer_size() + waiting


def _size(fields: Sequence[tuple[bytes, bytes]]) -> int:
    """What they take in a request."""
    return sum(len(name) + len(value) + len(": \r\n") for name, value in fields)
