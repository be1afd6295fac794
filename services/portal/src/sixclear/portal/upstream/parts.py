"""Parts of a page that may be missing: a page is shown with what is known, and names the services that are away."""

from collections.abc import Awaitable
from typing import TypeVar

from sixclear.portal.errors import FiguresRefused, PageNotFound, Refused, ServiceAway
from sixclear.portal.upstream.metrics import PAGES_INCOMPLETE

Part = TypeVar("Part")


class Parts:
    """Collects while a page is put together which services did not answer, and whether figures were refused."""

    def __init__(self) -> None:
        self.away: list[str] = []
        self.figures_refused = False

    async def optional(self, call: Awaitable[Part]) -> Part | None:
        """The answer of `call`, or None when its service is away; what is refused or unknown is None as well."""
        try:
            return await self.unless_away(call)
        except (PageNotFound, Refused):
            return None

    async def unless_away(self, call: Awaitable[Part]) -> Part | None:
        """The answer of `call`, or None when its service is away; raises PageNotFound and Refused."""
        try:
            return await call
        except FiguresRefused:
            self.figures_refused = True
            return None
        except ServiceAway as error:
            if error.service not in self.away:
                self.away.append(error.service)
                PAGES_INCOMPLETE.labels(error.service).inc()
            return None
