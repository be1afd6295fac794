"""Entries: registered, described anew, moved on the deployment ladder, alive."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.folding import fold
from sixclear.common.ids import stable_id
from sixclear.common.recording import EntityKind, record
from sixclear.common.use_case import Context, Expect, FactInFuture
from sixclear.data_catalog import ladders
from sixclear.data_catalog.errors import EntryNotFound, ListingNeedsSteward, ReferenceUnknown
from sixclear.data_catalog.events import EntryData, HeartbeatData, ListingData, RegistrationData
from sixclear.data_catalog.ladders import StageCommand
from sixclear.data_catalog.models import Entry
from sixclear.data_catalog.repository import entries as rows
from sixclear.data_catalog.repository import lists as list_rows
from sixclear.data_catalog.schemas import EntryDescription, HeartbeatStep, Listing, StageStep

# Who holds it keeps the catalogue for all organisations: enters and moves entries in their owners' place.
_STEWARD = "catalog:approve"


async def get_entry(ctx: Context, entry_id: UUID, *, lock: bool = False) -> Entry:
    """The entry with this identifier; raises EntryNotFound."""
    entry = await rows.find_entry(ctx.session, entry_id, lock=lock)
    if entry is None:
        raise EntryNotFound("No entry has this identifier; list them at /entries.")
    return entry


async def put_entry(ctx: Context, description: EntryDescription, expect: Expect) -> tuple[Entry, bool]:
    """Register an entry, or describe anew the one with this code; True when it is new.

    A client describes its own organisation's entries, a steward those of any; only a steward changes the lists. A
    description that changes nothing publishes nothing. `expect` refuses to replace a version that the caller does not
    know, and to create what the caller believes to be there.
    """
    _owner_or_steward(ctx, description.owner_organisation_id, "describe an entry of another organisation")
    fields = _described(ctx, description)
    entry = await rows.find_entry(ctx.session, stable_id("entry", description.code), lock=True)
    if entry is not None:
        _owner_or_steward(ctx, entry.owner_organisation_id, "change an entry of another organisation")
    expect(entry)
    fields["lists"] = await _listings(ctx, description.lists, [] if entry is None else entry.lists)
    if entry is None:
        return await _register(ctx, description, fields), True
    changed = {name: value for name, value in fields.items() if getattr(entry, name) != value}
    if changed:
        occurred_at = ctx.fact_time(description.occurred_at, entry.occurred_at)
        await record(ctx, entry, Change("updated", changed), occurred_at, ENTRY)
    return entry, False


async def _register(ctx: Context, description: EntryDescription, fields: Mapping[str, Any]) -> Entry:
    occurred_at = ctx.fact_time(description.occurred_at, None)
    by_owner = ctx.caller.organisation_id == description.owner_organisation_id
    entry = Entry(
        entry_id=stable_id("entry", description.code),
        code=description.code,
        deployment_stage=ladders.LADDER[0],
        risk="none",
        registration_status=ladders.first_registration_status(by_owner=by_owner),
        missing_documents=0,
        version=0,
        **fields,
    )
    ctx.session.add(entry)
    await record(ctx, entry, Change("registered", {}), occurred_at, ENTRY)
    return entry


def _described(ctx: Context, description: EntryDescription) -> dict[str, Any]:
    """The columns that a description sets, without its lists."""
    if description.last_backup_at is not None and description.last_backup_at > ctx.now:
        raise FactInFuture(
            "last_backup_at is later than now.",
            errors=[{"pointer": "#/last_backup_at", "code": "in-future", "detail": "State a time up to now."}],
        )
    words = (description.code, description.name_vi, description.name_en, description.description)
    plain = description.model_dump(exclude={"code", "lists", "occurred_at"})
    return plain | {
        "search_text": fold(" ".join(filter(None, words))),
    }


async def _listings(
    ctx: Context, listings: list[Listing] | None, current: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The lists as they are stored: each once, in one order; `current` when none are given.

    Raises ReferenceUnknown at those that do not exist, ListingNeedsSteward when another client changes them.
    """
    if listings is None:
        return current
    known = await list_rows.known_editions(ctx.session, {listing.list for listing in listings})
    unknown = [
        {"pointer": f"#/lists/{index}", "code": "edition-unknown", "detail": "No list has this slug and edition."}
        for index, listing in enumerate(listings)
        if (listing.list, listing.edition) not in known
    ]
    if unknown:
        raise ReferenceUnknown("A programme list is named that is not known; see them at /lists.", errors=unknown)
    pairs = sorted({(listing.list, listing.edition) for listing in listings})
    wanted: list[dict[str, Any]] = [{"list": slug, "edition": edition} for slug, edition in pairs]
    if wanted != current and _STEWARD not in ctx.caller.scopes:
        raise ListingNeedsSteward(
            "Leave out `lists`, or ask the data steward to enter them.",
            errors=[{"pointer": "#/lists", "code": "steward-only", "detail": "Your client cannot change them."}],
        )
    return wanted


async def move(ctx: Context, entry: Entry, step: StageStep) -> None:
    """Say which deployment stage the entry has reached; the owner or a steward may. A repetition changes nothing."""
    _owner_or_steward(ctx, entry.owner_organisation_id, "move an entry of another organisation")
    change = ladders.decide_stage(entry, StageCommand(step.deployment_stage, step.risk, step.reason))
    if change is not None:
        occurred_at = ctx.fact_time(step.occurred_at, entry.occurred_at)
        await record(ctx, entry, change, occurred_at, ENTRY, reason=step.reason)


async def beat(ctx: Context, entry: Entry, step: HeartbeatStep) -> bool:
    """Take a sign of life from the owner's system; False when the last one is only sent again, and nothing changes."""
    ctx.require_organisation({entry.owner_organisation_id}, "speak for a system of another organisation")
    records_count = entry.records_count if step.records_count is None else step.records_count
    if (step.occurred_at, records_count) == (entry.last_heartbeat_at, entry.records_count) and step.occurred_at:
        return False
    occurred_at = ctx.fact_time(step.occurred_at, entry.occurred_at)
    change = Change("heartbeat_received", {"last_heartbeat_at": occurred_at, "records_count": records_count})
    await record(ctx, entry, change, occurred_at, ENTRY)
    return True


def _owner_or_steward(ctx: Context, owner_organisation_id: UUID, step: str) -> None:
    if _STEWARD not in ctx.caller.scopes:
        ctx.require_organisation({owner_organisation_id}, step)


async def entry_data(_ctx: Context, entry: Entry, change: str) -> EntryData:
    """The public state of an entry after `change`, as events carry it."""
    own = {name: getattr(entry, name) for name in EntryData.model_fields if name not in _NOT_COLUMNS}
    return EntryData(
        change=change,
        lists=[ListingData.model_validate(listing) for listing in entry.lists],
        registration=RegistrationData.model_validate(
            {
                "status": entry.registration_status,
                "submitted_at": entry.submitted_at,
                "missing_documents": entry.missing_documents,
            }
        ),
        heartbeat=HeartbeatData(promised_period_seconds=entry.promised_period_seconds, last_at=entry.last_heartbeat_at),
        **own,
    )


_NOT_COLUMNS = {"change", "lists", "registration", "heartbeat"}


ENTRY = EntityKind[Entry]("entry", lambda entry: entry.entry_id, entry_data)
