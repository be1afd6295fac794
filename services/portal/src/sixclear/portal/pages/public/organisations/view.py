"""The organisations of the two upper levels."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.tasks import Organisation


@dataclass(frozen=True, slots=True)
class OrganisationsView:
    """The central agencies, and the provinces and cities; None where they could not be had."""

    central: Sequence[Organisation] | None
    provinces: Sequence[Organisation] | None
    away: Sequence[str]


async def load(gateway: Gateway) -> OrganisationsView:
    """Both levels."""
    parts = Parts()
    central, provinces = await asyncio.gather(
        parts.optional(gateway.tasks.organisations({"level": "central", "limit": 100})),
        parts.optional(gateway.tasks.organisations({"level": "province", "limit": 100})),
    )
    return OrganisationsView(central.items if central else None, provinces.items if provinces else None, parts.away)
