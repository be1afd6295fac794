"""Pages of records: the list and the page of a task, the page of an organisation, the catalogue."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.portal.figures import Segment, segments
from sixclear.portal.progress import ProgressChart, draw
from sixclear.portal.settings import Settings
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.data_catalog import Entry, ProgrammeList
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.monitoring import Status
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.tasks import Evidence, HistoryEntry, Organisation, Programme, Report, Task, TaskSummary

# A visitor writes it, and it becomes a part of a path.
_REFERENCE = re.compile(r"[A-Za-z0-9-]{1,80}")


@dataclass(frozen=True, slots=True)
class TasksView:
    """The list of tasks. Among `organisations` is the one that the filter names."""

    filters: Mapping[str, str]
    programmes: Sequence[Programme]
    organisations: Sequence[Organisation]
    page: Listing[TaskSummary] | None
    away: Sequence[str]


@dataclass(frozen=True, slots=True)
class TaskView:
    """The page of a task; `history`, `reports` and `evidence` are None when they could not be had."""

    now: datetime
    task: Task
    programme: Programme | None
    reports: Sequence[Report] | None
    evidence: Sequence[Evidence] | None
    history: Sequence[HistoryEntry] | None
    chart: ProgressChart | None
    away: Sequence[str]


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """The page of an organisation."""

    organisation: Organisation
    status: Status | None
    bar: Sequence[Segment]
    tasks: Listing[TaskSummary] | None
    away: Sequence[str]
    figures_refused: bool


@dataclass(frozen=True, slots=True)
class CatalogueView:
    """The catalogue with the stages of the programme lists; `owners` is None when no names can be had.

    `lists` are those of the catalogue and those that are counted, by short name; which there are is data.
    """

    filters: Mapping[str, str]
    status: Status | None
    lists: Mapping[str, ProgrammeList]
    page: Listing[Entry] | None
    owners: Mapping[UUID, Organisation] | None
    now: datetime
    away: Sequence[str]
    figures_refused: bool


async def tasks(gateway: Gateway, settings: Settings, filters: Mapping[str, str]) -> TasksView:
    """One page of the tasks that `filters` choose."""
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
    return TasksView(filters, programmes.items if programmes else [], organisations, page, parts.away)


async def _chosen(gateway: Gateway, parts: Parts, reference: str, known: Sequence[Organisation]) -> Organisation | None:
    """The organisation that a filter means when it is none of `known`: a commune, or one that is named by its code."""
    if any(str(unit.organisation_id) == reference for unit in known) or not _REFERENCE.fullmatch(reference):
        return None
    return await parts.optional(gateway.tasks.organisation(reference))


async def task(gateway: Gateway, now: datetime, task_id: UUID) -> TaskView:
    """The page of a task; an unknown one is PageNotFound, and without `tasks` there is no page: ServiceAway."""
    parts = Parts()
    found, programmes, reports, evidence, history = await asyncio.gather(
        gateway.tasks.task(task_id),
        parts.optional(gateway.tasks.programmes()),
        parts.optional(gateway.tasks.reports(task_id)),
        parts.optional(gateway.tasks.evidence(task_id)),
        parts.optional(gateway.tasks.history(task_id)),
    )
    entries = sorted(history.items, key=lambda entry: entry.version, reverse=True) if history else None
    said = sorted(reports.items, key=lambda report: report.occurred_at, reverse=True) if reports else None
    programme = next((p for p in programmes.items if p.slug == found.programme), None) if programmes else None
    return TaskView(
        now=now,
        task=found,
        programme=programme,
        reports=said,
        evidence=evidence.items if evidence else None,
        history=entries,
        chart=draw(found, said or [], entries or [], now),
        away=parts.away,
    )


async def organisation(gateway: Gateway, settings: Settings, organisation_id: str) -> OrganisationView:
    """The page of an organisation with the figures of its subtree."""
    parts = Parts()
    found, status, page = await asyncio.gather(
        gateway.tasks.organisation(organisation_id),
        parts.optional(gateway.chosen().monitoring.status(organisation=organisation_id)),
        parts.optional(gateway.tasks.tasks({"organisation": organisation_id, "limit": settings.page_size})),
    )
    bar = segments(status.tasks.model_dump()) if status else []
    return OrganisationView(found, status, bar, page, parts.away, parts.figures_refused)


async def catalogue(gateway: Gateway, settings: Settings, now: datetime, filters: Mapping[str, str]) -> CatalogueView:
    """One page of the catalogue's entries."""
    parts = Parts()
    page, status, named, central, provinces = await asyncio.gather(
        parts.required(gateway.data_catalog.entries({**filters, "limit": settings.page_size})),
        parts.optional(gateway.monitoring.status()),
        parts.optional(gateway.data_catalog.programme_lists()),
        parts.optional(gateway.tasks.organisations({"level": "central", "limit": 100})),
        parts.optional(gateway.tasks.organisations({"level": "province", "limit": 100})),
    )
    known = [*central.items, *provinces.items] if central and provinces else None
    owners = {owner.organisation_id: owner for owner in known} if known is not None else None
    lists = _lists(named.items if named else [], [*(status.lists if status else []), *_listed(page)])
    return CatalogueView(filters, status, lists, page, owners, now, parts.away, parts.figures_refused)


def _listed(page: Listing[Entry] | None) -> list[str]:
    return [member.list for entry in page.items for member in entry.lists] if page else []


def _lists(named: Sequence[ProgrammeList], used: Sequence[str]) -> dict[str, ProgrammeList]:
    """Every list by its short name, also those in use that the catalogue did not name just now."""
    by_slug = {found.slug: found for found in named}
    unnamed = {slug: ProgrammeList(slug=slug, name_vi=slug, name_en=slug) for slug in used if slug not in by_slug}
    return dict(sorted((by_slug | unnamed).items()))


@dataclass(frozen=True, slots=True)
class OrganisationsView:
    """The organisations of the two upper levels; None where they could not be had."""

    central: Sequence[Organisation] | None
    provinces: Sequence[Organisation] | None
    away: Sequence[str]


async def organisations(gateway: Gateway) -> OrganisationsView:
    """The central agencies and the provinces and cities."""
    parts = Parts()
    central, provinces = await asyncio.gather(
        parts.optional(gateway.tasks.organisations({"level": "central", "limit": 100})),
        parts.optional(gateway.tasks.organisations({"level": "province", "limit": 100})),
    )
    return OrganisationsView(central.items if central else None, provinces.items if provinces else None, parts.away)
