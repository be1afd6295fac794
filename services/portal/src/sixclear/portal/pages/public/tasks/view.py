"""The list of tasks with its filters."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sixclear.portal.settings import Settings
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.filters import listed
from sixclear.portal.shell.organisations import offered, with_chosen
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.programmes import Programme, WorkPart
from sixclear.portal.upstream.tasks import Directive, Organisation, TaskSummary


@dataclass(frozen=True, slots=True)
class TasksView:
    """The list of tasks by what was `asked`. Among `organisations` is the one that the filter names.

    `directives` and `groups` are those of the programme that was asked for, none without one.
    """

    now: datetime
    asked: Asked
    programmes: Sequence[Programme]
    organisations: Sequence[Organisation]
    directives: Sequence[Directive]
    groups: Sequence[WorkPart]
    page: Listing[TaskSummary] | None
    away: Mapping[str, datetime | None]


async def load(gateway: Gateway, settings: Settings, now: datetime, asked: Asked) -> TasksView:
    """One page of the tasks that the filters of the address choose, as far as `tasks` takes them."""
    parts = Parts()
    (page, asked), programmes, known, directives = await asyncio.gather(
        listed(parts, lambda filters: gateway.tasks.tasks({**filters, "limit": settings.page_size}), asked),
        parts.optional(gateway.tasks.programmes()),
        offered(gateway, parts),
        _directives(gateway, parts, asked),
    )
    organisations, asked = await with_chosen(gateway, parts, asked, known)
    known_programmes = programmes.items if programmes else []
    return TasksView(
        now=now,
        asked=asked,
        programmes=known_programmes,
        organisations=organisations,
        directives=directives,
        groups=next((one.groups for one in known_programmes if one.slug == asked.values["programme"]), []),
        page=page,
        away=parts.away,
    )


async def _directives(gateway: Gateway, parts: Parts, asked: Asked) -> Sequence[Directive]:
    """The documents to choose from: of a programme, or all where one is named without it."""
    if not (asked.values["programme"] or asked.values["directive"]):
        return []
    found = await parts.optional(gateway.tasks.directives(asked.values["programme"]))
    return found.items if found else []
