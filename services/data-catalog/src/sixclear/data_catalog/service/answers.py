"""Rows as the API answers them. Organisations are identifiers here: their names are read from `tasks`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.events.log import StoredEvent
from sixclear.data_catalog.freshness import fresh_until, freshness
from sixclear.data_catalog.models import Entry
from sixclear.data_catalog.repository import entries as rows
from sixclear.data_catalog.repository.lists import Count
from sixclear.data_catalog.schemas import (
    DocumentView,
    EditionView,
    EntrySummary,
    EntryView,
    HeartbeatView,
    HistoryEntry,
    ListView,
    RegistrationDetail,
    RegistrationView,
    StageCounts,
)
from sixclear.data_catalog.service.listing import Lists

_DERIVED = {"registration", "heartbeat", "documents"}


def entry_summary(entry: Entry, now: datetime) -> EntrySummary:
    """An entry as lists show it; its freshness is derived at `now`."""
    own = {name: getattr(entry, name) for name in EntrySummary.model_fields if name not in _DERIVED}
    registration = {name: _registration(entry, name) for name in RegistrationView.model_fields}
    return EntrySummary.model_validate(own | {"registration": registration, "heartbeat": _heartbeat(entry, now)})


async def entry_view(session: AsyncSession, entry: Entry, now: datetime) -> EntryView:
    """An entry with its two ladders and its dossier."""
    own = {name: getattr(entry, name) for name in EntryView.model_fields if name not in _DERIVED}
    registration = {name: _registration(entry, name) for name in RegistrationDetail.model_fields}
    documents = [
        DocumentView.model_validate(document, from_attributes=True)
        for document in await rows.list_documents(session, entry.entry_id)
    ]
    return EntryView.model_validate(
        own | {"registration": registration, "heartbeat": _heartbeat(entry, now), "documents": documents}
    )


def _registration(entry: Entry, name: str) -> object:
    return getattr(entry, "registration_status" if name == "status" else name)


def _heartbeat(entry: Entry, now: datetime) -> HeartbeatView:
    promised = entry.promised_period_seconds
    return HeartbeatView.model_validate(
        {
            "promised_period_seconds": promised,
            "last_at": entry.last_heartbeat_at,
            "fresh_until": fresh_until(entry.last_heartbeat_at, promised),
            "freshness": freshness(entry.last_heartbeat_at, promised, now),
        }
    )


def history_entries(events: Sequence[StoredEvent]) -> list[HistoryEntry]:
    """An entry's changes as anybody may read them: which organisation, never which client or person."""
    return [
        HistoryEntry(
            version=event.version,
            change=event.change,
            occurred_at=event.occurred_at,
            recorded_at=event.recorded_at,
            organisation_id=_actor(event),
            deployment_stage=event.data["deployment_stage"],
            risk=event.data["risk"],
            registration_status=event.data["registration"]["status"],
            missing_documents=event.data["registration"]["missing_documents"],
        )
        for event in events
    ]


def _actor(event: StoredEvent) -> UUID | None:
    organisation_id = event.meta.get("organisation_id")
    return UUID(organisation_id) if organisation_id else None


def list_views(found: Lists) -> list[ListView]:
    """Programme lists with their editions and counts."""
    return [
        ListView(
            slug=row.slug,
            name_vi=row.name_vi,
            name_en=row.name_en,
            editions=[
                EditionView(
                    edition=edition.edition,
                    legal_basis=edition.legal_basis,
                    **_counted(found.counts, edition.slug, edition.edition),
                )
                for edition in found.editions
                if edition.slug == row.slug
            ],
            **_counted(found.counts, row.slug, None),
        )
        for row in found.lists
    ]


def _counted(counts: Sequence[Count], slug: str, edition: str | None) -> dict[str, Any]:
    """The figures of an edition, or of the whole list."""
    own = [count for count in counts if (count.slug, count.edition) == (slug, edition)]
    return {
        "total": sum(count.entries for count in own),
        "stages": StageCounts.model_validate({count.deployment_stage: count.entries for count in own}),
        "at_risk": sum(count.at_risk for count in own),
        "demonstration": sum(count.demonstration for count in own),
    }
