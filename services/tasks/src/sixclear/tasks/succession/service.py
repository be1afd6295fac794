"""Registering, merging, upgrading and closing organisations. Open work of one that ends moves by the same decision."""

from uuid import UUID

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.text import code_form
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.decision.service import succeed
from sixclear.tasks.organisation import service as organisations
from sixclear.tasks.organisation.errors import SuccessorImpossible, SuccessorMissing
from sixclear.tasks.organisation.lifecycle import Ended
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.organisation.service import POINTERS, Basis
from sixclear.tasks.programme.service import hand_over, owns_programmes
from sixclear.tasks.succession.access import require_deciding_body, require_registering_body
from sixclear.tasks.succession.schemas import Closure, Merger, Registration, Retry, Upgrade

# The field of a request that names who takes over what was refused.
_TAKES_OVER = "#/organisation"
# An organisation that has ended, and the decision over its open tasks.
Outcome = tuple[Organisation, UUID | None]


async def register(ctx: Context, entry: Registration) -> tuple[Organisation, bool]:
    """Set up an organisation below another one; True when it is new. The same one again changes nothing.

    Raises AlreadyRegistered for a code that another one has or had, OrganisationEnded for a parent that is no more.
    """
    named = {} if entry.parent is None else {"#/parent": entry.parent}
    found = await organisations.referenced(ctx.session, named, hold=True)
    parent = found.get("#/parent")
    await require_registering_body(ctx, parent, entry.level)
    await organisations.refuse_ended(ctx.session, found, ())
    fields = {name: getattr(entry, name) for name in ("name_vi", "name_en", "type", "level")}
    fields |= {"code": code_form(entry.code), "parent_id": None if parent is None else parent.organisation_id}
    basis = Basis(ctx.fact_time(entry.occurred_at, None), entry.reason, entry.document)
    return await organisations.register(ctx, fields, basis)


async def decided_on(ctx: Context, reference: str) -> UUID:
    """The organisation that a decision is about, named by identifier or code; raises OrganisationNotFound.

    Its own code means it itself also after it has ended, unlike elsewhere: a decision that is sent again must not reach
    its successor.
    """
    named = organisations.as_reference(reference)
    if isinstance(named, UUID):
        return named
    body = await organisations.get_organisation(ctx.session, reference)
    former = (unit.get("organisation_id") for unit in body.predecessors if unit["code"] == named)
    return next((UUID(one) for one in former if one is not None), body.organisation_id)


async def merge(ctx: Context, organisation_id: UUID, entry: Merger, expect: Expect) -> Outcome:
    """Merge an organisation into another one, which has its codes, its programmes and its open tasks from now on.

    The tasks follow in chunks with the instant of this decision; what is closed stays as it was. The same merger again
    changes nothing. Raises SuccessorImpossible.
    """
    return await _end(ctx, organisation_id, "merged", entry.into, entry, expect)


async def close(ctx: Context, organisation_id: UUID, entry: Closure, expect: Expect) -> Outcome:
    """Close an organisation; where it has open work a successor takes that over, as after a merger.

    So it is where none stands above it and others stand below it: they would stand below none. The same closure again
    changes nothing. Raises SuccessorMissing and SuccessorImpossible.
    """
    return await _end(ctx, organisation_id, "closed", entry.successor, entry, expect)


async def retry(ctx: Context, organisation_id: UUID, entry: Retry, expect: Expect) -> Outcome:
    """Let open tasks of an organisation that has ended go on at which its successor was refused, all or those named.

    They go to the successor after all, or to the organisation that is named, by a decision of now. Where nothing was
    refused, nothing changes. Raises TransitionNotAllowed for an organisation that has not ended.
    """
    named = {} if entry.organisation is None else {_TAKES_OVER: entry.organisation}
    found = await organisations.referenced(ctx.session, named)
    ids = [one.organisation_id for one in found.values()]
    body, _ = await organisations.lock_organisations(ctx, organisation_id, ids, expect)
    other = found.get(_TAKES_OVER)
    await require_deciding_body(ctx, body, other)
    await organisations.refuse_ended(ctx.session, found, ())
    if body.ended is None:
        raise TransitionNotAllowed("The organisation has not ended: its work stays where it is.")
    decided_at = ctx.fact_time(None, body.occurred_at)
    to_other = None if other is None else other.organisation_id
    return body, await succeed.move_again(ctx, organisation_id, entry.task_ids, to_other, decided_at)


async def upgrade(ctx: Context, organisation_id: UUID, entry: Upgrade, expect: Expect) -> Organisation:
    """Give an organisation another name, type, level or place from now on; its identifier, codes and work stay.

    What is so already changes nothing. Raises SuccessorImpossible for a place below itself.
    """
    named = {} if entry.parent is None else {"#/parent": entry.parent}
    found = await organisations.referenced(ctx.session, named)
    above = [one.organisation_id for one in found.values()]
    body, _ = await organisations.lock_organisations(ctx, organisation_id, above, expect)
    await require_deciding_body(ctx, body, found.get("#/parent"), entry.level)
    await organisations.refuse_ended(ctx.session, found, {body.parent_id})
    fields = {name: getattr(entry, name) for name in ("name_vi", "name_en", "type", "level")}
    if above:
        if above[0] in await organisations.list_subtree(ctx.session, organisation_id):
            why = "An organisation does not stand below itself."
            raise SuccessorImpossible(why, errors=[{"pointer": "#/parent", "code": "below-itself", "detail": why}])
        fields["parent_id"] = above[0]
    told = {name: value for name, value in fields.items() if value is not None}
    await organisations.upgrade(ctx, body, told, _basis(ctx, entry, body))
    return body


async def _end(
    ctx: Context,
    organisation_id: UUID,
    how: Ended,
    named: str | None,
    entry: Merger | Closure,
    expect: Expect,
) -> Outcome:
    found = await organisations.referenced(ctx.session, {} if named is None else {POINTERS[how]: named})
    ids = [one.organisation_id for one in found.values()]
    body, locked = await organisations.lock_organisations(ctx, organisation_id, ids, expect)
    successor = locked[ids[0]] if ids else None
    await require_deciding_body(ctx, body, successor)
    if (body.ended, body.successor_id) == (how, successor and successor.organisation_id):
        return body, await succeed.decision_of(ctx, organisation_id)
    basis = _basis(ctx, entry, body, *locked.values())
    await organisations.end(ctx, body, how, successor, basis)
    if successor is None:
        if await succeed.has_open_work(ctx, organisation_id) or await owns_programmes(ctx, organisation_id):
            raise SuccessorMissing
        if body.parent_id is None and await organisations.has_below(ctx.session, organisation_id):
            raise SuccessorMissing("Organisations stand below it, and none stands above it.")
        return body, None
    await hand_over(ctx, organisation_id, successor.organisation_id, basis.occurred_at, basis.reason)
    moves = await succeed.begin(ctx, organisation_id, successor.organisation_id, basis)
    return body, moves


def _basis(ctx: Context, entry: Merger | Closure | Upgrade, *changed: Organisation) -> Basis:
    occurred_at = ctx.fact_time(entry.occurred_at, max(one.occurred_at for one in changed))
    return Basis(occurred_at, entry.reason, entry.document)
