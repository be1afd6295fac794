"""Entries with their documents as dossiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sixclear.common.calendar import calendar
from sixclear.common.clock import civil_date
from sixclear.data_catalog.document.models import Document
from sixclear.data_catalog.dossier.rules import Standing, turn_of, why_not_approved
from sixclear.data_catalog.dossier.schemas import DossierView, Waiting
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.entry.responses import document_response, registration_detail
from sixclear.data_catalog.organisation.service import Briefs, brief

_OWN = ("entry_id", "code", "name_vi", "name_en", "kind", "owner_organisation_id", "demonstration")


@dataclass(frozen=True, slots=True)
class Dossier:
    """An entry with the documents of its dossier, missing ones first."""

    entry: Entry
    documents: Sequence[Document]


def named_in(dossiers: Sequence[Dossier]) -> set[UUID | None]:
    """Every organisation that the answers name."""
    owners: set[UUID | None] = {dossier.entry.owner_organisation_id for dossier in dossiers}
    documents = [document for dossier in dossiers for document in dossier.documents]
    return owners.union(*((one.asked_by_organisation_id, one.refused_by_organisation_id) for one in documents))


def dossier_response(dossier: Dossier, names: Briefs, now: datetime) -> DossierView:
    """A dossier as it is at `now`: days are counted by the newest calendar."""
    entry, documents = dossier.entry, dossier.documents
    states = [document.state for document in documents]
    standing = Standing(entry.registration_status, entry.submitted_at, entry.returned_at, states)
    turn, turn_since = turn_of(standing)
    shown = [_document(document, names, now) for document in documents]
    told: dict[str, Any] = {name: getattr(entry, name) for name in _OWN}
    told |= {
        "owner": brief(names, entry.owner_organisation_id),
        "registration": registration_detail(entry, now),
        "why": why_not_approved(standing),
        "turn": turn,
        "turn_since": turn_since,
        "waiting": _waited(turn_since, now),
        "counts": {
            "asked": sum(document.asked_at is not None for document in documents),
            **{state: states.count(state) for state in ("there", "missing", "refused")},
            "overdue": sum(one["overdue"] is True for one in shown),
        },
        "documents": shown,
    }
    return DossierView.model_validate(told)


def _document(document: Document, names: Briefs, now: datetime) -> Mapping[str, Any]:
    late = document.missing and document.due is not None and civil_date(now) > document.due
    return document_response(document).model_dump() | {
        "asked_by": brief(names, document.asked_by_organisation_id),
        "refused_by": brief(names, document.refused_by_organisation_id),
        "waiting": _waited(document.since, now) if document.missing else None,
        "overdue": None if document.due is None else late,
    }


def _waited(since: datetime | None, now: datetime) -> Waiting | None:
    if since is None:
        return None
    working_days, provisional = waited_days(calendar().edition, civil_date(since), civil_date(now))
    return Waiting(working_days=working_days, provisional=provisional)


@lru_cache(maxsize=4096)
def waited_days(edition: str, first: date, last: date) -> tuple[int, bool]:
    """How many working days there are after `first` up to `last`, and whether that is provisional.

    A list has thousands of documents that were asked for on a few days, some of them years ago.
    """
    days = calendar(edition)
    return days.count(first, last), days.provisional(first, last)
