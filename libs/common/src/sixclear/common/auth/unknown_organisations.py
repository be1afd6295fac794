"""Callers whose token names an organisation that is not registered: told to operators.

A mistyped code in the provider's settings makes a client of a body that does not exist. It is refused whatever bodies
do, by words about its organisation; only here is it said that there is none.
"""

from collections.abc import Awaitable, Callable
from time import monotonic
from uuid import UUID

import structlog
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.caller import Caller

_log = structlog.get_logger(__name__)

REQUESTS = Counter(
    "sixclear_token_organisation_unknown_requests_total",
    "Requests of callers whose token names an organisation that is not registered.",
)
_QUIET_SECONDS = 10.0

IsRegistered = Callable[[AsyncSession, UUID], Awaitable[bool]]


class UnknownOrganisations:
    """Counts every such request, and logs at most one in ten seconds. Organisations that are registered stay so."""

    def __init__(self, is_registered: IsRegistered, time: Callable[[], float] = monotonic) -> None:
        self._is_registered = is_registered
        self._time = time
        self._known: set[UUID] = set()
        self._quiet_until = float("-inf")

    async def note(self, session: AsyncSession, caller: Caller) -> None:
        """Look once at each organisation. The client is named where it is no person's; nothing else of the token is."""
        organisation_id = caller.organisation_id
        if organisation_id is None or organisation_id in self._known:
            return
        if await self._is_registered(session, organisation_id):
            self._known.add(organisation_id)
            return
        REQUESTS.inc()
        if self._time() < self._quiet_until:
            return
        self._quiet_until = self._time() + _QUIET_SECONDS
        _log.warning(
            "the organisation of an access token is not registered",
            client=caller.client_id if caller.person is None else None,
            look_at="SIXCLEAR_TOKEN_ORGANISATION_CLAIM, SIXCLEAR_TOKEN_ORGANISATION_CODE_CLAIM, docs/identity.md",
        )
