"""The HTTP server of a process: one port, no say in signals, and an end also while clients hold on."""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.settings import CommonSettings
from sixclear.common.visitor import Network, address_in, trusts
from sixclear.launcher import descriptors
from sixclear.launcher.http_protocol import BoundedHttp
from sixclear.launcher.http_shedding import SheddingHttp
from sixclear.launcher.seats import Seats
from sixclear.launcher.shedding import Shedding

_GRACE_SECONDS = 3


def bind(host: str, port: int) -> socket.socket:
    """Take the port before anything else starts; raises `CannotStart` when it is not to be had. 0 takes any."""
    if not 0 <= port <= 65535:
        raise CannotStart(f"{port} is no port.", "Choose a lower one: PORT=8010")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise _cannot_bind(host, port, error) from error
    listener.setblocking(False)
    return listener


def _cannot_bind(host: str, port: int, error: OSError) -> CannotStart:
    if error.errno == errno.EADDRINUSE:
        return CannotStart(
            f"Port {port} is in use by another program.", f"Choose another one: PORT={port + 10} make run"
        )
    if error.errno == errno.EACCES:
        return CannotStart(f"Port {port} needs rights that this user lacks.", "Choose one above 1023: PORT=8000")
    return CannotStart(f"{host}:{port} cannot be listened on: {error.strerror or error}.", "Choose another --host.")


class _Server(uvicorn.Server):
    """Leaves signals to the launcher, and says when it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.serving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.serving.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _is_no_strangers_mistake(record: logging.LogRecord) -> bool:
    """Requests that are refused are counted (`sixclear_http_refusals_total`): a line for each would fill the log."""
    return record.getMessage() != "Invalid HTTP request received."


def _says_more_than_that_streams_end(record: logging.LogRecord) -> bool:
    """While the process stops, streams end in the middle: that is no error."""
    return "without completing response" not in record.getMessage()


def seats_of(settings: CommonSettings) -> Seats:
    """As many connections as the settings say, and no more than the process has descriptors for."""
    total = min(settings.connections, descriptors.for_connections())
    return Seats(total, settings.connections_per_address, partial(_shared, settings.trusted_networks))


def _shared(trusted: Sequence[Network], host: str) -> bool:
    """Whether many visitors come from `host`: a trusted proxy, or this machine, where proxies and programs are."""
    found = address_in(host)
    return found is None or found.is_loopback or trusts(trusted, host)


class HttpServer:
    """Serves `app` on a listening socket until it is stopped; `seats` bound its connections.

    `shedding` says which requests are refused while too many are in work; without it none is.
    """

    def __init__(self, app: ASGIApp, listener: socket.socket, seats: Seats, shedding: Shedding | None = None) -> None:
        self.port: int = listener.getsockname()[1]
        protocol = partial(BoundedHttp if shedding is None else partial(SheddingHttp, shedding=shedding), seats=seats)
        config = uvicorn.Config(
            app,
            http=cast(Any, protocol),
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,  # VisitorEdge, with one list of trusted proxies
            timeout_graceful_shutdown=_GRACE_SECONDS,
            reset_contextvars=True,
        )
        self._server = _Server(config)
        self._listener = listener
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Serve from now on."""
        logging.getLogger("uvicorn.error").addFilter(_is_no_strangers_mistake)
        self._task = asyncio.create_task(self._server.serve([self._listener]), name="http-server")
        serving = asyncio.create_task(self._server.serving.wait())
        await asyncio.wait({serving, self._task}, return_when=asyncio.FIRST_COMPLETED)
        serving.cancel()
        if self._task.done():
            await self._task
            raise RuntimeError("the HTTP server ended while it started")

    async def stop(self) -> None:
        """Take no more connections, let running requests end, and cut what is left after three seconds."""
        if self._task is None:
            self._listener.close()
            return
        self._server.should_exit = True
        uvicorn_log = logging.getLogger("uvicorn.error")
        uvicorn_log.addFilter(_says_more_than_that_streams_end)
        try:
            await self._task
        finally:
            uvicorn_log.removeFilter(_says_more_than_that_streams_end)

    async def ended(self) -> None:
        """Returns when the server has ended, by itself or stopped."""
        if self._task is not None:
            await asyncio.wait({self._task})
