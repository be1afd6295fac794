"""What reading may cost: large questions take turns, so that the figures of now stay quick."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from random import randint

from starlette.requests import Request
from starlette.responses import Response

from sixclear.common.errors import Unavailable
from sixclear.common.web.allowances import Allowance
from sixclear.common.web.sse import Visitor
from sixclear.monitoring import metrics
from sixclear.monitoring.settings import Settings

Handler = Callable[[Request], Awaitable[Response]]


class _Lane:
    """Questions that take turns: so many in parallel, the others wait, but not for long."""

    def __init__(self, at_once: int, wait_seconds: float) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._wait_seconds = wait_seconds

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError:
            metrics.READINGS_REFUSED.inc()
            detail = "Too many large questions are being answered."
            raise Unavailable(detail, retry_after_seconds=randint(2, 10)) from None  # noqa: S311
        try:
            yield
        finally:
            self._free.release()


class Readings:
    """Bounds the questions of strangers, and the large ones of all callers.

    A large question (a timeline, provinces, attention, a past instant) waits for its turn; when that does not come in
    time, the answer is 503. Those of our own services, which answer for many visitors, have turns of their own: a
    flood of strangers does not hold them up. Concurrent callers with one question share one answer.
    Strangers are limited in number too, in a process by its share of what all replicas allow.
    """

    def __init__(self, settings: Settings, *, replicas: int = 1, visitor: Visitor = lambda _: None) -> None:
        # Two lanes; the rest of the connections is for the figures of now, the stream and folding.
        at_once = max(1, min(settings.large_readings_at_once, (settings.database_pool_size - 2) // 2))
        self._strangers = _Lane(at_once, settings.large_reading_wait_seconds)
        self._our_own = _Lane(at_once, settings.large_reading_wait_seconds)
        self._all = Allowance(settings.readings_per_minute / replicas)
        self._large = Allowance(settings.large_readings_per_minute / replicas)
        self._visitor = visitor
        self._underway: dict[Hashable, asyncio.Task[Response]] = {}

    async def answer(self, request: Request, handler: Handler, *, large: bool) -> Response:
        """What `handler` answers. Raises TooManyRequests for a visitor that asks too often, Unavailable when too many
        large questions wait."""
        visitor = self._visitor(request)
        if visitor is not None:
            self._all.spend(visitor)
            if large:
                self._large.spend(visitor)
        if not large:
            return await handler(request)
        lane = self._our_own if visitor is None else self._strangers
        path: str = request.scope["path"]
        question = (lane, path.removesuffix("/"), *sorted(request.query_params.multi_items()), _tags(request))
        underway = self._underway.get(question)
        if underway is None:
            underway = self._underway[question] = asyncio.create_task(_in_turn(lane, request, handler))
            underway.add_done_callback(lambda task: self._ended(question, task))
        # A visitor who leaves does not take the answer away from the others.
        return await asyncio.shield(underway)

    def _ended(self, question: Hashable, task: asyncio.Task[Response]) -> None:
        del self._underway[question]
        if not task.cancelled():
            task.exception()  # asked for, so that a failure which no one waits for any more is not logged as forgotten


async def _in_turn(lane: _Lane, request: Request, handler: Handler) -> Response:
    async with lane.turn():
        return await handler(request)


def _tags(request: Request) -> tuple[str, ...]:
    return tuple(request.headers.getlist("if-none-match"))
