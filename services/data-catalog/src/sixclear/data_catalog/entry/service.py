"""Entries: read, registered, described again, moved on the deployment ladder, alive."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import chain, count
from typing import Any
from uuid import UUID

import orjson

from sixclear.common.caller import Caller
from sixclear.common.change import Change
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog, StoredEvent
from sixclear.common.folding import fold
from sixclear.common.ids import stable_id
from sixclear.common.keys import folded_key, named_by
from sixclear.common.recording import record
from sixclear.common.use_case import AlreadyRegistered, Context, Expect, ReferenceUnknown, told_time
from sixclear.common.web.merge_patch import patched
from sixclear.data_catalog.entry import lifecycle, repository, responses
from sixclear.data_catalog.entry.access import (
    NOT_SEEN,
    is_steward,
    reader_of,
    reads,
    reads_inside,
    reads_whole,
    require_owner_or_steward,
)
from sixclear.data_catalog.entry.errors import EntryNotFound, ListedNeedsSteward, ListingNeedsSteward
from sixclear.data_catalog.entry.lifecycle import HeartbeatCommand, StageCommand
from sixclear.data_catalog.entry.models import Entry, state_of
from sixclear.data_catalog.entry.reading import HIGH_LEVEL, PUBLIC, RESTRICTED, classified, hides_more
from sixclear.data_catalog.entry.recording import ENTRY, WITHDRAWN
from sixclear.data_catalog.entry.repository import EntryFilter
from sixclear.data_catalog.entry.schemas import EntryDescription, HeartbeatStep, HistoryEntry, Listing, StageStep
from sixclear.data_catalog.entry.succession import inherited
from sixclear.data_catalog.fields import PREFIX
from sixclear.data_catalog.organisation import service as organisations
from sixclear.data_catalog.programme_list import service as programme_lists
from sixclear.data_catalog.proof import service as proofs

_OWNER = "#/owner_organisation_id"
# Not a client: what a rule did to entries of before it.
_RULE = Caller("classification")
_AT_ONCE = 200
# What a patch does not name: the time is of the patch, and a level that rises may classify the entry.
_NOT_PATCHED = {"occurred_at", "classification"}


async def get_entry(ctx: Context, entry_id: UUID, *, lock: bool = False) -> Entry:
    """The entry with this identifier. Raises EntryNotFound, also for one of which the caller may not know."""
    entry = await repository.find_entry(ctx.session, entry_id, lock=lock)
    if entry is None or not reads(await reader_of(ctx), entry):
        raise EntryNotFound(NOT_SEEN)
    return entry


async def locked(ctx: Context, entry_id: UUID, expect: Expect) -> Entry:
    """The entry, its row locked until the transaction ends. Raises EntryNotFound, and what `expect` raises."""
    entry = await get_entry(ctx, entry_id, lock=True)
    expect(entry)
    return entry


async def lock_code(ctx: Context, entry_id: UUID) -> Sequence[Entry]:
    """The entries that have the code of this one; others who give it to a body wait. Before the entry is locked.

    Raises EntryNotFound.
    """
    return await repository.find_coded(ctx.session, (await get_entry(ctx, entry_id)).code)


def require_free_code(coded: Sequence[Entry], entry: Entry, owner: UUID) -> None:
    """Raises AlreadyRegistered when this body has another entry among those that have the code."""
    owned = [row for row in coded if row.owner_organisation_id == owner]
    taken = [row for row in named_by(owned, (entry.code,), _code) if row.entry_id != entry.entry_id]
    if taken:
        raise AlreadyRegistered("The new owner has an entry of this code.", address_of(taken[0]))


async def record_change(
    ctx: Context, entry: Entry, change: Change, occurred_at: datetime, *, reason: str | None = None
) -> None:
    """Apply a change to an entry that is locked or new, and publish it. Other folders change entries through this."""
    await record(ctx, entry, change, occurred_at, ENTRY, reason=reason)


async def list_entries(
    ctx: Context, narrow: EntryFilter, after: tuple[str, UUID] | None, limit: int
) -> Sequence[Entry]:
    """Entries that the caller may know of, in the order of their codes. Raises ListNotFound for an unknown list."""
    if narrow.listed:
        await programme_lists.require_list(ctx, narrow.listed)
    reader = await reader_of(ctx)
    return await repository.list_entries(ctx.session, reader, narrow, now=ctx.now, after=after, limit=limit)


async def count_entries(ctx: Context, narrow: EntryFilter) -> int:
    """How many entries the caller's list has, as `count_up_to` says it."""
    return await repository.count_entries(ctx.session, await reader_of(ctx), narrow, ctx.now)


