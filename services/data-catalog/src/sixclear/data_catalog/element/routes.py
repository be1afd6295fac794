"""Elements over HTTP: the dictionary for everyone, drafts for those who keep and approve it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from sixclear.common.bulk.errors import BulkRefused, BulkTooLarge
from sixclear.common.bulk.files import Atomic, DryRun
from sixclear.common.bulk.incoming import FileRoute, take_file
from sixclear.common.change import TransitionNotAllowed
from sixclear.common.errors import UnsupportedMediaType
from sixclear.common.use_case import (
    Context,
    FactBehindLastChange,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
    ReferenceUnknown,
)
from sixclear.common.web.etags import StaleVersion, not_modified
from sixclear.common.web.media_types import accepts
from sixclear.common.web.openapi import LOCATED, TAGGED, lines_of
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.references import Reference
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup, Words
from sixclear.common.web.use_cases import ContextDep, ExpectDep, locate, tag
from sixclear.data_catalog.approval import access
from sixclear.data_catalog.approval.errors import ApprovalByAuthor, VersionNotFound
from sixclear.data_catalog.approval.responses import public_tag
from sixclear.data_catalog.approval.schemas import ApproveStep, KeptStatus, KeptVersionView, WithdrawStep
from sixclear.data_catalog.code_list.errors import CodeListNotInForce
from sixclear.data_catalog.element import responses, service
from sixclear.data_catalog.element.bulk import FILES
from sixclear.data_catalog.element.errors import ElementNotFound
from sixclear.data_catalog.element.models import Element
from sixclear.data_catalog.element.odcs import property_of, written
from sixclear.data_catalog.element.repository import ElementFilter
from sixclear.data_catalog.element.schemas import (
    Domain,
    ElementBulkResult,
    ElementDescription,
    ElementItem,
    ElementSummary,
    Level,
    OdcsProperty,
    OwnElementSummary,
    OwnElementView,
)
from sixclear.data_catalog.fields import FOR_A_DAY, PREFIX
from sixclear.data_catalog.organisation import service as organisations

router = APIRouter(route_class=TransactionalRoute, tags=["elements"])
files = APIRouter(route_class=FileRoute, tags=["elements"])

PUBLIC = Depends(access.EVERYONE)
READ = Depends(access.READ)
KEEP = Depends(access.KEEP)
APPROVE = Depends(access.APPROVE)
VersionNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
_STEP = (ElementNotFound, TransitionNotAllowed, StaleVersion, FactsPastNotAllowed, FactBehindLastChange, FactInFuture)
_YAML: dict[int | str, dict[str, Any]] = {200: {"content": {"application/yaml": {"schema": {"type": "string"}}}}}
_TAGGED_YAML: dict[int | str, dict[str, Any]] = {200: TAGGED[200] | _YAML[200]}
_YAML_TYPES = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")
_FILE = (
    "One ElementItem in JSON a line, in UTF-8. Blank lines, a byte order mark and any ends of lines do no harm. A JSON "
    "array of items is taken too; with its byte order mark, UTF-16 is."
)


@router.get(
    "/elements", operation_id="listElements", dependencies=[PUBLIC], responses=problem_responses(ReferenceUnknown)
)
async def list_elements(
    ctx: ContextDep,
    domain: Domain | None = None,
    level: Level | None = None,
    personal: Annotated[bool | None, Query(description="Whether the values are personal data.")] = None,
    owner: Annotated[
        Reference | None, Query(description="Identifier or any code of the organisation that keeps the element.")
    ] = None,
    q: Annotated[Words | None, Query(description="Part of code, name or definition.")] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[ElementSummary]:
    """Approved elements of the shared dictionary in the order of their codes; diacritics in `q` do not matter."""
    narrow = ElementFilter(domain, level, personal, await organisations.meant(ctx, "owner", owner), q)
    context = f"elements {narrow!r}"
    counted, *after = decode_cursor(cursor, int, str, UUID, context=context) if cursor else (None,)
    rows = await service.list_elements(ctx, narrow, (after[0], after[1]) if after else None, limit + 1)
    if counted is None:
        counted = await service.count_elements(ctx, narrow)
    names = await organisations.briefs(ctx, [row.owner_organisation_id for row in rows])
    return page_of(
        rows,
        limit,
        item=lambda row: responses.element_summary(row, names),
        key=lambda row: (row.code, row.element_id),
        context=context,
        counted=counted,
    )


@router.get(
    "/elements/{code}",
    operation_id="getElement",
    response_model=OdcsProperty,
    dependencies=[PUBLIC],
    responses=_YAML
    | problem_responses(ElementNotFound)
    | {304: {"description": "The version in If-None-Match is current."}},
)
async def get_element(ctx: ContextDep, code: Lookup, request: Request) -> Response:
    """One element as a property of the Open Data Contract Standard 3.1, which contract tools fetch and inline.

    JSON, and YAML where `Accept` likes it better; any other `Accept` gets JSON.
    """
    element = await service.get_element(ctx, code)
    response = _negotiated(request, property_of(element), ctx.log.epoch, element.approved_number)
    if not_modified(request, response.headers["ETag"]):
        return Response(status_code=304, headers={name: response.headers[name] for name in ("ETag", "Vary")})
    return response


@router.get(
    "/elements/{code}/versions",
    operation_id="listElementVersions",
    dependencies=[PUBLIC],
    responses=problem_responses(ElementNotFound),
)
async def list_versions(
    ctx: ContextDep, code: Lookup, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[KeptVersionView]:
    """The versions of an element that were approved, the newest first, with who approved each and how it ended."""
    context = f"versions {code}"
    before = decode_cursor(cursor, int, context=context)[0] if cursor else None
    rows = await service.list_versions(ctx, code, before, limit + 1)
    names = await organisations.briefs(ctx, [row.approved_by_organisation_id for row in rows])
    return page_of(
        rows,
        limit,
        item=lambda row: responses.version_response(row, names),
        key=lambda row: (row.number,),
        context=context,
    )


@router.get(
    "/elements/{code}/versions/{number}",
    operation_id="getElementVersion",
    response_model=OdcsProperty,
    dependencies=[PUBLIC],
    responses=_TAGGED_YAML | problem_responses(VersionNotFound),
)
async def get_version(ctx: ContextDep, code: Lookup, number: VersionNumber, request: Request) -> Response:
    """One approved version of an element, in the same form. It never changes, and caches may keep it for a day."""
    element, version = await service.get_version(ctx, code, number)
    response = _negotiated(request, property_of(element, version), ctx.log.epoch, version.number)
    response.headers["Cache-Control"] = FOR_A_DAY
    return response


@router.get("/own/elements", operation_id="listOwnElements", dependencies=[READ])
async def list_own_elements(
    ctx: ContextDep,
    status: KeptStatus | None = None,
    drafts: Annotated[bool, Query(description="Only elements with a draft that waits for approval.")] = False,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[OwnElementSummary]:
    """The elements that your body keeps, drafts and restricted ones too; stewards read those of all bodies."""
    context = f"own elements {status} {drafts}"
    after = decode_cursor(cursor, str, UUID, context=context) if cursor else None
    place = (after[0], after[1]) if after else None
    rows, found = await service.list_own(ctx, status, drafts=drafts, after=place, limit=limit + 1)
    return page_of(
        rows,
        limit,
        item=lambda row: responses.own_summary(row, found.get(row.element_id)),
        key=lambda row: (row.code, row.element_id),
        context=context,
    )


@router.get(
    "/own/elements/{code}",
    operation_id="getOwnElement",
    dependencies=[READ],
    responses=TAGGED | problem_responses(ElementNotFound),
)
async def get_own_element(ctx: ContextDep, code: Lookup, response: Response) -> OwnElementView:
    """An element with its draft, for its owner, stewards and inspectors; a restricted one too."""
    element, draft = await service.get_own(ctx, code)
    tag(response, ctx.log, element)
    return responses.own_response(element, draft)


@router.post(
    "/elements",
    operation_id="putElement",
    dependencies=[KEEP],
    status_code=201,
    responses=LOCATED
    | problem_responses(ElementNotFound, ReferenceUnknown, OrganisationNotAllowed, StaleVersion)
    | {200: {"description": "The code was known: a draft is written, or it says so already.", "model": OwnElementView}},
)
async def put_element(
    ctx: ContextDep, description: ElementDescription, expect: ExpectDep, response: Response
) -> OwnElementView:
    """Register an element by its first draft; with a code that is known, write the draft of its next version (200).

    A draft is written again as a whole: what is left out is emptied. Nothing of it is public before its approval.
    """
    element, draft, created = await service.put_draft(ctx, description, expect)
    if created:
        locate(response, f"{PREFIX}/own/elements/{element.code}")
    else:
        response.status_code = 200
    tag(response, ctx.log, element)
    return responses.own_response(element, draft)


@files.post(
    "/elements/bulk",
    operation_id="putElementsInBulk",
    dependencies=[KEEP, Depends(FILES)],
    response_model=ElementBulkResult,
    responses=problem_responses(BulkTooLarge, BulkRefused, UnsupportedMediaType),
    openapi_extra=lines_of(ElementItem, _FILE),
)
async def put_in_bulk(ctx: ContextDep, request: Request, dry_run: DryRun = False, atomic: Atomic = False) -> Any:
    """Draft many elements: NDJSON, one item a line, a result per item; a refused item stops no other.

    At most 500 items and four megabytes a file. With `Accept: application/x-ndjson` the results come one a line.
    """
    return await take_file(ctx, request, FILES, dry_run=dry_run, atomic=atomic)


@router.post(
    "/elements/{code}/approve",
    operation_id="approveElement",
    dependencies=[APPROVE],
    responses=TAGGED | problem_responses(*_STEP, ApprovalByAuthor, CodeListNotInForce),
)
async def approve_element(
    ctx: ContextDep, code: Lookup, step: ApproveStep, expect: ExpectDep, response: Response
) -> OwnElementView:
    """Approve the draft of an element as you read it; another person than who wrote it.

    It supersedes the version before, and keeps the version of its code list that is in force.
    """
    return await _answer(ctx, await service.approve(ctx, code, step, expect), response)


@router.post(
    "/elements/{code}/withdraw",
    operation_id="withdrawElement",
    dependencies=[APPROVE],
    responses=TAGGED | problem_responses(*_STEP),
)
async def withdraw_element(
    ctx: ContextDep, code: Lookup, step: WithdrawStep, expect: ExpectDep, response: Response
) -> OwnElementView:
    """Withdraw the approved version of an element: it leaves the list, and its versions stay readable by number."""
    return await _answer(ctx, await service.withdraw(ctx, code, step, expect), response)


def _negotiated(request: Request, told: OdcsProperty, epoch: int, number: int | None) -> Response:
    """The property as `Accept` asks for it. JSON for all but YAML, never 406: tools send types of their own."""
    yaml = max(accepts(request, kind) for kind in _YAML_TYPES) > accepts(request, "application/json")
    # Two forms of one version are two answers to a cache.
    headers = {"ETag": public_tag(epoch, number, "yaml" if yaml else None), "Vary": "Accept"}
    return Response(written(told, yaml=yaml), 200, headers, "application/yaml" if yaml else "application/json")


async def _answer(ctx: Context, element: Element, response: Response) -> OwnElementView:
    tag(response, ctx.log, element)
    return responses.own_response(element, await service.draft_of(ctx, element))
