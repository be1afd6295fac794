"""Which requests are refused because too many are in work: decided when a head has come, before a body is read.

The queue that grows first is not the batcher's and not the pool's. It is the event loop's own: heads, bodies and tasks
that wait for their turn, which no queue behind them sees. So requests are counted from the end of their body to the
beginning of their answer, whatever they wait for in between: neither a slow sender nor a slow reader counts.

A lane takes as many at once as it answers in the time that a request may wait (Little's law), by the rate that it
measures while it is busy; a slow disk, a busy loop or a stuck database lower that rate by themselves. CoDel measures
the wait of what leaves a queue and drops it there. Here what leaves has been read, verified and perhaps stored, so the
wait must be known at the entry. Those who wait are answered in their order: clients repeat what is late, and the newest
first would leave the oldest to be done for no reader. uvicorn's `limit_concurrency` counts idle connections, streams
and probes, and costs a task for each refusal; a shorter backlog only moves the queue into the kernel.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import cycle

import structlog
from prometheus_client import Counter, Gauge
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sixclear.common.errors import Unavailable
from sixclear.common.metric_labels import SERVICE
from sixclear.common.web.hot_front import HotRoutes
from sixclear.launcher.http_refusals import REFUSED, Refusal

_log = structlog.get_logger(__name__)

SHED = Counter(
    "sixclear_http_shed_total",
    "Requests refused before their body was read, because too many were in work.",
    (SERVICE, "way"),
)
IN_WORK = Gauge(
    "sixclear_http_in_work",
    "Requests in work now: their body has come, their answer has not begun.",
    (SERVICE, "way"),
)

# Fewer are never refused: a batch, or the pool with some behind it, must find work while others are under way. Of the
# pool of feedback (8) seven wait behind each connection; a submission, among the dearest of ordinary requests, costs 5
# to 8 ms, so the last of 64 waits half a second. The 10 s that one may wait for a connection are over only where fewer
# than seven are answered in a second: then the machine has no time, and a lower bound would refuse what a pause delays.
LEAST = 64
# Before a lane's rate is known, and of a service that waits for others.
FIRST = 256
HOT_WAIT_SECONDS = 0.03
ORDINARY_WAIT_SECONDS = 0.25
_LOOK_SECONDS = 0.1
_WEIGHT = 0.25
_SAY_SECONDS = 60.0
_SOME_SECONDS = 1.0

_DETAIL = "More requests come in than can be answered. Please try again."
# Those who are refused together do not all come back at the same moment.
_REFUSALS = tuple(Refusal(Unavailable, _DETAIL, retry_after_seconds=seconds) for seconds in (1, 2, 3))
_REFUSED = REFUSED.labels(Unavailable.code)


class Lane:
    """Requests of one kind, each of which costs about the same; `in_work` are counted by `begin` and `end`.

    `least` are always taken, never more than `most`; in between as many as are answered in `wait_seconds`. How many are
    answered in a second is measured while at least half of `least` are in work, because a lane with little to do
    answers few. Until it was busy for a tenth of a second, `FIRST` may come.
    """

    def __init__(
        self,
        service: str,
        way: str,
        *,
        least: int,
        most: int,
        wait_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.service, self.way = service, way
        self.in_work = 0
        self.rate: float | None = None
        self._least, self._most = min(least, most), most
        self._half = max(1, self._least // 2)
        self._wait_seconds = wait_seconds
        self._monotonic = monotonic
        self._busy_since = self._busy_seconds = 0.0
        self._ended = 0
        self._said_at = float("-inf")
        self._shed = SHED.labels(service, way)
        IN_WORK.labels(service, way).set_function(lambda: self.in_work)

    @property
    def bound(self) -> int:
        """How many may be in work now."""
        expected = FIRST if self.rate is None else int(self.rate * self._wait_seconds)
        return min(self._most, max(self._least, expected))

    def begin(self) -> None:
        """A request is in work."""
        self.in_work += 1
        if self.in_work == self._half:
            self._busy_since = self._monotonic()

    def end(self) -> None:
        """Its answer begins, or none will."""
        if self.in_work >= self._half:
            self._ended += 1
        self.in_work -= 1
        if self.in_work == self._half - 1:
            self._busy_seconds += self._monotonic() - self._busy_since

    def refuses(self) -> bool:
        """Whether a newcomer must be refused; counted when it is."""
        if self.in_work < self._least:
            return False
        now = self._monotonic()
        self._look(now)
        if self.in_work < self.bound:
            return False
        self._shed.inc()
        _REFUSED.inc()
        self._say(now)
        return True

    def _look(self, now: float) -> None:
        """Learn the rate: the lane is busy here."""
        busy = self._busy_seconds + now - self._busy_since
        if busy < _LOOK_SECONDS:
            return
        seen = self._ended / busy
        self.rate = seen if self.rate is None else self.rate + _WEIGHT * (seen - self.rate)
        self._busy_since, self._busy_seconds, self._ended = now, 0.0, 0

    def _say(self, now: float) -> None:
        if now - self._said_at >= _SAY_SECONDS:
            self._said_at = now
            _log.warning(
                "requests are refused: more come in than can be answered",
                service=self.service,
                way=self.way,
                in_work=self.in_work,
                answered_per_second=None if self.rate is None else round(self.rate),
            )


class Place:
    """The place of one request in its lane: taken when its body has come, given back when its answer begins."""

    __slots__ = ("_given", "_lane", "_taken")

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._taken = self._given = False

    def take(self) -> None:
        """The body has come; may be said twice."""
        if not (self._taken or self._given):
            self._taken = True
            self._lane.begin()

    def give_back(self) -> None:
        """The answer begins, or the application is done; may be said twice."""
        if self._taken and not self._given:
            self._lane.end()
        self._given = True

    def around(self, app: ASGIApp) -> ASGIApp:
        """`app`, which gives the place back."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            async def send_and_see(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self.give_back()
                await send(message)

            try:
                await app(scope, receive, send_and_see)
            finally:
                self.give_back()

        return counted


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes of one application: requests of the hot routes, which are stored together, and all others."""

    ordinary: Lane
    hot: Lane
    hot_routes: HotRoutes | None = None

    @classmethod
    def of(
        cls,
        service: str,
        most: int,
        hot_routes: HotRoutes | None = None,
        *,
        waits_for_others: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> "Lanes":
        """`waits_for_others`: an application that calls services. Where one of them is late, those of its pages that
        ask this one wait and use nothing; more of them may, so that the other pages are still answered."""
        least = FIRST if waits_for_others else LEAST

        def lane(way: str, wait_seconds: float) -> Lane:
            return Lane(service, way, least=least, most=most, wait_seconds=wait_seconds, monotonic=monotonic)

        return cls(lane("ordinary", ORDINARY_WAIT_SECONDS), lane("hot", HOT_WAIT_SECONDS), hot_routes)

    def lane_of(self, method: str, path: str) -> Lane:
        """The lane of a request."""
        is_hot = self.hot_routes is not None and self.hot_routes.find(method, path) is not None
        return self.hot if is_hot else self.ordinary


class Shedding:
    """The lanes of a process.

    Probes, metrics, static files and streams (`is_free`) have none: the first say how the process is, streams have
    seats of their own and begin without waiting. What no service answers has none either.
    """

    def __init__(
        self,
        lanes: Mapping[ASGIApp, Lanes],
        app_of: Callable[[str], ASGIApp | None],
        is_free: Callable[[str], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lanes = lanes
        self._app_of = app_of
        self._is_free = is_free
        self._monotonic = monotonic
        self._refused_at = float("-inf")
        self._refusals = cycle(_REFUSALS)
        self._whole = cycle([refusal.encode(closes=False) for refusal in _REFUSALS])

    def lane_of(self, method: str, path: str) -> Lane | None:
        """The lane of a request; None where it is neither counted nor refused."""
        app = self._app_of(path)
        lanes = None if app is None else self._lanes.get(app)
        return None if lanes is None or self._is_free(path) else lanes.lane_of(method, path)

    def refuses(self, lane: Lane) -> bool:
        """Whether a newcomer of this lane must be refused; counted when it is."""
        if not lane.refuses():
            return False
        self._refused_at = self._monotonic()
        return True

    def refuses_some(self) -> bool:
        """Whether any was refused within the last second."""
        return self._monotonic() - self._refused_at < _SOME_SECONDS

    def refusal(self) -> bytes:
        """A whole answer of 503, after which the connection goes on."""
        return next(self._whole)

    def last_refusal(self) -> Refusal:
        """The same for a connection that ends with it."""
        return next(self._refusals)
