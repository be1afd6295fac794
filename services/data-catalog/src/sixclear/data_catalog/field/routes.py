"""Fields of entries over HTTP, and who holds an element."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from sixclear.common.use_case import Context, FactInFuture, OrganisationNotAllowed, ReferenceUnknown
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.data_catalog.element.errors import ElementNotFound
from sixclear.data_catalog.entry import access as entry_access
from sixclear.data_catalog.entry.access import reader_of
from sixclear.data_catalog.entry.errors import EntryNotFound
from sixclear.data_catalog.entry.reading import worded
from sixclear.data_catalog.field import access, responses, service
from sixclear.data_catalog.field.errors import CopyOfItself, FieldDecisionByOwner, FieldNotFound, FieldsFull
from sixclear.data_catalog.field.repository import FieldFilter, Told
from sixclear.data_catalog.field.schemas import (
    ElementUse,
    FieldDecision,
    FieldRemoval,
    FieldsDescription,
    FieldsResult,
    FieldView,
    Role,
    Standing,
)
from sixclear.data_catalog.organisation import service as organisations

router = APIRouter(route_class=TransactionalRoute, tags=["fields"])

PUBLIC = Depends(entry_access.PUBLIC)
READ = Depends(entry_access.READ)
DESCRIBE = Depends(access.DESCRIBE)
DECIDE = Depends(access.DECIDE)


@router.get(
    "/own/entries/{entry_id}/fields",
    operation_id="listOwnEntryFields",
    dependencies=[READ],
    responses=problem_responses(EntryNotFound),
)
@router.get(
    "/entries/{entry_id}/fields",
    operation_id="listEntryFields",
    dependencies=[PUBLIC],
    responses=problem_responses(EntryNotFound),
)
async def list_fields(
    ctx: ContextDep, entry_id: UUID, role: Role | None = None, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[FieldView]:
    """The fields of an entry in the order of their names, each with its element, its role and what was decided on it.

    Below `/own` also those that are not `public`, as far as the caller may know of them.
    """
    narrow, reader = FieldFilter(entry_id=entry_id, role=role), await reader_of(ctx)
    context = f"fields {narrow!r} {worded(reader)}"
    counted, *after = decode_cursor(cursor, int, str, UUID, context=context) if cursor else (None,)
    rows, entries = await service.list_fields(ctx, narrow, (after[0], after[1]) if after else None, limit + 1)
    if counted is None:
        counted = await service.count(ctx, narrow)
    names = await _names(ctx, rows)
    return page_of(
        rows,
        limit,
        item=lambda row: responses.field_response(row, entries, names, inside=reader.inside or reader.everything),
        key=lambda row: (row.field.name, row.field.field_id),
        context=context,
        counted=counted,
    )


@router.post(
    "/entries/{entry_id}/fields",
    operation_id="putEntryFields",
    dependencies=[DESCRIBE],
    responses=problem_responses(
        EntryNotFound, OrganisationNotAllowed, ReferenceUnknown, CopyOfItself, FactInFuture, FieldsFull
    ),
)
async def put_fields(ctx: ContextDep, entry_id: UUID, described: FieldsDescription) -> FieldsResult:
    """Enter fields of an entry, or describe them again by their names: all of the request, or none.

    A field is described as a whole: what is left out is emptied, except `classification`. Another element, role,
    coverage or source is a new declaration: what was decided on the one before counts no more. A dispute stays while
    element and role stay.
    """
    taken = await service.put_fields(ctx, entry_id, described)
    entries, names = await service.entries_of(ctx, taken.told), await _names(ctx, taken.told)
    return FieldsResult(
        fields_of=entry_id,
        added=taken.added,
        changed=taken.changed,
        unchanged=len(taken.told) - taken.added - taken.changed,
        items=[responses.field_response(told, entries, names) for told in taken.told],
    )


@router.post(
    "/entries/{entry_id}/fields/{field_id}/remove",
    operation_id="removeEntryField",
    dependencies=[DESCRIBE],
    status_code=204,
    responses=problem_responses(EntryNotFound, FieldNotFound, OrganisationNotAllowed),
)
async def remove_field(ctx: ContextDep, entry_id: UUID, field_id: UUID, step: FieldRemoval) -> Response:
    """Take a field out of an entry. That it was there, and until when, is kept."""
    await service.remove_field(ctx, entry_id, field_id)
    return Response(status_code=204)


@router.post(
    "/entries/{entry_id}/fields/{field_id}/decide",
    operation_id="decideOnField",
    dependencies=[DECIDE],
    responses=problem_responses(
        EntryNotFound, FieldNotFound, OrganisationNotAllowed, FieldDecisionByOwner, StaleVersion
    ),
)
async def decide(
    ctx: ContextDep, entry_id: UUID, field_id: UUID, decision: FieldDecision, expect: ExpectDep, response: Response
) -> FieldView:
    """Confirm the role of a field, with the law, or dispute it, with the reason; a disputed field counts as none.

    Who keeps the element decides, or the data steward; never the owner of the entry.
    """
    told = await service.decide(ctx, entry_id, field_id, decision, expect)
    tag(response, ctx.log, told.field)
    return responses.field_response(told, await service.entries_of(ctx, [told]), await _names(ctx, [told]))


@router.get(
    "/elements/{code}/uses",
    operation_id="listElementUses",
    dependencies=[PUBLIC],
    responses=problem_responses(ElementNotFound),
)
async def list_uses(
    ctx: ContextDep,
    code: Lookup,
    role: Role | None = None,
    standing: Standing | None = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[ElementUse]:
    """Who is the master of an element, who keeps a copy, who collects it again: fields by the codes of their entries.

    `role=master` lists the masters with what each covers and the service that gives it.
    """
    element = await service.element_for_everyone(ctx, code)
    return await _uses(ctx, FieldFilter(element_id=element, role=role, standing=standing), cursor, limit)


@router.get(
    "/own/elements/{code}/uses",
    operation_id="listOwnElementUses",
    dependencies=[READ],
    responses=problem_responses(ElementNotFound),
)
async def list_own_uses(
    ctx: ContextDep,
    code: Lookup,
    role: Role | None = None,
    standing: Standing | None = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[ElementUse]:
    """As the public list, with the fields that bodies may know of; a restricted element for those who read it."""
    element = await service.element_for_caller(ctx, code)
    return await _uses(ctx, FieldFilter(element_id=element, role=role, standing=standing), cursor, limit)


async def _uses(ctx: Context, narrow: FieldFilter, cursor: str | None, limit: int) -> Page[ElementUse]:
    reader = await reader_of(ctx)
    context = f"uses {narrow!r} {worded(reader)}"
    counted, *after = decode_cursor(cursor, int, str, UUID, context=context) if cursor else (None,)
    rows, entries = await service.list_uses(ctx, narrow, (after[0], after[1]) if after else None, limit + 1)
    if counted is None:
        counted = await service.count(ctx, narrow)
    names = await _names(ctx, rows)
    return page_of(
        rows,
        limit,
        item=lambda row: responses.use_response(row, entries, names, inside=reader.inside or reader.everything),
        key=lambda row: (row.entry.code, row.field.field_id),
        context=context,
        counted=counted,
    )


async def _names(ctx: Context, rows: Sequence[Told]) -> organisations.Briefs:
    return await organisations.briefs(ctx, [row.field.decided_by_organisation_id for row in rows])
