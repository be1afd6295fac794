"""The list of tasks with its filters."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sixclear.portal.settings import Settings
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.tasks import Organisation, Programme, TaskSummary

# A visitor writes it, and it becomes a part of a path.
_REFERENCE = re.compile(r"[A-Za-z0-9-]{1,80}")


@dataclass(frozen=True, slots=True)
class TasksView:
    """The list of tasks. Among `organisations` is the one that the filter names."""

    now: datetime
    filters: Mapping[str, str]
    programmes: Sequence[Programme]
    organisations: Sequence[Organisation]
    page: Listing[TaskSummary] | None
    away: Sequence[str]


async def load(gateway: Gateway, settings: Settings, now: datetime, filters: Mapping[str, str]) -> TasksView:
    """One page of the tasks that `filters` choose; a filter that is refused is InvalidAddress."""
    parts = Parts()
    page, programmes, central, provinces = await asyncio.gather(
        parts.required(gateway.tasks.tasks({**filters, "limit": settings.page_size})),
        parts.optional(gateway.tasks.programmes()),
        parts.optional(gateway.tasks.organisations({"level": "central", "limit": 100})),
        parts.optional(gateway.tasks.organisations({"level": "province", "limit": 100})),
    )
    organisations = [*(central.items if central else []), *(provinces.items if provinces else [])]
    chosen = await _chosen(gateway, parts, filters["organisation"], organisations)
    if chosen:
        filters = {**filters, "organisation": str(chosen.organisation_id)}
        organisations = [*(unit for unit in organisations if unit.organisation_id != chosen.organisation_id), chosen]
    return TasksView(now, filters, programmes.items if programmes else [], organisations, page, parts.away)


async def _chosen(gateway: Gateway, parts: Parts, reference: str, known: Sequence[Organisation]) -> Organisation | None:
    """The organisation that a filter means when it is none of `known`: a commune, or one that is named by its code."""
    if any(str(unit.organisation_id) == reference for unit in known) or not _REFERENCE.fullmatch(reference):
        return None
    return await parts.optional(gateway.tasks.organisation(reference))
