"""The list of accepted ideas."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sixclear.portal.settings import Settings
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.filters import Filters, listed
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.cases import Proposal
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.programmes import Programme


@dataclass(frozen=True, slots=True)
class ProposalsView:
    """One page of the accepted ideas by what was `asked`."""

    now: datetime
    asked: Asked
    programmes: Sequence[Programme]
    page: Listing[Proposal] | None
    away: Mapping[str, datetime | None]


async def load(gateway: Gateway, settings: Settings, now: datetime, asked: Asked) -> ProposalsView:
    """The accepted ideas that the filters of the address choose, as far as feedback takes them."""
    parts = Parts()

    async def ask(filters: Filters) -> Listing[Proposal]:
        return await gateway.feedback.proposals({**filters, "limit": settings.page_size})

    (page, asked), programmes = await asyncio.gather(
        listed(parts, ask, asked), parts.optional(gateway.tasks.programmes())
    )
    return ProposalsView(now, asked, programmes.items if programmes else [], page, parts.away)
