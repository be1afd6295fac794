"""The list of documents with its filters."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sixclear.common.clock import civil_date
from sixclear.portal.settings import Settings
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.days import past_day
from sixclear.portal.shell.filters import Filters, listed
from sixclear.portal.shell.organisations import offered, with_chosen
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.measured import Document
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.programmes import Programme
from sixclear.portal.upstream.tasks import Organisation
from sixclear.portal.upstream.transport import Query


@dataclass(frozen=True, slots=True)
class DocumentsView:
    """One page of the documents by what was `asked`, as they stand on `day`, None for today."""

    now: datetime
    today: date
    day: date | None
    asked: Asked
    programmes: Sequence[Programme]
    organisations: Sequence[Organisation]
    page: Listing[Document] | None
    away: Mapping[str, datetime | None]


async def load(gateway: Gateway, settings: Settings, now: datetime, asked: Asked) -> DocumentsView:
    """The documents that the filters of the address choose, as far as `tasks` takes them."""
    today = civil_date(now)
    day, asked = past_day(asked, today)
    parts = Parts()

    async def ask(filters: Filters) -> Listing[Document]:
        on: Query = {"as_of": day.isoformat() if day else "", "limit": settings.page_size}
        return await gateway.measured.documents({**filters, **on})

    (page, asked), programmes, known = await asyncio.gather(
        listed(parts, ask, asked), parts.optional(gateway.tasks.programmes()), offered(gateway, parts)
    )
    organisations, asked = await with_chosen(gateway, parts, asked, known)
    listing = programmes.items if programmes else []
    return DocumentsView(now, today, day, asked, listing, organisations, page, parts.away)
