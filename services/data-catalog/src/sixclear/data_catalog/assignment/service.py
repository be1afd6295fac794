"""Who answers for an entry: proposed, accepted by the receiver, ended; the owner through mergers of bodies."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sixclear.common.caller import Caller
from sixclear.common.change import Change
from sixclear.common.clock import Clock, civil_date, civil_day_start
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.ids import new_id
from sixclear.common.use_case import Context
from sixclear.data_catalog.assignment import lifecycle, repository
from sixclear.data_catalog.assignment.access import require_party, require_receiver
from sixclear.data_catalog.assignment.errors import (
    AssignmentNotFound,
    AssignmentOpen,
    OwnerChangedSince,
    ReceiverCannotRead,
)
from sixclear.data_catalog.assignment.models import Assignment
from sixclear.data_catalog.assignment.repository import Owned
from sixclear.data_catalog.assignment.responses import assignment_response, owner_responses
from sixclear.data_catalog.assignment.schemas import AssignmentProposal, AssignmentView, OwnerView, RefusalStep
from sixclear.data_catalog.entry import service as entries
from sixclear.data_catalog.entry.access import reader_of, reads_whole, require_owner_or_steward
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.entry.reading import RESTRICTED
from sixclear.data_catalog.fields import Decision, Step
from sixclear.data_catalog.organisation import service as organisations
from sixclear.data_catalog.proof import service as proofs

_BODY = "#/position/organisation"
_OWNER_CHANGED = "owner_changed"
# Not a client: what the merger of a body did to its entries.
_RULE = Caller("succession")
_AT_ONCE = 200
_MOST = 200


async def propose(ctx: Context, entry_id: UUID, step: AssignmentProposal) -> tuple[AssignmentView, bool]:
    """Ask a position to answer for an entry; False when it is asked, or answers, already.

    A body that names a position of its own has accepted by that. Raises AssignmentOpen while another position is asked
    in this role, ReceiverCannotRead for a body that may not know of the entry. What another owner proposed ends.
    """
    coded = await entries.lock_code(ctx, entry_id) if step.role == "owner" else ()
    entry = await entries.get_entry(ctx, entry_id, lock=True)
    require_owner_or_steward(ctx, entry.owner_organisation_id, "assign an entry of another organisation")
    body = (await organisations.referenced(ctx, {_BODY: step.position.organisation}))[_BODY]
    if entry.classification == RESTRICTED and body != entry.owner_organisation_id:
        raise ReceiverCannotRead("Classify the entry as `state` first, or name a position of its owner.")
    occurred_at = ctx.fact_time(step.occurred_at, None)
    for one in await repository.list_open(ctx.session, entry_id, step.role):
        if _outlived(one, entry):
            _end(one, occurred_at)
            # Before the next one is asked: in each role only one is.
            await ctx.session.flush()
            continue
        if (one.organisation_id, one.title) == (body, step.position.title):
            return await _view(ctx, one), False
        if one.status == "proposed":
            raise AssignmentOpen("The position that was asked in this role has not answered yet.")
    assignment = Assignment(
        assignment_id=new_id(),
        entry_id=entry_id,
        role=step.role,
        organisation_id=body,
        title=step.position.title,
        status="proposed",
        valid_from=step.valid_from,
        proposed_at=occurred_at,
        proposed_by_organisation_id=ctx.caller.organisation_id,
        owner_at_proposal=entry.owner_organisation_id,
        decision=None if step.decision is None else step.decision.model_dump(mode="json"),
    )
    if ctx.caller.organisation_id == body:
        await _accept(ctx, entry, coded, assignment, occurred_at)
    ctx.session.add(assignment)
    await ctx.session.flush()
    return await _view(ctx, assignment), True


async def accept(ctx: Context, entry_id: UUID, assignment_id: UUID, step: Step) -> AssignmentView:
    """Accept what is asked; only the receiver may. Who answered in this role until now answers no more.

    The entry of an owner that accepted is its own from then on. Raises AlreadyRegistered where it has the code already,
    OwnerChangedSince where who proposed to give it away owns it no more.
    """
    coded = await entries.lock_code(ctx, entry_id)
    entry, assignment = await _locked(ctx, entry_id, assignment_id)
    require_receiver(ctx, assignment)
    if lifecycle.moves(assignment.status, "accepted"):
        if _outlived(assignment, entry):
            raise OwnerChangedSince("The owner of the entry has changed since it was proposed.")
        await _accept(ctx, entry, coded, assignment, ctx.fact_time(step.occurred_at, None))
    return await _view(ctx, assignment)


async def decline(ctx: Context, entry_id: UUID, assignment_id: UUID, step: RefusalStep) -> AssignmentView:
    """Do not accept what is asked; only the receiver may."""
    _, assignment = await _locked(ctx, entry_id, assignment_id)
    own = require_receiver(ctx, assignment)
    if lifecycle.moves(assignment.status, "declined"):
        assignment.status, assignment.reason = "declined", step.reason
        assignment.decided_at, assignment.decided_by_organisation_id = ctx.fact_time(step.occurred_at, None), own
    return await _view(ctx, assignment)


async def end(ctx: Context, entry_id: UUID, assignment_id: UUID, step: RefusalStep) -> AssignmentView:
    """The position answers no more, or is asked no more; the entry keeps its owner."""
    entry, assignment = await _locked(ctx, entry_id, assignment_id)
    require_party(ctx, entry, assignment)
    if lifecycle.moves(assignment.status, "ended"):
        _end(assignment, ctx.fact_time(step.occurred_at, None))
        assignment.reason = step.reason
    return await _view(ctx, assignment)


async def list_of_entry(ctx: Context, entry_id: UUID) -> list[AssignmentView]:
    """Who answers and answered for an entry, newest first, 200 at most.

    What was only asked or declined is for who reads the whole of the entry. Raises EntryNotFound.
    """
    entry = await entries.get_entry(ctx, entry_id)
    reader = await reader_of(ctx)
    whole = reads_whole(reader, entry)
    found = await repository.list_of_entry(ctx.session, entry_id, answered=not whole, limit=_MOST)
    told = await views(ctx, found)
    # Why a position answers no more is for the parties.
    return [
        one if whole or one.organisation_id in reader.organisation_ids else one.model_copy(update={"reason": None})
        for one in told
    ]


async def list_of_bodies(
    ctx: Context, status: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Assignment]:
    """What the caller's bodies are asked to answer for, or answer for, oldest first; for a data steward all."""
    return await repository.list_of_bodies(ctx.session, await reader_of(ctx), status, after, limit)


