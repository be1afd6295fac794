"""Parts of a page that may be missing: a page is shown with what is known, and names the services that are away."""

from collections.abc import Awaitable
from datetime import datetime
from typing import TypeVar, cast

from sixclear.portal.errors import FiguresRefused, PageNotFound, Refused, ServiceAway
from sixclear.portal.upstream.metrics import LAST_KNOWN, PAGES_INCOMPLETE

Part = TypeVar("Part")


class Parts:
    """Collects while a page is put together which services did not answer, and whether figures were refused.

    `away` has for each such service the instant of the oldest answer that is shown instead; None where none is.
    """

    def __init__(self) -> None:
        self.away: dict[str, datetime | None] = {}
        self.figures_refused = False

    async def optional(self, call: Awaitable[Part]) -> Part | None:
        """The answer of `call`, the last known one when its service is away, or None.

        `call` is one call of a service, not what is made of its answer; what is refused or unknown is None as well.
        """
        try:
            return await self.unless_away(call)
        except (PageNotFound, Refused):
            return None

    async def unless_away(self, call: Awaitable[Part]) -> Part | None:
        """As `optional`; raises PageNotFound and Refused."""
        try:
            return await self.needed(call)
        except FiguresRefused:
            self.figures_refused = True
            return None
        except ServiceAway:
            return None

    async def needed(self, call: Awaitable[Part]) -> Part:
        """The answer of `call`, or the last known one; raises ServiceAway where there is none, and whatever else."""
        try:
            return await call
        except ServiceAway as error:
            self._note(error)
            if error.last_known is None:
                raise
            return cast(Part, error.last_known)

    def _note(self, error: ServiceAway) -> None:
        if error.service not in self.away:
            PAGES_INCOMPLETE.labels(error.service).inc()
        if error.known_at is not None:
            LAST_KNOWN.labels(error.service).inc()
        known = [at for at in (self.away.get(error.service), error.known_at) if at is not None]
        self.away[error.service] = min(known, default=None)