async def history(
    ctx: Context, entry_id: UUID, ladder: str | None, before: int | None, limit: int
) -> tuple[Entry, Sequence[StoredEvent]]:
    """An entry and its events, newest first, as far as the caller may read them; raises EntryNotFound.

    `ladder`: only its steps, from the registration of the entry on.

    What happened while the entry was hidden stays with who reads the whole of it, also when it is public again.
    """
    entry, reader = await get_entry(ctx, entry_id), await reader_of(ctx)
    changes = {"registered", *(name for name, own in lifecycle.LADDER_OF.items() if own == ladder)} if ladder else None
    whole = reads_whole(reader, entry)
    events = await repository.told_events(
        ctx.session, entry_id, reader, whole=whole, changes=changes, before=before, limit=limit
    )
    return entry, events


async def history_response(ctx: Context, entry: Entry, events: Sequence[StoredEvent]) -> list[HistoryEntry]:
    """These events of an entry as changes, with the decision and the evidence on which each rests."""
    told = await proofs.proofs(ctx, entry.entry_id, [event.version for event in events])
    return responses.history_response(events, await states_after(ctx, events), entry, told)


async def states_after(ctx: Context, events: Sequence[StoredEvent]) -> dict[int, Mapping[str, Any]]:
    """What each of these events left, by version; of a withdrawal, which says nothing, what everyone last read.

    A withdrawal moves no ladder. One statement for each of them; empty where the event before it is archived, or was
    taken out of what is sent.
    """
    states = {event.version: event.data for event in events}
    for event in events:
        if event.change == WITHDRAWN:
            states[event.version] = {}
            if event.previous_version is not None:
                before = event.previous_version + 1
                older = await ctx.log.history(ctx.session, "entry", event.entity_id, 1, before=before)
                states[event.version] = older[0].data if older else {}
    return states


async def still_readable(ctx: Context, answer: bytes) -> bytes:
    """What the caller may read now of an answer that was kept for it; raises EntryNotFound.

    A kept answer tells an entry whole. To give it again is a reading: a body that owns the entry no more is told what
    bodies are, and nothing of one that it may not know of.
    """
    told: Any = orjson.loads(answer) if answer else None
    if not isinstance(told, dict) or "entry_id" not in told:
        return answer
    entry, reader = await get_entry(ctx, UUID(told["entry_id"])), await reader_of(ctx)
    # An assignment is told to its parties, of which each reads the entry.
    if reads_whole(reader, entry) or "assignment_id" in told:
        return answer
    view = await responses.entry_response(ctx, entry, inside=reads_inside(reader, entry))
    return view.model_dump_json().encode()


async def withdraw_hidden(database: Database, log: EventLog, clock: Clock) -> None:
    """Publish the withdrawal of each entry that is not public and that the log still shows as if it were.

    An upgrade classifies entries of before, and a process of the release before may publish one until it ends. What
    that one enters, and would be restricted here, is restricted as well. Safe to run twice, and in several processes.
    """
    while True:
        async with database.transaction() as session:
            ctx = Context(session, log, _RULE, clock())
            left = {
                *await repository.lock_not_withdrawn(session, _AT_ONCE),
                *await repository.lock_never_classified(session, HIGH_LEVEL, _AT_ONCE),
                *await repository.lock_beside_hidden(session, _AT_ONCE),
            }
            for entry in sorted(left, key=lambda entry: entry.entry_id):
                fields = {"classification": RESTRICTED} if entry.classification == PUBLIC else {}
                # Without a time of its own: a fact that is told late is not refused for it.
                await record_change(ctx, entry, Change(WITHDRAWN, fields), entry.occurred_at)
        if not left:
            return
        log.wake()


async def put_entry(ctx: Context, description: EntryDescription, expect: Expect) -> tuple[Entry, bool]:
    """Register an entry, or describe the one with this code again; True when it is new.

    A client describes its own organisation's entries, a steward those of any; only a steward changes the lists. A
    description that changes nothing publishes nothing. `expect` refuses to replace a version that the caller does not
    know, and to create what the caller believes to be there. Raises ReferenceUnknown for an owner that does not exist,
    Unavailable while that is not sure, OwnerMerged for a new entry of a body that is no more. What a body that is no
    more has under this code goes to its successor by the successor's description.
    """
    owner = (await organisations.referenced(ctx, {_OWNER: description.owner_organisation_id}))[_OWNER]
    require_owner_or_steward(ctx, owner, "describe an entry of another organisation")
    fields = _described(ctx, description) | {"owner_organisation_id": owner}
    coded = await repository.find_coded(ctx.session, description.code)
    entry = _known(ctx, coded, description.code, owner)
    taken_over = None if entry else await inherited(ctx, named_by(coded, (description.code,), _code), owner)
    if taken_over is None:
        expect(entry)
    else:
        entry, since = taken_over
        expect(entry)
        await record_change(ctx, entry, Change("owner_changed", {"owner_organisation_id": owner}), since)
    fields["lists"] = await _listings(ctx, description.lists, [] if entry is None else entry.lists)
    fields["classification"] = _classification(ctx, description, entry)
    if entry is None:
        return await _register(ctx, description, fields, taken={row.entry_id for row in coded}), True
    await _update(ctx, entry, description, fields)
    return entry, False


