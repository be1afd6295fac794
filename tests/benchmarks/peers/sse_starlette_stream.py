"""sse-starlette as its documentation teaches: an `EventSourceResponse` and an `asyncio.Queue` for each client."""

import asyncio
import os
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

BODY = "x" * int(os.environ["FRAME_BYTES"])
clients: set[asyncio.Queue[dict[str, str]]] = set()
said = 0


async def stream(request: Request) -> EventSourceResponse:
    queue: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    async def events() -> AsyncIterator[dict[str, str]]:
        clients.add(queue)
        try:
            yield {"event": "snapshot", "data": "{}"}
            while True:
                yield await queue.get()
        finally:
            clients.discard(queue)

    return EventSourceResponse(events())


async def say(_: Request) -> Response:
    global said
    said += 1
    for queue in clients:
        queue.put_nowait({"event": "status", "id": str(said), "data": f'{{"n":{said},"x":"{BODY}"}}'})
    return Response(str(said))


async def ready(_: Request) -> Response:
    return Response("ready")


app = Starlette(routes=[Route("/stream", stream), Route("/say", say, methods=["POST"]), Route("/ready", ready)])
