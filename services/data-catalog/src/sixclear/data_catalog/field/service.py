"""Fields of entries: described by the owner, decided on by who keeps the element, read by who may know of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from sixclear.common.ids import stable_id
from sixclear.common.keys import folded_key
from sixclear.common.use_case import Context, Expect, ReferenceUnknown, told_time, unknown_reference
from sixclear.common.web.etags import StaleVersion
from sixclear.data_catalog.element import service as elements
from sixclear.data_catalog.element.errors import ElementNotFound
from sixclear.data_catalog.element.models import Element
from sixclear.data_catalog.entry import service as entries
from sixclear.data_catalog.entry.access import reader_of, reads_whole, require_owner_or_steward
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.entry.reading import PUBLIC, RESTRICTED, STATE
from sixclear.data_catalog.field import lifecycle, repository
from sixclear.data_catalog.field.access import require_decider
from sixclear.data_catalog.field.errors import CopyOfItself, FieldNotFound, FieldsFull
from sixclear.data_catalog.field.models import Field, FieldPast
from sixclear.data_catalog.field.repository import FieldFilter, Told
from sixclear.data_catalog.field.schemas import FieldDecision, FieldDescription, FieldsDescription
from sixclear.data_catalog.organisation import service as organisations

MOST_FIELDS = 5_000
_NOT_COLUMNS = {"element", "territories", "legal_basis"}
_OF_FIELD = {*lifecycle.LINK, *lifecycle.FORM, *lifecycle.BASIS, *lifecycle.PLAIN, *lifecycle.GROUNDS, "removed_at"}
# What is kept of a field as it counted before.
_PAST = ("element_id", "role", "source_entry_id", *lifecycle.GROUNDS, "decided_by_organisation_id")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the fields of a request, in its order."""

    entry: Entry
    told: Sequence[Told]
    added: int
    changed: int


async def list_fields(
    ctx: Context, narrow: FieldFilter, after: tuple[str, UUID] | None, limit: int
) -> tuple[Sequence[Told], Mapping[UUID, Entry]]:
    """Fields of an entry by their names, and the entries that they name; raises EntryNotFound."""
    assert narrow.entry_id is not None
    await entries.get_entry(ctx, narrow.entry_id)
    reader = await reader_of(ctx)
    found = await repository.list_fields(ctx.session, reader, narrow, after=after, limit=limit)
    return found, await entries_of(ctx, found)


async def list_uses(
    ctx: Context, narrow: FieldFilter, after: tuple[str, UUID] | None, limit: int
) -> tuple[Sequence[Told], Mapping[UUID, Entry]]:
    """Fields that hold an element by the codes of their entries, and the entries that they name."""
    reader = await reader_of(ctx)
    found = await repository.list_uses(ctx.session, reader, narrow, after=after, limit=limit)
    return found, await entries_of(ctx, found)


async def element_for_everyone(ctx: Context, code: str) -> UUID:
    """The identifier of an approved public element; raises ElementNotFound."""
    return (await elements.get_element(ctx, code)).element_id


async def element_for_caller(ctx: Context, code: str) -> UUID:
    """The identifier of an element of which the caller may know, restricted ones and drafts too."""
    found = await elements.known(ctx, [code])
    if not found:
        raise ElementNotFound("No element that you may read has this code.")
    return next(iter(found.values())).element_id


async def count(ctx: Context, narrow: FieldFilter) -> int:
    """How many fields the caller's list has, as `count_up_to` says it."""
    return await repository.count_fields(ctx.session, await reader_of(ctx), narrow)


async def entries_of(ctx: Context, found: Sequence[Told]) -> Mapping[UUID, Entry]:
    """The entries that these fields name as source or service, as far as the caller may know of them."""
    named = {one for told in found for one in (told.field.source_entry_id, told.field.service_entry_id) if one}
    return await repository.entries_named(ctx.session, await reader_of(ctx), named)


async def get_field(ctx: Context, entry_id: UUID, field_id: UUID) -> Told:
    """A field of an entry; raises EntryNotFound and FieldNotFound."""
    await entries.get_entry(ctx, entry_id)
    told = await repository.find_told(ctx.session, await reader_of(ctx), entry_id, field_id)
    if told is None:
        raise FieldNotFound("List the fields of the entry.")
    return told


