"""The lines of money with their filters."""

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
from sixclear.portal.upstream.measured import BudgetLine
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.programmes import Programme
from sixclear.portal.upstream.tasks import Organisation
from sixclear.portal.upstream.transport import Query

_YEARS_BACK = 10


@dataclass(frozen=True, slots=True)
class MoneyView:
    """One page of the lines of money by what was `asked`, as of `day`, None for today."""

    today: date
    day: date | None
    asked: Asked
    programmes: Sequence[Programme]
    organisations: Sequence[Organisation]
    years: Sequence[int]
    page: Listing[BudgetLine] | None
    away: Mapping[str, datetime | None]


async def load(gateway: Gateway, settings: Settings, now: datetime, asked: Asked) -> MoneyView:
    """The lines that the filters of the address choose, as far as `tasks` takes them."""
    today = civil_date(now)
    day, asked = past_day(asked, today)
    parts = Parts()

    async def ask(filters: Filters) -> Listing[BudgetLine]:
        on: Query = {"as_of": day.isoformat() if day else "", "limit": settings.page_size}
        return await gateway.measured.lines({**filters, **on})

    (page, asked), programmes, known = await asyncio.gather(
        listed(parts, ask, asked), parts.optional(gateway.tasks.programmes()), offered(gateway, parts)
    )
    organisations, asked = await with_chosen(gateway, parts, asked, known)
    listing = programmes.items if programmes else []
    years = range(today.year + 1, today.year - _YEARS_BACK, -1)
    return MoneyView(today, day, asked, listing, organisations, years, page, parts.away)
