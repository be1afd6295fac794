"""Code lists over HTTP: approved ones for everyone, drafts for those who keep and approve them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import (
    FactBehindLastChange,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
    ReferenceUnknown,
)
from sixclear.common.web.etags import StaleVersion, not_modified
from sixclear.common.web.openapi import LOCATED, TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup
from sixclear.common.web.use_cases import ContextDep, ExpectDep, locate, tag
from sixclear.data_catalog.approval import access
from sixclear.data_catalog.approval.errors import ApprovalByAuthor, VersionNotFound
from sixclear.data_catalog.approval.responses import public_tag
from sixclear.data_catalog.approval.schemas import ApproveStep, WithdrawStep
from sixclear.data_catalog.code_list import responses, service
from sixclear.data_catalog.code_list.errors import CodeListNotFound
from sixclear.data_catalog.code_list.schemas import (
    CodeListDescription,
    CodeListSummary,
    CodeListVersionView,
    CodeListView,
    OwnCodeListView,
)
from sixclear.data_catalog.fields import FOR_A_DAY, PREFIX
from sixclear.data_catalog.organisation import service as organisations

router = APIRouter(route_class=TransactionalRoute, tags=["code lists"])

PUBLIC = Depends(access.EVERYONE)
READ = Depends(access.READ)
KEEP = Depends(access.KEEP)
APPROVE = Depends(access.APPROVE)
VersionNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
_STEP = (CodeListNotFound, TransitionNotAllowed, StaleVersion, FactsPastNotAllowed, FactBehindLastChange, FactInFuture)


@router.get("/code-lists", operation_id="listCodeLists", dependencies=[PUBLIC])
async def list_code_lists(ctx: ContextDep, cursor: CursorParam = None, limit: LimitParam = 50) -> Page[CodeListSummary]:
    """Approved code lists in the order of their codes."""
    context = "code lists"
    after = decode_cursor(cursor, str, UUID, context=context) if cursor else None
    rows = await service.list_code_lists(ctx, (after[0], after[1]) if after else None, limit + 1)
    names = await organisations.briefs(ctx, [row.owner_organisation_id for row in rows])
    return page_of(
        rows,
        limit,
        item=lambda row: responses.code_list_summary(row, ctx.now, names),
        key=lambda row: (row.code, row.code_list_id),
        context=context,
    )


@router.get(
    "/code-lists/{code}",
    operation_id="getCodeList",
    response_model=CodeListView,
    dependencies=[PUBLIC],
    responses=problem_responses(CodeListNotFound) | {304: {"description": "The version in If-None-Match is current."}},
)
async def get_code_list(ctx: ContextDep, code: Lookup, request: Request, response: Response) -> Response | CodeListView:
    """The approved version of a code list, with its values."""
    row = await service.get_code_list(ctx, code)
    names = await organisations.briefs(ctx, [row.owner_organisation_id])
    shown = responses.code_list_response(row, ctx.now, names)
    passed = ("expired" if shown.expired else "") + organisations.told_of_owner(shown.owner)
    version = response.headers["ETag"] = public_tag(ctx.log.epoch, row.approved_number, passed)
    if not_modified(request, version):
        return Response(status_code=304, headers={"ETag": version})
    return shown


@router.get(
    "/code-lists/{code}/versions/{number}",
    operation_id="getCodeListVersion",
    response_model=CodeListVersionView,
    dependencies=[PUBLIC],
    responses=TAGGED | problem_responses(VersionNotFound),
)
async def get_version(ctx: ContextDep, code: Lookup, number: VersionNumber, response: Response) -> CodeListVersionView:
    """One approved version of a code list. It never changes, and caches may keep it."""
    row, version = await service.get_version(ctx, code, number)
    response.headers["ETag"] = public_tag(ctx.log.epoch, version.number)
    response.headers["Cache-Control"] = FOR_A_DAY
    return responses.version_response(row, version)


@router.get(
    "/own/code-lists/{code}",
    operation_id="getOwnCodeList",
    dependencies=[READ],
    responses=TAGGED | problem_responses(CodeListNotFound),
)
async def get_own_code_list(ctx: ContextDep, code: Lookup, response: Response) -> OwnCodeListView:
    """A code list with its draft, for its owner, stewards and inspectors."""
    row, draft = await service.get_own(ctx, code)
    tag(response, ctx.log, row)
    return responses.own_response(row, draft)


@router.post(
    "/code-lists",
    operation_id="putCodeList",
    dependencies=[KEEP],
    status_code=201,
    responses=LOCATED
    | problem_responses(CodeListNotFound, ReferenceUnknown, OrganisationNotAllowed, StaleVersion)
    | {
        200: {"description": "The code was known: a draft is written, or it says so already.", "model": OwnCodeListView}
    },
)
async def put_code_list(
    ctx: ContextDep, description: CodeListDescription, expect: ExpectDep, response: Response
) -> OwnCodeListView:
    """Register a code list by its first draft; with a code that is known, write the draft of its next version (200)."""
    row, draft, created = await service.put_draft(ctx, description, expect)
    if created:
        locate(response, f"{PREFIX}/own/code-lists/{row.code}")
    else:
        response.status_code = 200
    tag(response, ctx.log, row)
    return responses.own_response(row, draft)


@router.post(
    "/code-lists/{code}/approve",
    operation_id="approveCodeList",
    dependencies=[APPROVE],
    responses=TAGGED | problem_responses(*_STEP, ApprovalByAuthor),
)
async def approve_code_list(
    ctx: ContextDep, code: Lookup, step: ApproveStep, expect: ExpectDep, response: Response
) -> OwnCodeListView:
    """Approve the draft of a code list as you read it; another person than who wrote it."""
    row = await service.approve(ctx, code, step, expect)
    tag(response, ctx.log, row)
    return responses.own_response(row, None)


@router.post(
    "/code-lists/{code}/withdraw",
    operation_id="withdrawCodeList",
    dependencies=[APPROVE],
    responses=TAGGED | problem_responses(*_STEP),
)
async def withdraw_code_list(
    ctx: ContextDep, code: Lookup, step: WithdrawStep, expect: ExpectDep, response: Response
) -> OwnCodeListView:
    """Withdraw the approved version of a code list: it leaves the list, and its versions stay readable by number."""
    row, draft = await service.withdraw(ctx, code, step, expect)
    tag(response, ctx.log, row)
    return responses.own_response(row, draft)
