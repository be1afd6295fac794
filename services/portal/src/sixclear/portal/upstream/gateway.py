"""The portal's only way to other services: `gateway.tasks`, `.feedback`, `.data_catalog` and `.monitoring`.

Figures, lists of programmes and organisations are the same for every visitor and are kept for a moment (`cache.py`).

What one visitor writes or looks up is sent with the visitor's address, so that services count it for that one. What is
kept for all is asked in the portal's own name; of figures that is what every page shows, not what one visitor chooses
(`chosen`): else a visitor who asks for day after day would use up the turns that all pages share.
"""

from collections.abc import Callable
from dataclasses import replace

import httpx2

from sixclear.portal.upstream.cache import AnswerCache
from sixclear.portal.upstream.data_catalog import DataCatalog
from sixclear.portal.upstream.feedback import Feedback
from sixclear.portal.upstream.monitoring import Monitoring
from sixclear.portal.upstream.tasks import Tasks
from sixclear.portal.upstream.transport import Connections, Transport


class Gateway:
    """The calls to each service."""

    def __init__(
        self, http: Callable[[str], httpx2.AsyncClient], timeout_seconds: float, cache: AnswerCache | None = None
    ) -> None:
        self._bind(Transport(Connections(http, timeout_seconds, cache or AnswerCache())))

    def asking_for(self, visitor: str | None) -> "Gateway":
        """The same gateway for one visitor, whose address services count by; for none, in the portal's own name."""
        return self._bound(replace(self._transport, visitor=visitor))

    def chosen(self) -> "Gateway":
        """The same gateway for figures that the visitor chose: asked and kept for that visitor alone."""
        return self._bound(replace(self._transport, shared=False))

    async def close(self) -> None:
        """Gives up the calls that are on their way and closes every client."""
        await self._transport.connections.close()

    def _bound(self, transport: Transport) -> "Gateway":
        bound = Gateway.__new__(Gateway)
        bound._bind(transport)
        return bound

    def _bind(self, transport: Transport) -> None:
        self._transport = transport
        self.tasks = Tasks(transport)
        self.feedback = Feedback(transport)
        self.data_catalog = DataCatalog(transport)
        self.monitoring = Monitoring(transport)
