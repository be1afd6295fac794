"""Ideas that wait for their answer, from which the hub goes on to who reviews each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sixclear.portal.settings import Settings
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.filters import Filters, listed
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.assigning import CaseSummary
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts

# Of which experts have criteria.
KINDS = ("initiative", "solution")


@dataclass(frozen=True, slots=True)
class CasesView:
    """One page of the ideas of a kind by what was `asked`; None where feedback is away."""

    asked: Asked
    page: Listing[CaseSummary] | None
    away: Mapping[str, datetime | None]


async def load(gateway: Gateway, settings: Settings, asked: Asked) -> CasesView:
    """The ideas that the filters of the address choose; initiatives where it names no kind."""
    parts = Parts()

    async def ask(filters: Filters) -> Listing[CaseSummary]:
        kind = filters["kind"] or KINDS[0]
        return await gateway.assigning.cases({**filters, "kind": kind, "limit": settings.page_size})

    page, asked = await listed(parts, ask, asked)
    return CasesView(asked, page, parts.away)
