"""The catalogue with the stages of the programme lists."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.portal.settings import Settings
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.filters import listed
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.data_catalog import Entry, ProgrammeList
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.monitoring import Status
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.tasks import Organisation


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of the catalogue.

    `owner` is None when its name could not be had. `heard_seconds` is the age of the last heartbeat, None without one.
    """

    entry: Entry
    owner: Organisation | None
    heard_seconds: float | None


@dataclass(frozen=True, slots=True)
class CatalogueView:
    """One page of the catalogue.

    `lists` are those of the catalogue and those that are counted, by short name; which there are is data. `rows` is
    None when the entries could not be had; `owners_known` is False when no names of organisations could be had.
    """

    asked: Asked
    status: Status | None
    lists: Mapping[str, ProgrammeList]
    rows: Sequence[Row] | None
    next: str | None
    owners_known: bool
    away: Mapping[str, datetime | None]
    figures_refused: bool


async def load(gateway: Gateway, settings: Settings, now: datetime, asked: Asked) -> CatalogueView:
    """One page of the entries that the filters of the address choose, as far as `data-catalog` takes them."""
    parts = Parts()
    (page, asked), status, named, central, provinces = await asyncio.gather(
        listed(parts, lambda filters: gateway.data_catalog.entries({**filters, "limit": settings.page_size}), asked),
        parts.optional(gateway.monitoring.status()),
        parts.optional(gateway.data_catalog.programme_lists()),
        parts.optional(gateway.tasks.organisations({"level": "central", "limit": 100})),
        parts.optional(gateway.tasks.organisations({"level": "province", "limit": 100})),
    )
    if status and parts.away.get("monitoring"):
        status = status.as_known(now)
    known = [*central.items, *provinces.items] if central and provinces else []
    owners = {owner.organisation_id: owner for owner in known}
    return CatalogueView(
        asked=asked,
        status=status,
        lists=_lists(named.items if named else [], [*(status.lists if status else []), *_listed(page)]),
        rows=[_row(entry, owners, now) for entry in page.items] if page else None,
        next=page.next if page else None,
        owners_known=central is not None and provinces is not None,
        away=parts.away,
        figures_refused=parts.figures_refused,
    )


def _row(entry: Entry, owners: Mapping[UUID, Organisation], now: datetime) -> Row:
    last_at = entry.heartbeat.last_at
    heard_seconds = (now - last_at).total_seconds() if last_at else None
    return Row(entry, owners.get(entry.owner_organisation_id), heard_seconds)


def _listed(page: Listing[Entry] | None) -> list[str]:
    return [member.list for entry in page.items for member in entry.lists] if page else []


def _lists(named: Sequence[ProgrammeList], used: Sequence[str]) -> dict[str, ProgrammeList]:
    """Every list by its short name, also those in use that the catalogue did not name just now."""
    by_slug = {found.slug: found for found in named}
    unnamed = {slug: ProgrammeList(slug=slug, name_vi=slug, name_en=slug) for slug in used if slug not in by_slug}
    return dict(sorted((by_slug | unnamed).items()))