async def put_fields(ctx: Context, entry_id: UUID, described: FieldsDescription) -> Taken:
    """Enter fields or describe them again, all or none; what says the same again changes nothing.

    Raises EntryNotFound, OrganisationNotAllowed, ReferenceUnknown, CopyOfItself, FactInFuture and FieldsFull.
    """
    entry = await entries.get_entry(ctx, entry_id, lock=True)
    require_owner_or_steward(ctx, entry.owner_organisation_id, "describe fields of another organisation")
    resolved = await _resolved(ctx, described.fields)
    ids = [_field_id(entry_id, one.name) for one in described.fields]
    if len(set(ids)) < len(ids):
        raise ReferenceUnknown("Two fields of the request have one name.", errors=_twice(ids))
    known = await repository.all_of(ctx.session, entry_id, ids)
    closed = await repository.closed_elements(ctx.session, {row.element_id for row in known.values() if row.element_id})
    rows, added, changed = [], 0, 0
    for field_id, one in zip(ids, described.fields, strict=True):
        row = known.get(field_id)
        step = lifecycle.describe(None if row is None else _state(row), resolved.columns(ctx, entry, one), ctx.now)
        if row is None:
            row = Field(field_id=field_id, entry_id=entry_id, version=0)
            added += 1
        else:
            changed += step is not None
        _apply(ctx, entry, row, step, is_hidden=row.element_id in closed)
        rows.append(row)
    await ctx.session.flush()
    if added and await repository.count_of(ctx.session, entry_id) > MOST_FIELDS:
        raise FieldsFull("Remove fields before you enter others.")
    by_id = {element.element_id: element for element in resolved.elements.values()}
    told = [Told(row, entry, by_id.get(row.element_id) if row.element_id else None) for row in rows]
    return Taken(entry, told, added, changed)


async def remove_field(ctx: Context, entry_id: UUID, field_id: UUID) -> None:
    """Take a field out of an entry; what it was is kept. Raises EntryNotFound, FieldNotFound."""
    entry = await entries.get_entry(ctx, entry_id, lock=True)
    require_owner_or_steward(ctx, entry.owner_organisation_id, "remove fields of another organisation")
    told = await get_field(ctx, entry_id, field_id)
    row = told.field
    step = lifecycle.Step({"removed_at": ctx.now}, leaves=lifecycle.counts(_state(row)))
    _apply(ctx, entry, row, step, is_hidden=_hidden(told.element))
    await ctx.session.flush()


async def decide(ctx: Context, entry_id: UUID, field_id: UUID, decision: FieldDecision, expect: Expect) -> Told:
    """Confirm or dispute the role of a field. Raises FieldNotFound, StaleVersion and what `require_decider` raises."""
    await entries.get_entry(ctx, entry_id, lock=True)
    told = await get_field(ctx, entry_id, field_id)
    if told.element is None:
        raise FieldNotFound("The field has no element, so there is no role to decide on.")
    own = require_decider(ctx, told.element.owner_organisation_id, told.entry.owner_organisation_id)
    row = told.field
    expect(row)
    if decision.version != row.version:
        raise StaleVersion("The field was changed since. Read it, then decide.")
    decided = {
        "standing": decision.standing,
        "decided_by_organisation_id": own,
        "decision_basis": None if decision.legal_basis is None else decision.legal_basis.model_dump(mode="json"),
        "decision_reason": decision.reason,
    }
    step = lifecycle.decide(_state(row), decided, ctx.now)
    _apply(ctx, told.entry, row, step, is_hidden=_hidden(told.element))
    await ctx.session.flush()
    return told


async def still_readable(ctx: Context, answer: bytes) -> bytes:
    """What the caller may read now of an answer that was kept for it, of fields and of what is below them."""
    told: Any = orjson.loads(answer) if answer else None
    if isinstance(told, dict) and "fields_of" in told:
        entry = await entries.get_entry(ctx, UUID(told["fields_of"]))
        if not reads_whole(await reader_of(ctx), entry):
            raise FieldNotFound("You may not read these fields any more.")
        return answer
    if isinstance(told, dict) and "field_id" in told:
        await get_field(ctx, UUID(told["entry_id"]), UUID(told["field_id"]))
        return answer
    return await elements.still_readable(ctx, answer)


