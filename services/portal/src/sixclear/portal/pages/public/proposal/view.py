"""One accepted idea with its tasks."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.portal.upstream.cases import Proposal
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.programmes import Programme


@dataclass(frozen=True, slots=True)
class ProposalView:
    """The page of an accepted idea; `programme` is None where its name could not be had."""

    now: datetime
    one: Proposal
    programme: Programme | None
    away: Mapping[str, datetime | None]


async def load(gateway: Gateway, now: datetime, proposal_id: UUID) -> ProposalView:
    """The page of an accepted idea; an unknown one is PageNotFound."""
    parts = Parts()
    one, programmes = await asyncio.gather(
        parts.needed(gateway.feedback.proposal(proposal_id)), parts.optional(gateway.tasks.programmes())
    )
    known = programmes.items if programmes else []
    return ProposalView(now, one, next((each for each in known if each.slug == one.programme), None), parts.away)
