"""The product's hub, as monitoring mounts it, with three routes more.

`POST /say` has it publish a frame, `POST /large` gives the next clients a snapshot that fills a connection which nobody
reads, and `GET /full` says how many connections are full.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sixclear.common.web.access import Access
from sixclear.common.web.seats import Seats
from sixclear.common.web.sse import SseHub
from sixclear.common.web.stream_route import StreamRoute

BODY = b"x" * int(os.environ["FRAME_BYTES"])
# More than what the system and the server keep for a connection.
_LARGE = b'"%s"' % (b"x" * 8_000_000)
_said = 0
_greeting = b"{}"


async def _snapshot() -> tuple[int, bytes]:
    return _said, _greeting


_hub = SseHub("benchmark", _snapshot, access=Access.public("a benchmark"), seats=Seats(100_000, 100_000, 1.0))


async def say(request: Request) -> Response:
    """Publish a frame."""
    global _said, _greeting
    _said += 1
    _greeting = b"{}"
    _hub.publish("status", b'{"n":%d,"x":"%s"}' % (_said, BODY), _said)
    return Response(str(_said))


async def large(_: Request) -> Response:
    """The next clients, until a frame is published, get a large snapshot."""
    global _greeting
    _hub.forget()
    _greeting = _LARGE
    return Response("large")


async def full(_: Request) -> Response:
    """How many clients take nothing just now."""
    return Response(str(sum(client.busy for client in _hub._clients)))


async def ready(_: Request) -> Response:
    """The process answers."""
    return Response("ready")


@asynccontextmanager
async def _lifespan(_: Starlette) -> AsyncIterator[None]:
    await _hub.start()
    yield
    await _hub.stop()


app = Starlette(
    routes=[
        StreamRoute("/stream", _hub),
        Route("/say", say, methods=["POST"]),
        Route("/large", large, methods=["POST"]),
        Route("/full", full),
        Route("/ready", ready),
    ],
    lifespan=_lifespan,
)
