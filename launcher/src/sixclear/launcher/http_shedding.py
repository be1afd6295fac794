"""A connection whose requests are refused while too many are in work: by bytes that are ready, without a task."""

from typing import Any

from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from sixclear.launcher.http_protocol import BETWEEN, BoundedHttp
from sixclear.launcher.http_whole import posted_to
from sixclear.launcher.shedding import Place, Shedding

# An idle connection is closed after five seconds; one that is refused again and again is not idle.
_FRESH_SECONDS = 1.0


class SheddingHttp(BoundedHttp):
    """Refuses what `Shedding` refuses, as soon as its head has come.

    A refusal must be cheap: at three times of what can be answered, two are refused for each that is answered, and what
    they cost is taken from those. So no task is made for it; and while some are refused, a request that came whole in
    one piece is refused without the parser (21 microseconds in place of 37; a server that only writes takes 8). What
    comes of the body is read and dropped, so that the connection can be used again; a client that waits for 100
    (Continue) would not send it, and its connection ends.
    """

    def __init__(self, *arguments: Any, shedding: Shedding, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._shedding = shedding
        self._place: Place | None = None
        self._fresh_at = 0.0

    def data_received(self, data: bytes) -> None:
        if self._shedding.refuses_some() and self._is_between_requests() and (path := posted_to(data)) is not None:
            lane = self._shedding.lane_of("POST", path)
            if lane is not None and self._shedding.refuses(lane):
                self._stay_open()
                self.server_state.total_requests += 1
                self.transport.write(self._shedding.refusal())
                return
        super().data_received(data)

    def _is_between_requests(self) -> bool:
        """Whether the parser waits for a request, and every one before it was answered."""
        return (
            self._phase is BETWEEN
            and self._head_since is None
            and not self._ended
            and self._running is not None
            and self._running.response_complete
            and self._running is self.cycle
            and self.timeout_keep_alive_task is not None
        )

    def _stay_open(self) -> None:
        now = self.loop.time()
        if now - self._fresh_at > _FRESH_SECONDS:
            self._fresh_at = now
            self._seats.busy(self)
            self._seats.idle(self)
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGIApp) -> None:  # type: ignore[override]
        self._place = None
        lane = self._shedding.lane_of(cycle.scope["method"], cycle.scope["path"])
        if lane is None:
            super()._start_asgi_task(cycle, app)
        elif self._shedding.refuses(lane):
            self._turn_away(cycle)
        else:
            self._place = Place(lane)
            if not cycle.more_body:  # it waited behind another one, with its body
                self._place.take()
            super()._start_asgi_task(cycle, self._place.around(app))

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if self.cycle is not self._running:
            return
        if self._place is not None:
            self._place.take()
        elif self.cycle.response_complete and not self._ended and not self.transport.get_write_buffer_size():
            self._seats.idle(self)

    def _turn_away(self, cycle: RequestResponseCycle) -> None:
        self._running = cycle
        cycle.response_started = cycle.response_complete = True
        if not cycle.keep_alive or cycle.waiting_for_100_continue:
            self._ended, self._refusal = True, self._shedding.last_refusal()
            self._say_last()
            return
        answer = self._shedding.refusal()
        if cycle.scope["method"] == "HEAD":
            answer = answer[: answer.index(b"\r\n\r\n") + 4]
        self.transport.write(answer)
        self.on_response_complete()
