"""Rows of entries as responses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.events.log import StoredEvent
from sixclear.common.use_case import Context
from sixclear.common.web.etags import in_letters
from sixclear.data_catalog.document import service as documents
from sixclear.data_catalog.document.models import Document
from sixclear.data_catalog.document.schemas import DocumentView
from sixclear.data_catalog.entry import lifecycle
from sixclear.data_catalog.entry.freshness import fresh_until, freshness
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.entry.risk import RULE, RULE_VERSION, computed_risk
from sixclear.data_catalog.entry.schemas import (
    ComputedRisk,
    EntrySummary,
    EntryView,
    HeartbeatView,
    HistoryEntry,
    RegistrationDetail,
    RegistrationView,
)
from sixclear.data_catalog.organisation.schemas import OrganisationBrief
from sixclear.data_catalog.organisation.service import Briefs, brief, briefs
from sixclear.data_catalog.proof.models import StepProof

_DERIVED = {"owner", "registration", "heartbeat", "documents", "computed_risk"}
# Known to bodies, never to everyone.
_INSIDE = ("security_level", "last_backup_at")


def entry_summary(entry: Entry, now: datetime, names: Briefs) -> EntrySummary:
    """An entry as lists show it; its freshness is derived at `now`."""
    own = {name: getattr(entry, name) for name in EntrySummary.model_fields if name not in _DERIVED}
    registration = {name: _registration(entry, name, now) for name in RegistrationView.model_fields}
    owner = brief(names, entry.owner_organisation_id)
    derived = _derived(entry, now) | {"owner": owner, "registration": registration}
    return EntrySummary.model_validate(own | derived)


async def entry_response(ctx: Context, entry: Entry, names: Briefs | None = None, *, inside: bool = False) -> EntryView:
    """An entry with its two ladders and its dossier, missing documents first; `names` where they were read before.

    `inside`: the reader is told what bodies know of each other's entries.
    """
    (response,) = await entry_responses(ctx, [entry], names, inside=inside)
    return response


async def entry_responses(
    ctx: Context, entries: Sequence[Entry], names: Briefs | None = None, *, inside: bool = False
) -> list[EntryView]:
    """As `entry_response`, of several entries; two statements for all of them."""
    dossiers = await documents.dossiers(ctx, [entry.entry_id for entry in entries])
    if names is None:
        names = await briefs(ctx, {entry.owner_organisation_id for entry in entries})
    hidden = () if inside else _INSIDE
    return [_response(entry, dossiers.get(entry.entry_id, ()), names, ctx.now, hidden) for entry in entries]


def _response(
    entry: Entry, dossier: Sequence[Document], names: Briefs, now: datetime, hidden: Sequence[str]
) -> EntryView:
    own = {name: getattr(entry, name) for name in EntryView.model_fields if name not in _DERIVED}
    own |= dict.fromkeys(hidden)
    registration = {name: _registration(entry, name, now) for name in RegistrationDetail.model_fields}
    owner = brief(names, entry.owner_organisation_id)
    derived = _derived(entry, now) | {"owner": owner, "registration": registration}
    return EntryView.model_validate(own | derived | {"documents": [document_response(one) for one in dossier]})


def document_response(document: Document) -> DocumentView:
    """A document of a dossier: there, missing or refused."""
    own = {name: getattr(document, name) for name in DocumentView.model_fields if name != "document_id"}
    return DocumentView.model_validate(own | {"document_id": documents.document_id(document)})


def derived_state(entry: Entry, now: datetime, owner: OrganisationBrief | None) -> str | None:
    """What has become of the answer on an entry without a version of it, for its ETag.

    `late` when a promised heartbeat has not come; `due` when the computed risk is high; `owed` when the day of the
    registration is over; how often its owner has changed, whose name the answer tells, or that it is not known here.
    None while nothing has.
    """
    state = freshness(entry.last_heartbeat_at, entry.promised_period_seconds, now)
    told = "late" if state == "late" else ""
    told += "due" if computed_risk(entry.deployment_due, entry.deployment_stage, now) == "high" else ""
    told += "owed" if _overdue(entry, now) else ""
    if owner is None:
        return told + "unnamed"
    return told + (f"owner{in_letters(owner.changes)}" if owner.changes else "") or None


def registration_detail(entry: Entry, now: datetime) -> RegistrationDetail:
    """How far the registration is, with who decided what and when."""
    return RegistrationDetail.model_validate(
        {name: _registration(entry, name, now) for name in RegistrationDetail.model_fields}
    )


_REGISTRATION_COLUMNS = {"status": "registration_status", "due": "registration_due"}


def _registration(entry: Entry, name: str, now: datetime) -> object:
    if name == "overdue":
        return _overdue(entry, now)
    return getattr(entry, _REGISTRATION_COLUMNS.get(name, name))


def _overdue(entry: Entry, now: datetime) -> bool | None:
    status, stage = entry.registration_status, entry.deployment_stage
    return lifecycle.registration_overdue(entry.registration_due, status, stage, now)


def _derived(entry: Entry, now: datetime) -> dict[str, object]:
    """What time alone changes of an answer."""
    risk = computed_risk(entry.deployment_due, entry.deployment_stage, now)
    return {
        "heartbeat": _heartbeat(entry, now),
        "computed_risk": ComputedRisk(risk=risk, rule=RULE, rule_version=RULE_VERSION),
    }


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


def history_response(
    events: Sequence[StoredEvent],
    states: Mapping[int, Mapping[str, Any]],
    entry: Entry,
    proofs: Mapping[int, StepProof],
) -> list[HistoryEntry]:
    """An entry's changes: which organisation made each, never which client or person; on what they rest, by version.

    `states` says what each left, by version; where it is not known any more, the entry as it is stands for it.
    """
    now = {
        "deployment_stage": entry.deployment_stage,
        "risk": entry.risk,
        "registration": {
            "status": entry.registration_status,
            "missing_documents": entry.missing_documents,
            "due": entry.registration_due,
        },
        "deployment_due": entry.deployment_due,
    }
    return [_history_entry(event, states[event.version] or now, proofs.get(event.version)) for event in events]


def _history_entry(event: StoredEvent, state: Mapping[str, Any], proof: StepProof | None) -> HistoryEntry:
    registration = state["registration"]
    told = {
        "version": event.version,
        "change": event.change,
        "occurred_at": event.occurred_at,
        "recorded_at": event.recorded_at,
        "organisation_id": _actor(event),
        "deployment_stage": state["deployment_stage"],
        "risk": state["risk"],
        "registration_status": registration["status"],
        "missing_documents": registration["missing_documents"],
        "ladder": lifecycle.LADDER_OF.get(event.change),
        # Events of the release before have no due dates.
        "deployment_due": state.get("deployment_due"),
        "registration_due": registration.get("due"),
        "decision": proof and proof.decision,
        "evidence": proof.evidence if proof else [],
    }
    return HistoryEntry.model_validate(told)


def _actor(event: StoredEvent) -> UUID | None:
    organisation_id = event.meta.get("organisation_id")
    return UUID(organisation_id) if organisation_id else None
