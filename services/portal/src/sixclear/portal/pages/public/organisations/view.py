"""The organisations of the two upper levels, and those of any level that a visitor looks for."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.filters import listed
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.tasks import FoundOrganisation, Organisation

_MOST = 30


@dataclass(frozen=True, slots=True)
class OrganisationsView:
    """The central agencies, and the provinces and cities; None where they could not be had.

    `found` are the units that were `asked` for, the best first, with what they were before; None unless one looks.
    """

    asked: Asked
    found: Sequence[FoundOrganisation] | None
    central: Sequence[Organisation] | None
    provinces: Sequence[Organisation] | None
    away: Mapping[str, datetime | None]


async def load(gateway: Gateway, asked: Asked) -> OrganisationsView:
    """Both levels, and what the address asks for."""
    parts = Parts()
    (found, asked), central, provinces = await asyncio.gather(
        _found(gateway, parts, asked),
        parts.optional(gateway.tasks.organisations({"level": "central", "limit": 100})),
        parts.optional(gateway.tasks.organisations({"level": "province", "limit": 100})),
    )
    shown = found.items if found else None
    return OrganisationsView(
        asked, shown, central.items if central else None, provinces.items if provinces else None, parts.away
    )


async def _found(gateway: Gateway, parts: Parts, asked: Asked) -> tuple[Listing[FoundOrganisation] | None, Asked]:
    if not asked.values["q"]:
        return None, asked
    return await listed(parts, lambda filters: gateway.tasks.find({**filters, "limit": _MOST}), asked)
