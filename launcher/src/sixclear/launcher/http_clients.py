"""How the portal reaches the other services: inside the process, or over the network."""

import os
from collections.abc import Mapping, Sequence

import httpx2
from starlette.types import ASGIApp, Receive, Scope, Send

from sixclear.common.outgoing import TracedTransport
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.visitor import trusted_networks
from sixclear.common.web.visitor import VisitorEdge
from sixclear.launcher.registry import SERVICES, Service

# ASGITransport calls from this address; no other caller reaches an application past the process's own edge.
_OURSELVES = trusted_networks("127.0.0.1")
# The only service that calls others.
_CALLER = "portal"
# As a client without a transport of its own has them.
_LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=20)
_TIMEOUT = httpx2.Timeout(10.0, connect=2.0)


class HttpClients:
    """Makes clients. `apps` holds the services of this process by name and may be filled later than a client is made.

    A service that runs elsewhere is reached at `SIXCLEAR_<SERVICE>_URL`. The caller closes the client.
    """

    def __init__(self, apps: Mapping[str, ASGIApp], here: frozenset[str], base_url: str) -> None:
        self._apps = apps
        self._here = here
        self._base_url = base_url

    def require(self, services: Sequence[Service]) -> None:
        """Raise `CannotStart` when one of `services` neither runs here nor has an address."""
        for service in services:
            if service.name not in self._here:
                _address_of(service.name)

    def __call__(self, service: str) -> httpx2.AsyncClient:
        """A client whose base is the address of `service`."""
        if service in self._here:
            inside = httpx2.ASGITransport(self._app_of(service), raise_app_exceptions=False)
            return _client(inside, service, self._base_url)
        return _client(httpx2.AsyncHTTPTransport(limits=_LIMITS), service, _address_of(service))

    def _app_of(self, service: str) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await self._apps[service](scope, receive, send)

        return VisitorEdge(app, _OURSELVES, _OURSELVES)


def _client(transport: httpx2.AsyncBaseTransport, service: str, base_url: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=TracedTransport(transport, _CALLER, service), base_url=base_url, timeout=_TIMEOUT
    )


def _address_of(service: str) -> str:
    variable = f"{next(known for known in SERVICES if known.name == service).variable}_URL"
    address = os.environ.get(variable)
    if not address:
        raise CannotStart(
            f"The portal needs the address of {service}, which does not run in this process.",
            f"Set {variable}=http://host:port, or run all services in one process: sixclear run --target all",
        )
    return address
