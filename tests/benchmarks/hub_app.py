"""The product's hub, as monitoring mounts it, with one route more: `POST /say` has it publish a frame."""

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
_said = 0


async def _snapshot() -> tuple[int, bytes]:
    return _said, b"{}"


_hub = SseHub("benchmark", _snapshot, access=Access.public("a benchmark"), seats=Seats(100_000, 100_000, 1.0))


async def say(request: Request) -> Response:
    """Publish a frame."""
    global _said
    _said += 1
    _hub.publish("status", b'{"n":%d,"x":"%s"}' % (_said, BODY), _said)
    return Response(str(_said))


async def ready(_: Request) -> Response:
    """The process answers."""
    return Response("ready")


@asynccontextmanager
async def _lifespan(_: Starlette) -> AsyncIterator[None]:
    await _hub.start()
    yield
    await _hub.stop()


app = Starlette(
    routes=[StreamRoute("/stream", _hub), Route("/say", say, methods=["POST"]), Route("/ready", ready)],
    lifespan=_lifespan,
)