async def patch_entry(ctx: Context, entry_id: UUID, patch: Mapping[str, Any], expect: Expect) -> Entry:
    """Describe an entry again with what it has, changed by a merge patch; the rules are those of `put_entry`.

    Raises EntryNotFound, and AlreadyRegistered when its new owner has the code already.
    """
    # In this order, as `put_entry` locks: what the code names, then the entry. A code never changes.
    code = (await get_entry(ctx, entry_id)).code
    coded = await repository.find_coded(ctx.session, code)
    entry = await locked(ctx, entry_id, expect)
    require_owner_or_steward(ctx, entry.owner_organisation_id, "change an entry of another organisation")
    own = {name: getattr(entry, name) for name in EntryDescription.model_fields if name not in _NOT_PATCHED}
    own["owner_organisation_id"] = str(entry.owner_organisation_id)
    description = patched(EntryDescription, own, patch, code=code)
    owner = entry.owner_organisation_id
    if description.owner_organisation_id != str(owner):
        owner = (await organisations.referenced(ctx, {_OWNER: description.owner_organisation_id}))[_OWNER]
    require_owner_or_steward(ctx, owner, "describe an entry of another organisation")
    fields = _described(ctx, description) | {"owner_organisation_id": owner}
    fields["lists"] = await _listings(ctx, description.lists, entry.lists)
    fields["classification"] = _classification(ctx, description, entry)
    require_free_code(coded, entry, owner)
    await _update(ctx, entry, description, fields)
    return entry


def address_of(entry: Entry) -> str:
    """Where who may know of the entry reads it: the public address tells nobody of a hidden one."""
    own = "" if entry.classification == PUBLIC else "/own"
    return f"{PREFIX}{own}/entries/{entry.entry_id}"


def _known(ctx: Context, coded: Sequence[Entry], code: str, owner: UUID) -> Entry | None:
    """The entry that its owner knows by this code; for a steward also the only one that another owner has by it.

    So a steward hands an entry to its right owner, and no body meets a code that another one has used.
    """
    own = named_by((row for row in coded if row.owner_organisation_id == owner), (code,), _code)
    if own or not is_steward(ctx):
        return own[0] if own else None
    others = named_by(coded, (code,), _code)
    return others[0] if len(others) == 1 else None


def _code(entry: Entry) -> tuple[str]:
    return (entry.code,)


async def _update(ctx: Context, entry: Entry, description: EntryDescription, fields: Mapping[str, Any]) -> None:
    """Record what the description changes, if anything. The code stays as it was first given."""
    changed = {name: value for name, value in fields.items() if getattr(entry, name) != value}
    if changed:
        occurred_at = ctx.fact_time(description.occurred_at, entry.occurred_at)
        # Only once: what is hidden already has nothing left to withdraw.
        withdrawn = entry.classification == PUBLIC and fields["classification"] != PUBLIC
        name = WITHDRAWN if withdrawn and entry.published_version is not None else "updated"
        await record_change(ctx, entry, Change(name, changed), occurred_at)


def _classification(ctx: Context, description: EntryDescription, entry: Entry | None) -> str:
    """The classification after a description. Raises ListedNeedsSteward where a list would lose the entry by it."""
    before, level = (None, None) if entry is None else (entry.classification, entry.security_level)
    after = classified(description.classification, before, level, description.security_level)
    if entry is not None and entry.lists and hides_more(entry.classification, after) and not is_steward(ctx):
        stated = description.classification is not None
        raise ListedNeedsSteward(
            "The figures of its lists would lose the entry; the data steward can take it out of sight.",
            errors=[
                {
                    "pointer": "#/classification" if stated else "#/security_level",
                    "code": "steward-only",
                    "detail": "Your client cannot hide an entry that stands on a list."
                    if stated
                    else "This level hides the entry: state the classification that it has, and ask the steward.",
                }
            ],
        )
    return after


