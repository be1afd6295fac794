"""Receivers over real HTTP on this machine: any application, which can be down for a while."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp
from tests.integration.tasks.conftest import Service

from sixclear.common.sender import queue
from sixclear.common.sender.courier import deliver
from sixclear.common.sender.sender import Sender
from sixclear.common.testing.eventually import eventually
from sixclear.common.visitor import trusted_networks
from sixclear.tasks.connector.service.send import ConnectorMission

THIS_MACHINE = trusted_networks("127.0.0.1")


class Receiver:
    """An application behind a real server, always at the same address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def up(self) -> None:
        config = uvicorn.Config(
            self._app, host="127.0.0.1", port=self._port, log_config=None, lifespan="off", ws="none"
        )
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server._serve())

        async def started() -> bool:
            return self._server is not None and self._server.started

        await eventually(started, every_seconds=0.001)

    async def down(self) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
            self._server = self._task = None


@asynccontextmanager
async def receiving(app: ASGIApp) -> AsyncIterator[Receiver]:
    receiver = Receiver(app)
    await receiver.up()
    try:
        yield receiver
    finally:
        await receiver.down()


class Indices:
    """A system of an upper level, which keeps values by index, admits one bearer, and refuses what it does not know."""

    token = "the-secret-token"

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.asked: list[tuple[str, str]] = []
        self.app = Starlette(routes=[Route("/values/{index:path}", self._put, methods=["PUT"])])

    async def _put(self, request: Request) -> Response:
        index = request.path_params["index"]
        self.asked.append((index, request.headers["idempotency-key"]))
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Response(status_code=401)
        if index.startswith("?"):
            said = f"no index {index}; you said {request.headers['authorization']}"
            return Response(said, status_code=422)
        self.values[index] = orjson.loads(await request.body())
        return Response(status_code=204, headers={"ETag": f'"{len(self.asked)}"'})


def with_tokens(service: Service, code: str, secret: str) -> Starlette:
    """Another Sixclear, with a provider that gives the client of a body its tokens for its secret."""

    async def token(request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        if form.get("grant_type") != ["client_credentials"] or "Basic" not in request.headers.get("authorization", ""):
            return Response(status_code=401)
        bearer = service.headers(code, "tasks:report", "facts:past")["Authorization"].removeprefix("Bearer ")
        return JSONResponse({"access_token": bearer, "expires_in": 300, "token_type": "Bearer"})

    return Starlette(routes=[Route("/token", token, methods=["POST"]), Mount("/", service.app)])


class Sending:
    """What a process does with deliveries, every two seconds."""

    def __init__(self, service: Service, secrets: Any = None) -> None:
        self._service = service
        self._sender = Sender(THIS_MACHINE)
        self.mission = ConnectorMission(service.database, self._sender.send, service.clock, secrets)

    async def __call__(self) -> int:
        return await deliver(self._service.database, self._service.clock, self._sender.send, self.mission)

    async def ends_before_it_keeps_the_answer(self) -> None:
        """One delivery is sent and arrives; the process ends."""
        async with self._service.database.transaction() as session:
            (taken,) = await queue.take(session, self.mission.kind, self._service.clock(), 10)
        assert (await self._sender.send(await self.mission.prepare(taken))).status == 200