@dataclass(frozen=True, slots=True)
class _Resolved:
    """What the fields of a request name."""

    elements: Mapping[str, Element]
    territories: Mapping[str, UUID]

    def columns(self, ctx: Context, entry: Entry, one: FieldDescription) -> dict[str, Any]:
        plain = one.model_dump(exclude=_NOT_COLUMNS)
        if one.synchronised_at is not None:
            plain["synchronised_at"] = told_time(one.synchronised_at, ctx.now, "synchronised_at")
        if one.source_entry_id == entry.entry_id:
            raise CopyOfItself("Name another entry as the source.")
        return plain | {
            "element_id": None if one.element is None else self.elements[folded_key(one.element)].element_id,
            "territories": sorted({self.territories[reference] for reference in one.territories}),
            "legal_basis": one.legal_basis and one.legal_basis.model_dump(mode="json"),
        }


async def _resolved(ctx: Context, fields: Sequence[FieldDescription]) -> _Resolved:
    """What the fields name, with a few statements; raises ReferenceUnknown at each that the caller may not know of."""
    found = await elements.known(ctx, {one.element for one in fields if one.element})
    named = {one for field in fields for one in (field.source_entry_id, field.service_entry_id) if one is not None}
    seen = await repository.entries_named(ctx.session, await reader_of(ctx), named)
    unknown = []
    for index, field in enumerate(fields):
        if field.element is not None and folded_key(field.element) not in found:
            unknown.append(unknown_reference(f"#/fields/{index}/element", "element"))
        unknown += [
            unknown_reference(f"#/fields/{index}/{name}", "entry")
            for name in ("source_entry_id", "service_entry_id")
            if getattr(field, name) is not None and getattr(field, name) not in seen
        ]
        service = seen.get(field.service_entry_id) if field.service_entry_id else None
        if service is not None and service.kind != "data_service":
            unknown.append(unknown_reference(f"#/fields/{index}/service_entry_id", "data-service"))
    if unknown:
        raise ReferenceUnknown(errors=unknown)
    return _Resolved(found, await _territories(ctx, fields))


async def _territories(ctx: Context, fields: Sequence[FieldDescription]) -> Mapping[str, UUID]:
    places: dict[str, str] = {}
    for index, field in enumerate(fields):
        for place, reference in enumerate(field.territories):
            places.setdefault(reference, f"#/fields/{index}/territories/{place}")
    asked = {place: reference for reference, place in places.items()}
    found = await organisations.referenced(ctx, asked) if asked else {}
    return {reference: found[place] for reference, place in places.items()}


def _hidden(element: Element | None) -> bool:
    return element is not None and (element.restricted or element.status == "draft")


def _apply(ctx: Context, entry: Entry, row: Field, step: lifecycle.Step | None, *, is_hidden: bool) -> None:
    """Take a step; `is_hidden`: not everyone may know of the element that the field held before it."""
    if step is None:
        return
    if step.leaves:
        past = FieldPast(field_id=row.field_id, version=row.version, until=ctx.now)
        for name in _PAST:
            setattr(past, name, getattr(row, name))
        told = {RESTRICTED} if is_hidden else {entry.classification, row.classification}
        past.is_public, past.is_state = told == {PUBLIC}, told <= {PUBLIC, STATE}
        ctx.session.add(past)
    for name, value in step.columns.items():
        setattr(row, name, value)
    row.version, row.recorded_at = row.version + 1, ctx.now
    ctx.session.add(row)


def _state(row: Field) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _OF_FIELD}


def _field_id(entry_id: UUID, name: str) -> UUID:
    return stable_id("field", str(entry_id), folded_key(name))


def _twice(ids: Collection[UUID]) -> list[dict[str, str]]:
    seen: set[UUID] = set()
    errors = []
    for index, one in enumerate(ids):
        if one in seen:
            errors.append({"pointer": f"#/fields/{index}/name", "code": "name-twice", "detail": "Name it once."})
        seen.add(one)
    return errors
