"""The portal's only way to other services: `gateway.tasks`, `.measured` (of `tasks` as well), `.feedback`,
`.reviews` and `.assigning` (of `feedback`, for who is signed in), `.data_catalog` and `.monitoring`.

Figures, lists of programmes and organisations are the same for every visitor and are kept for a moment (`cache.py`).

What one visitor writes or looks up is sent with the visitor's address, so that services count it for that one. What is
kept for all is asked in the portal's own name; of figures that is what every page shows, not what one visitor chooses
(`chosen`): else a visitor who asks for day after day would use up the turns that all pages share.
"""

import time
from collections.abc import Callable
from dataclasses import replace

import httpx2

from sixclear.common.clock import Clock, utc_now
from sixclear.portal.upstream.assigning import Assigning
from sixclear.portal.upstream.cache import AnswerCache
from sixclear.portal.upstream.data_catalog import DataCatalog
from sixclear.portal.upstream.feedback import Feedback
from sixclear.portal.upstream.last_known import LastKnown
from sixclear.portal.upstream.measured import Measured
from sixclear.portal.upstream.monitoring import Monitoring
from sixclear.portal.upstream.reviews import Reviews
from sixclear.portal.upstream.tasks import Tasks
from sixclear.portal.upstream.transport import Connections, Transport
from sixclear.portal.upstream.versions import Versions
from sixclear.portal.upstream.waiting import Patience


class Gateway:
    """The calls to each service."""

    def __init__(
        self,
        http: Callable[[str], httpx2.AsyncClient],
        timeout_seconds: float,
        *,
        patience_seconds: float = 1.4,
        clock: Clock = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience_seconds = patience_seconds
        cache, known, chosen, versions = AnswerCache(monotonic), LastKnown(clock), LastKnown(clock), Versions(monotonic)
        self._bind(Transport(Connections(http, timeout_seconds, cache, known, chosen, versions, monotonic)))

    def asking_for(self, visitor: str | None) -> "Gateway":
        """The same gateway for one page of a visitor, whose address services count by; for none, in the portal's name.

        The calls of the page share its patience.
        """
        patience = Patience(self._patience_seconds, self._transport.connections.monotonic)
        return self._bound(replace(self._transport, visitor=visitor, patience=patience))

    def signed_in(self, token: str) -> "Gateway":
        """The same gateway for who is signed in: `reviews` and `assigning` are asked by this token alone."""
        return self._bound(replace(self._transport, token=token))

    def chosen(self) -> "Gateway":
        """The same gateway for figures that the visitor chose: asked and kept for that visitor alone."""
        return self._bound(replace(self._transport, shared=False))

    async def close(self) -> None:
        """Gives up the calls that are on their way and closes every client."""
        await self._transport.connections.close()

    def _bound(self, transport: Transport) -> "Gateway":
        bound = Gateway.__new__(Gateway)
        bound._patience_seconds = self._patience_seconds
        bound._bind(transport)
        return bound

    def _bind(self, transport: Transport) -> None:
        self._transport = transport
        self.tasks = Tasks(transport)
        self.measured = Measured(transport)
        self.feedback = Feedback(transport)
        self.reviews = Reviews(transport)
        self.assigning = Assigning(transport)
        self.data_catalog = DataCatalog(transport)
        self.monitoring = Monitoring(transport)
