"""The portal as the launcher sees it."""

from collections.abc import Sequence

from starlette.types import ASGIApp

from sixclear.common.events.log import EventLog
from sixclear.common.runtime.target import Check, Runtime, StreamState
from sixclear.portal.app import create_app
from sixclear.portal.settings import Settings
from sixclear.portal.shell.assets import Assets
from sixclear.portal.shell.rendering import Pages
from sixclear.portal.upstream.gateway import Gateway


class PortalTarget:
    """The web face: no database, no events, no background work."""

    name = "portal"
    prefixes: tuple[str, ...] = ("/",)
    event_log: EventLog | None = None
    refuses_with_pages = True

    def __init__(self, runtime: Runtime, settings: Settings) -> None:
        self._gateway = Gateway(
            runtime.http,
            settings.upstream_timeout_seconds,
            patience_seconds=settings.page_patience_seconds,
            clock=runtime.clock,
        )
        self._started = False
        self.app: ASGIApp = create_app(
            settings=settings,
            clock=runtime.clock,
            gateway=self._gateway,
            pages=Pages(Assets()),
            developer_pages=runtime.settings.env != "production",
        )

    async def start(self) -> None:
        """Nothing to connect: a service that is away is missing from pages, it does not keep them from being shown."""
        self._started = True

    async def stop(self) -> None:
        """Closes the clients of the other services."""
        self._started = False
        await self._gateway.close()

    def checks(self) -> Sequence[Check]:
        """The portal is ready as soon as it has started, whether or not the others are."""
        return [Check("started", self._started, "" if self._started else "The portal is starting or stopping.")]

    def streams(self) -> Sequence[StreamState]:
        """The portal neither publishes nor consumes."""
        return []


def create_target(runtime: Runtime) -> PortalTarget:
    """The portal with its settings from the environment."""
    return PortalTarget(runtime, Settings())