async def _register(
    ctx: Context, description: EntryDescription, fields: Mapping[str, Any], *, taken: Collection[UUID]
) -> Entry:
    occurred_at = ctx.fact_time(description.occurred_at, None)
    owner: UUID = fields["owner_organisation_id"]
    by_owner = ctx.caller.organisation_id == owner
    entry = Entry(
        entry_id=_new_id(description.code, owner, taken, hidden=fields["classification"] != PUBLIC),
        code=description.code,
        folded_key=folded_key(description.code),
        deployment_stage=lifecycle.LADDER[0],
        risk="none",
        registration_status=lifecycle.first_registration_status(by_owner=by_owner),
        missing_documents=0,
        version=0,
        **fields,
    )
    ctx.session.add(entry)
    await record_change(ctx, entry, Change("registered", {}), occurred_at)
    return entry


def _new_id(code: str, owner: UUID, taken: Collection[UUID], *, hidden: bool) -> UUID:
    """The identifier of a new entry: that of its code, or, where that is taken, that of its code with its owner.

    One that begins hidden never takes that of its code: another body with the same code would see that it is taken.
    """
    by_code = () if hidden else (stable_id("entry", code),)
    by_owner = (stable_id("entry", str(owner), code, *again) for again in chain([()], ((str(n),) for n in count(2))))
    return next(one for one in chain(by_code, by_owner) if one not in taken)


def _described(ctx: Context, description: EntryDescription) -> dict[str, Any]:
    """The columns that a description sets, without its lists and its classification."""
    words = (description.code, description.name_vi, description.name_en, description.description)
    plain = description.model_dump(exclude={"code", "lists", "occurred_at", "classification"})
    if description.last_backup_at is not None:
        plain["last_backup_at"] = told_time(description.last_backup_at, ctx.now, "last_backup_at")
    return plain | {"search_text": fold(" ".join(filter(None, words)))}


async def _listings(
    ctx: Context, listings: list[Listing] | None, current: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The lists as they are stored: each once, in one order; `current` when none are given.

    Raises ReferenceUnknown at those that do not exist, ListingNeedsSteward when another client changes them.
    """
    if listings is None:
        return current
    known = await programme_lists.known_editions(ctx, {listing.list for listing in listings})
    unknown = [
        {"pointer": f"#/lists/{index}", "code": "edition-unknown", "detail": "No list has this slug and edition."}
        for index, listing in enumerate(listings)
        if (listing.list, listing.edition) not in known
    ]
    if unknown:
        raise ReferenceUnknown("A programme list is named that is not known; see them at /lists.", errors=unknown)
    pairs = sorted({(listing.list, listing.edition) for listing in listings})
    wanted: list[dict[str, Any]] = [{"list": slug, "edition": edition} for slug, edition in pairs]
    if wanted != current and not is_steward(ctx):
        raise ListingNeedsSteward(
            "Leave out `lists`, or ask the data steward to enter them.",
            errors=[{"pointer": "#/lists", "code": "steward-only", "detail": "Your client cannot change them."}],
        )
    return wanted


async def move(ctx: Context, entry_id: UUID, step: StageStep, expect: Expect, *, on_version: bool) -> Entry:
    """Say which deployment stage an entry has reached; the owner or a steward may. A repetition changes nothing.

    `on_version`: the caller names the version that the step is based on. Raises StageRepeated for one that is based on
    none and says what was said before the entry moved on.
    """
    entry = await locked(ctx, entry_id, expect)
    require_owner_or_steward(ctx, entry.owner_organisation_id, "move an entry of another organisation")
    command = StageCommand(step.deployment_stage, step.risk, step.reason)
    change = lifecycle.decide_stage(state_of(entry), command)
    if change is not None:
        if step.deployment_stage != entry.deployment_stage and step.occurred_at is None and not on_version:
            lifecycle.check_repeated(command, await repository.told_stages(ctx.session, entry_id))
        occurred_at = ctx.fact_time(step.occurred_at, entry.occurred_at)
        await record_change(ctx, entry, change, occurred_at, reason=step.reason)
        proofs.keep(ctx, entry_id, entry.version, step.decision, step.evidence)
    return entry


async def beat(ctx: Context, entry_id: UUID, step: HeartbeatStep, expect: Expect) -> tuple[Entry, bool]:
    """Take a sign of life from the owner's system; False when it, or a later one, is known, and nothing changes."""
    entry = await locked(ctx, entry_id, expect)
    caller = ctx.caller
    command = HeartbeatCommand(caller.organisation_id, caller.scopes, step.records_count, step.occurred_at)
    decided = lifecycle.decide_heartbeat(state_of(entry), command, ctx.now)
    if decided is None:
        return entry, False
    await record_change(ctx, entry, *decided)
    return entry, True
