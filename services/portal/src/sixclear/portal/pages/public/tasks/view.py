"""The list of tasks with its filters."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sixclear.portal.settings import Settings
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.filters import listed
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.programmes import Programme, WorkPart
from sixclear.portal.upstream.tasks import Directive, Organisation, TaskSummary

# A visitor writes it, and it becomes a part of a path.
_REFERENCE = re.compile(r"[A-Za-z0-9-]{1,80}")


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
    (page, asked), programmes, central, provinces, directives = await asyncio.gather(
        listed(parts, lambda filters: gateway.tasks.tasks({**filters, "limit": settings.page_size}), asked),
        parts.optional(gateway.tasks.programmes()),
        parts.optional(gateway.tasks.organisations({"level": "central", "limit": 100})),
        parts.optional(gateway.tasks.organisations({"level": "province", "limit": 100})),
        _directives(gateway, parts, asked),
    )
    organisations = [*(central.items if central else []), *(provinces.items if provinces else [])]
    chosen = await _chosen(gateway, parts, asked.values["organisation"], organisations)
    if chosen:
        asked = replace(asked, values={**asked.values, "organisation": str(chosen.organisation_id)})
        organisations = [*(unit for unit in organisations if unit.organisation_id != chosen.organisation_id), chosen]
    known = programmes.items if programmes else []
    return TasksView(
        now=now,
        asked=asked,
        programmes=known,
        organisations=organisations,
        directives=directives,
        groups=next((one.groups for one in known if one.slug == asked.values["programme"]), []),
        page=page,
        away=parts.away,
    )


async def _directives(gateway: Gateway, parts: Parts, asked: Asked) -> Sequence[Directive]:
    """The documents to choose from: of a programme, or all where one is named without it."""
    if not (asked.values["programme"] or asked.values["directive"]):
        return []
    found = await parts.optional(gateway.tasks.directives(asked.values["programme"]))
    return found.items if found else []


async def _chosen(gateway: Gateway, parts: Parts, reference: str, known: Sequence[Organisation]) -> Organisation | None:
    """The organisation that a filter means when it is none of `known`: a commune, or one that is named by its code."""
    if any(str(unit.organisation_id) == reference for unit in known) or not _REFERENCE.fullmatch(reference):
        return None
    return await parts.optional(gateway.tasks.organisation(reference))
