"""Organisations: found, and merged, upgraded or closed. They are registered when the service starts (`seed.py`)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.change import Change, TransitionNotAllowed
from sixclear.common.clock import civil_date
from sixclear.common.db import wait_to_create
from sixclear.common.entity_cache import remembered
from sixclear.common.folding import fold
from sixclear.common.ids import stable_id
from sixclear.common.recording import record
from sixclear.common.text import code_form
from sixclear.common.use_case import (
    AlreadyRegistered,
    Context,
    Expect,
    OrganisationNotAllowed,
    ReferenceUnknown,
    unknown_reference,
)
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.organisation import lifecycle
from sixclear.tasks.organisation import repository as rows
from sixclear.tasks.organisation.errors import OrganisationEnded, OrganisationNotFound
from sixclear.tasks.organisation.lifecycle import Ended
from sixclear.tasks.organisation.models import Organisation, OrganisationPeriod, organisation_state
from sixclear.tasks.organisation.names import search_text, united, wanted
from sixclear.tasks.organisation.recording import ORGANISATION
from sixclear.tasks.organisation.repository import Family, Place
from sixclear.tasks.organisation.responses import organisation_brief, organisation_response
from sixclear.tasks.organisation.schemas import OrganisationBrief, OrganisationDetail

# The field of a request that names the successor.
POINTERS: Mapping[Ended, str] = {"merged": "#/into", "closed": "#/successor"}
_NOT_THERE = "No organisation has this identifier or code; list them at /organisations."
_TREE = stable_id("tree of organisations")
# The organisation that a request is about, and all that are locked with it.
Locked = tuple[Organisation, Mapping[UUID, Organisation]]
# Organisations as answers name them, by identifier.
Briefs = Mapping[UUID, OrganisationBrief]
Name = TypeVar("Name")


def as_reference(text: str) -> UUID | str:
    """An identifier when `text` is one, else a code."""
    code = code_form(text)
    try:
        return UUID(code)
    except ValueError:
        return code


async def get_organisation(session: AsyncSession, reference: str) -> Organisation:
    """The organisation with this identifier or code; raises OrganisationNotFound."""
    organisation = await rows.find_organisation(session, as_reference(reference))
    if organisation is None:
        raise OrganisationNotFound(_NOT_THERE)
    return organisation


async def is_registered(session: AsyncSession, organisation_id: UUID) -> bool:
    """Whether there is an organisation with this identifier."""
    return await rows.find_organisation(session, organisation_id) is not None


async def of_caller(ctx: Context) -> Organisation | None:
    """The organisation for which the caller acts; None where it is not registered."""
    return await rows.find_organisation(ctx.session, ctx.caller.own_organisation())


async def meant(session: AsyncSession, parameter: str, reference: str) -> UUID:
    """The organisation that a parameter of an address means; raises ReferenceUnknown, which names the parameter."""
    return (await referenced(session, {parameter: reference}))[parameter].organisation_id


async def list_subtree(session: AsyncSession, organisation_id: UUID) -> Sequence[UUID]:
    """An organisation with all that stand below it."""
    return await rows.list_subtree(session, organisation_id)


async def within(session: AsyncSession, organisation_ids: Collection[UUID]) -> set[UUID]:
    """These organisations, as far as they are known, with all that stand below them; with one statement."""
    return set(await rows.list_subtree(session, *organisation_ids)) if organisation_ids else set()


async def described(session: AsyncSession, organisation: Organisation) -> OrganisationDetail:
    """An organisation with its dated names, and the one that took its place."""
    periods = await rows.organisation_periods(session, organisation.organisation_id)
    successor_id = organisation.successor_id
    successor = None if successor_id is None else await rows.find_organisation(session, successor_id)
    return organisation_response(organisation, periods, successor)


async def list_organisations(
    session: AsyncSession,
    *,
    level: str | None,
    parent_id: UUID | None,
    query: str | None,
    after: Place | None,
    limit: int,
) -> list[tuple[Organisation, str]]:
    """Organisations, each with its place among those that `query` finds: the best first, then by code.

    A query is a code, or a name as people write it, of today or of before; without one all are found.
    """
    asked = query.strip() if query else ""
    name = wanted(asked) if asked else None
    if name is not None and not name.whole:
        return []
    return await rows.list_organisations(
        session, level=level, parent_id=parent_id, code=asked or None, name=name, after=after, limit=limit
    )


async def briefs(session: AsyncSession, ids: Iterable[UUID | None]) -> Briefs:
    """The organisations among `ids` as answers name them; unknown ones are left out.

    Costs no statement for those that the process remembers, else one.
    """
    return await remembered(session, "organisation", {one for one in ids if one}, _read_briefs)


async def _read_briefs(session: AsyncSession, ids: Collection[UUID]) -> Briefs:
    return {key: organisation_brief(row) for key, row in (await rows.organisations_by_id(session, ids)).items()}


def named(names: Mapping[UUID, Name], organisation_id: UUID | None) -> Name | None:
    """The organisation as answers name it; None where none is stored, or none is known."""
    return names.get(organisation_id) if organisation_id else None


async def referenced(
    session: AsyncSession, references: Mapping[str, str], *, hold: bool = False
) -> dict[str, Organisation]:
    """The organisations that a request names, by the JSON Pointer of the field, or the parameter.

    With `hold` none of them ends before the transaction does: for a request that writes one of them into a row.
    Raises ReferenceUnknown with every field that names an organisation which is not known.
    """
    return require_known(references, await known_organisations(session, set(references.values()), hold=hold))


def require_known(references: Mapping[str, str], named: Mapping[str, Organisation]) -> dict[str, Organisation]:
    """As `referenced`, of organisations that were found before, by reference."""
    unknown = [where for where, reference in references.items() if reference not in named]
    if unknown:
        raise ReferenceUnknown(
            "An organisation is named that is not known; find it with GET /organisations?q=.",
            errors=[unknown_reference(where, "organisation") for where in unknown],
        )
    return {where: named[reference] for where, reference in references.items()}


async def named_organisations(session: AsyncSession, references: Collection[str]) -> dict[str, UUID]:
    """The identifiers of the organisations that these references name; unknown ones are left out."""
    known = await known_organisations(session, references) if references else {}
    return {reference: organisation.organisation_id for reference, organisation in known.items()}


async def known_organisations(
    session: AsyncSession, references: Collection[str], *, hold: bool = False
) -> dict[str, Organisation]:
    """The organisations that these references name, by the reference, with one statement; unknown ones are left out.

    With `hold` none of them ends before the transaction does; references that are not known cost a second statement.
    """
    wanted = {reference: as_reference(reference) for reference in references}
    known = await _known(session, wanted, hold=hold)
    if hold and len(known) < len(wanted):
        # A code went to the successor while the end of its body was waited for: this statement sees it there.
        known |= await _known(session, {text: wanted[text] for text in wanted.keys() - known.keys()}, hold=True)
    return known


async def _known(session: AsyncSession, wanted: Mapping[str, UUID | str], *, hold: bool) -> dict[str, Organisation]:
    found = await rows.find_organisations(
        session,
        {reference for reference in wanted.values() if isinstance(reference, UUID)},
        {reference for reference in wanted.values() if isinstance(reference, str)},
        hold=hold,
    )
    named: dict[UUID | str, Organisation] = {}
    for row in found:
        named |= dict.fromkeys((row.organisation_id, *row.codes), row)
    return {text: named[reference] for text, reference in wanted.items() if reference in named}


async def hold(session: AsyncSession, *references: str | UUID | None) -> None:
    """None of these organisations ends before the transaction does; what it writes of them is found by their end.

    Several are held in one order, as the end of one locks them: so no two transactions deadlock.
    """
    await known_organisations(session, {str(one) for one in references if one is not None}, hold=True)


async def list_former(session: AsyncSession, organisation_id: UUID) -> Sequence[UUID]:
    """A body with those whose work it has since they ended."""
    return await rows.list_former(session, organisation_id)


def family(organisation_id: UUID) -> Family:
    """A body with those whose work it has since they ended, and those that have its own, as a subquery."""
    return rows.family(organisation_id)


async def level_of(session: AsyncSession, organisation_id: UUID) -> str | None:
    """The level at which an organisation acts: a department at that of its nearest ancestor which is none."""
    return await rows.level_of(session, organisation_id)


async def has_below(session: AsyncSession, organisation_id: UUID) -> bool:
    """Whether an organisation that has not ended stands directly below this one."""
    return await rows.has_below(session, organisation_id)


async def is_within(session: AsyncSession, organisation_id: UUID, above_id: UUID) -> bool:
    """Whether the organisation stands at or below `above_id`."""
    return await rows.is_within(session, organisation_id, above_id)


async def is_led_by(session: AsyncSession, organisation_id: UUID, above_id: UUID) -> bool:
    """As `is_within`, for what `above_id` decides: a body that was merged or closed decides nothing below it."""
    return await rows.is_within(session, organisation_id, above_id, standing=True)


async def lock_organisations(ctx: Context, organisation_id: UUID, others: Collection[UUID], expect: Expect) -> Locked:
    """The organisation and others, with their rows locked; raises OrganisationNotFound, then what `expect` raises.

    One decision on the tree at a time: two that move other bodies could close a ring together.
    """
    await wait_to_create(ctx.session, _TREE)
    found = await rows.lock_organisations(ctx.session, {organisation_id, *others})
    if organisation_id not in found:
        raise OrganisationNotFound(_NOT_THERE)
    expect(found[organisation_id])
    return found[organisation_id], found


async def register(ctx: Context, fields: Mapping[str, Any], basis: "Basis") -> tuple[Organisation, bool]:
    """Register an organisation with a code that none has or had; True when it is new.

    The same one again changes nothing. Raises AlreadyRegistered for a code that means another one.
    """
    code = fields["code"]
    organisation_id = stable_id("organisation", code)
    await wait_to_create(ctx.session, organisation_id)
    known = await rows.find_organisation(ctx.session, code)
    if known is not None:
        if all(getattr(known, name) == value for name, value in fields.items()):
            return known, False
        raise AlreadyRegistered("Another organisation has or had this code.", f"{PREFIX}/organisations/{code}")
    name, kind, english = fields["name_vi"], fields["type"], fields["name_en"] or ""
    day = civil_date(basis.occurred_at)
    body = Organisation(
        organisation_id=organisation_id,
        codes=[code],
        predecessors=[],
        name_folded=fold(f"{name} {english}"),
        search_text=search_text([(name, kind), (english, "")]),
        valid_from=day,
        decided_at=basis.occurred_at,
        version=0,
        **fields,
    )
    ctx.session.add(body)
    await record(ctx, body, Change("registered", {}), basis.occurred_at, ORGANISATION, reason=basis.reason)
    period = OrganisationPeriod(valid_from=day, valid_to=None, name_vi=name, type=kind, legal_basis=basis.legal_basis)
    period.organisation_id = organisation_id
    ctx.session.add(period)
    await ctx.session.flush()
    return body, True


async def end(
    ctx: Context,
    body: Organisation,
    how: Ended,
    successor: Organisation | None,
    basis: "Basis",
) -> None:
    """Merge a locked organisation into another one that is locked, or close it.

    Raises TransitionNotAllowed for one that has ended, SuccessorImpossible.
    """
    state, day = organisation_state(body), civil_date(basis.occurred_at)
    lifecycle.require_standing(state)
    if successor is not None:
        below = await list_subtree(ctx.session, body.organisation_id)
        lifecycle.check_successor(state, organisation_state(successor), below, POINTERS[how])
    if successor is not None:
        # First: no reader finds a code that nothing has.
        taken = lifecycle.take_over(organisation_state(successor), state, day, basis.legal_basis)
        successor.search_text, successor.decided_at = united(successor.search_text, body.search_text), basis.occurred_at
        await record(ctx, successor, taken, basis.occurred_at, ORGANISATION, reason=basis.reason)
    change = lifecycle.end(state, how, None if successor is None else successor.organisation_id, day)
    for period in await rows.organisation_periods(ctx.session, body.organisation_id):
        period.valid_to = min(period.valid_to or day, max(day, period.valid_from))
    body.decided_at = basis.occurred_at
    await record(ctx, body, change, basis.occurred_at, ORGANISATION, reason=basis.reason)


async def upgrade(ctx: Context, body: Organisation, fields: Mapping[str, Any], basis: "Basis") -> None:
    """Change name, type, level or place of a locked organisation from now on; nothing where it is so already.

    Raises TransitionNotAllowed for one that has ended, or was changed on this day already.
    """
    lifecycle.require_standing(organisation_state(body))
    changed = {name: value for name, value in fields.items() if getattr(body, name) != value}
    if not changed:
        return
    day = civil_date(basis.occurred_at)
    periods = await rows.organisation_periods(ctx.session, body.organisation_id)
    if periods and periods[-1].valid_from >= day:
        raise TransitionNotAllowed("The organisation got its name on this day or later; it changes on a later day.")
    for period in periods[-1:]:
        period.valid_to = day
    named = {"name_vi": body.name_vi, "type": body.type} | changed
    kept = {name: named[name] for name in ("name_vi", "type")}
    ctx.session.add(
        OrganisationPeriod(
            organisation_id=body.organisation_id, valid_from=day, valid_to=None, legal_basis=basis.legal_basis, **kept
        )
    )
    english = changed.get("name_en", body.name_en) or ""
    body.name_folded = fold(f"{kept['name_vi']} {english}")
    spellings = search_text([(kept["name_vi"], kept["type"]), (english, "")])
    body.search_text, body.decided_at = united(body.search_text, spellings), basis.occurred_at
    await record(ctx, body, Change("upgraded", changed), basis.occurred_at, ORGANISATION, reason=basis.reason)


async def refuse_ended(session: AsyncSession, named: Mapping[str, Organisation], kept: Collection[UUID | None]) -> None:
    """Raises OrganisationEnded where a request newly gives something to one that was merged or closed.

    `named` are the organisations of the request by the field; those in `kept` have their part already.
    """
    ended = {where: one for where, one in named.items() if one.ended and one.organisation_id not in kept}
    if not ended:
        return
    successors = await briefs(session, [one.successor_id for one in ended.values()])
    told = {where: _told(one, successors) for where, one in ended.items()}
    raise OrganisationEnded(
        " ".join(dict.fromkeys(told.values())),
        errors=[{"pointer": where, "code": "organisation-ended", "detail": detail} for where, detail in told.items()],
    )


async def successors(session: AsyncSession, ids: Collection[UUID | None]) -> dict[UUID, UUID]:
    """Of those among these organisations that have ended, the one that has their work now: the last of a chain.

    None of these, nor of the others, ends before the transaction does: what is written of them is found by their end.
    """
    found: dict[UUID, UUID] = {}
    for body in (await rows.hold_organisations(session, {one for one in ids if one})).values():
        last = body
        while last.successor_id is not None:
            last = (await rows.hold_organisations(session, [last.successor_id]))[last.successor_id]
        if last is not body:
            found[body.organisation_id] = last.organisation_id
    return found


async def of_former(session: AsyncSession, own: UUID | None, refusal: OrganisationNotAllowed) -> OrganisationNotAllowed:
    """The refusal; where the caller's organisation was merged or closed it names the one that took its place."""
    told = await end_of(session, own)
    return refusal if told is None else OrganisationNotAllowed(f"{refusal.detail} {told}")


async def end_of(session: AsyncSession, organisation_id: UUID | None) -> str | None:
    """A sentence on the end of an organisation, with the one that took its place; None for one that is there."""
    body = None if organisation_id is None else await rows.find_organisation(session, organisation_id)
    if body is None or body.ended is None:
        return None
    return _told(body, await briefs(session, [body.successor_id]))


def _told(body: Organisation, successors: Briefs) -> str:
    successor = named(successors, body.successor_id)
    went = "" if successor is None else f"; its work is that of {successor.code} ({successor.name_vi}) since then"
    return f"{body.code} ({body.name_vi}) was {body.ended} on {body.valid_to}{went}."


@dataclass(frozen=True, slots=True)
class Basis:
    """By what an organisation is changed: when, why, and by which document."""

    occurred_at: datetime
    reason: str
    document: str | None

    @property
    def legal_basis(self) -> str:
        """What is shown beside its names."""
        return self.document or self.reason
