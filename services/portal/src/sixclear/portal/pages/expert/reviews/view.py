"""The reviews that an expert is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sixclear.portal.settings import Settings
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.filters import Filters, listed
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.reviews import OwnReviewSummary


@dataclass(frozen=True, slots=True)
class OwnReviewsView:
    """One page of the expert's own reviews by what was `asked`; None where feedback is away."""

    asked: Asked
    page: Listing[OwnReviewSummary] | None
    away: Mapping[str, datetime | None]


async def load(gateway: Gateway, settings: Settings, asked: Asked) -> OwnReviewsView:
    """The expert's own reviews that the filters of the address choose."""
    parts = Parts()

    async def ask(filters: Filters) -> Listing[OwnReviewSummary]:
        return await gateway.reviews.own({**filters, "limit": settings.page_size})

    page, asked = await listed(parts, ask, asked)
    return OwnReviewsView(asked, page, parts.away)