async def list_owners(ctx: Context, entry_id: UUID) -> list[OwnerView]:
    """Who owned an entry from when to when, newest first, as far as its history may be read. Raises EntryNotFound."""
    entry, reader = await entries.get_entry(ctx, entry_id), await reader_of(ctx)
    whole = reads_whole(reader, entry)
    owners = await repository.list_owners(ctx.session, entry_id, reader, whole=whole, limit=_MOST)
    if not owners or owners[0].organisation_id != entry.owner_organisation_id:
        # Its history is archived, or the change came while the entry was hidden.
        owners = [Owned(entry.owner_organisation_id, None), *owners]
    names, ends = await _named(ctx, [one.organisation_id for one in owners])
    return owner_responses(owners, names, ends)


async def views(ctx: Context, found: Sequence[Assignment]) -> list[AssignmentView]:
    """These assignments with the names of their bodies, with two statements at most."""
    names, ends = await _named(ctx, [one.organisation_id for one in found])
    return [assignment_response(one, names, ends) for one in found]


async def succeed(database: Database, log: EventLog, clock: Clock) -> None:
    """Give the entries of bodies that are no more to their successors, each with an event. Safe to run twice.

    The entry keeps its identifier and its code. An old owner's entry of which the successor has the code already stays
    until a steward has decided. Several mergers in a row are followed one by one.
    """
    while True:
        async with database.transaction() as session:
            ctx = Context(session, log, _RULE, clock())
            moved: set[tuple[str | None, UUID]] = set()
            for entry, successor, over_from in await repository.lock_of_ended_bodies(
                session, civil_date(ctx.now), _AT_ONCE
            ):
                key = (entry.folded_key, successor)
                if key not in moved:
                    moved.add(key)
                    ended_at = civil_day_start(over_from) if over_from else entry.occurred_at
                    change = Change(_OWNER_CHANGED, {"owner_organisation_id": successor})
                    at = max(ended_at, entry.occurred_at)
                    await entries.record_change(ctx, entry, change, at)
                    for one in await repository.list_open(session, entry.entry_id, "owner"):
                        _end(one, at)
        if not moved:
            return
        log.wake()


async def _accept(
    ctx: Context, entry: Entry, coded: Sequence[Entry], assignment: Assignment, occurred_at: datetime
) -> None:
    for one in await repository.list_open(ctx.session, entry.entry_id, assignment.role):
        if one.status == "accepted":
            _end(one, occurred_at)
    # Before another one is accepted: of each role only one is.
    await ctx.session.flush()
    assignment.status, assignment.decided_at = "accepted", occurred_at
    assignment.decided_by_organisation_id = ctx.caller.organisation_id
    assignment.valid_from = assignment.valid_from or civil_date(occurred_at)
    if assignment.role == "owner" and assignment.organisation_id != entry.owner_organisation_id:
        entries.require_free_code(coded, entry, assignment.organisation_id)
        await _own(ctx, entry, assignment, occurred_at)


async def _own(ctx: Context, entry: Entry, assignment: Assignment, occurred_at: datetime) -> None:
    change = Change(_OWNER_CHANGED, {"owner_organisation_id": assignment.organisation_id})
    await entries.record_change(ctx, entry, change, max(occurred_at, entry.occurred_at))
    decision = None if assignment.decision is None else Decision.model_validate(assignment.decision)
    proofs.keep(ctx, entry.entry_id, entry.version, decision)


def _outlived(assignment: Assignment, entry: Entry) -> bool:
    """Whether a position as owner is of an owner before: asked by one that owns no more, or of one that owns no more.

    A steward hands an entry over by a description, without a word to who was asked.
    """
    if assignment.role != "owner":
        return False
    said = assignment.organisation_id if assignment.status == "accepted" else assignment.owner_at_proposal
    return said != entry.owner_organisation_id


def _end(assignment: Assignment, ended_at: datetime) -> None:
    assignment.status, assignment.ended_at = "ended", ended_at


async def _locked(ctx: Context, entry_id: UUID, assignment_id: UUID) -> tuple[Entry, Assignment]:
    entry = await entries.get_entry(ctx, entry_id, lock=True)
    assignment = await repository.find(ctx.session, entry_id, assignment_id)
    if assignment is None:
        raise AssignmentNotFound("List the assignments of the entry.")
    return entry, assignment


async def _view(ctx: Context, assignment: Assignment) -> AssignmentView:
    await ctx.session.flush()
    (view,) = await views(ctx, [assignment])
    return view


async def _named(ctx: Context, ids: Iterable[UUID]) -> tuple[organisations.Briefs, organisations.Ends]:
    ends = await organisations.ends(ctx, ids)
    return await organisations.briefs(ctx, {*ids, *(end.successor_id for end in ends.values())}), ends
