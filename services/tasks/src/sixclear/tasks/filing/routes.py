"""Filings of bodies and obligations of programmes over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import Context, FactInFuture, OrganisationNotAllowed, ReferenceUnknown
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.openapi import TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, encode_cursor
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup, Slug
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.tasks.filing import access
from sixclear.tasks.filing.errors import FilingClosed, FilingNotFound, FilingNotOwed
from sixclear.tasks.filing.models import Filing
from sixclear.tasks.filing.repository import FilingFilter
from sixclear.tasks.filing.responses import filing_responses, obligations_response, state_name
from sixclear.tasks.filing.schemas import (
    Exemption,
    FilingAnswer,
    FilingEntry,
    FilingReason,
    FilingStateName,
    FilingView,
    ObligationsEntry,
    ObligationsView,
    Period,
)
from sixclear.tasks.filing.service import file, find, judge, obligations
from sixclear.tasks.programme.errors import ObligationsRefused, ProgrammeNotFound
from sixclear.tasks.programme.models import Programme

router = APIRouter(route_class=TransactionalRoute, tags=["progress"])

PUBLIC = Depends(access.PUBLIC)
OBLIGATIONS = Depends(access.OBLIGATIONS)
FILE = Depends(access.FILE)
OVERSEE = Depends(access.OVERSEE)
StateParam = Annotated[FilingStateName | None, Query(description="`missing`: who has not reported at all.")]
OrganisationParam = Annotated[Lookup | None, Query(description="Those of this body and of the bodies below it.")]
ProgrammeParam = Annotated[Slug | None, Query(description="Those that this programme asks for.")]
_DECIDING = (FilingNotFound, OrganisationNotAllowed, TransitionNotAllowed, StaleVersion)


@router.get(
    "/filings", operation_id="listFilings", dependencies=[PUBLIC], responses=problem_responses(ReferenceUnknown)
)
async def list_filings(
    ctx: ContextDep,
    period: Period | None = None,
    state: StateParam = None,
    organisation: OrganisationParam = None,
    programme: ProgrammeParam = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[FilingView]:
    """What bodies report to programmes period by period, the newest first: on time, late, missing, awaited."""
    return await _page(ctx, FilingFilter(period, state, programme), organisation, cursor, limit, reasons=False)


@router.get("/own/filings", operation_id="listOwnFilings", dependencies=[FILE])
async def list_own_filings(
    ctx: ContextDep,
    period: Period | None = None,
    state: StateParam = None,
    programme: ProgrammeParam = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[FilingView]:
    """As `/filings`: what your organisation itself owes, with the reasons of decisions on it."""
    narrow = FilingFilter(period, state, programme, (ctx.caller.own_organisation(),))
    return await _page(ctx, narrow, None, cursor, limit, reasons=True)


@router.post(
    "/own/filings",
    operation_id="fileOwn",
    dependencies=[FILE],
    status_code=201,
    responses=problem_responses(ReferenceUnknown, FilingNotOwed, FilingClosed)
    | {200: {"description": "You filed the same before; nothing changed.", "model": FilingAnswer}},
)
async def file_own(ctx: ContextDep, entry: FilingEntry, response: Response) -> FilingAnswer:
    """File for a period: nothing changed in the tasks that your organisation leads, but for those reported or named.

    It counts as the report that the programme asks for. It is no progress: tasks stay as they are.
    """
    filings, new = await file.file_own(ctx, entry)
    response.status_code = 201 if new else 200
    return FilingAnswer(items=await filing_responses(ctx, filings, reasons=True))


@router.get(
    "/filings/{filing_id}",
    operation_id="getFiling",
    dependencies=[PUBLIC],
    responses=TAGGED | problem_responses(FilingNotFound),
)
async def get_filing(ctx: ContextDep, filing_id: UUID, response: Response) -> FilingView:
    """One filing, with its version as ETag."""
    return await _answer(ctx, await find.get_filing(ctx, filing_id), response, reasons=False)


@router.post(
    "/filings/{filing_id}/exempt",
    operation_id="exemptFiling",
    dependencies=[OVERSEE],
    responses=problem_responses(*_DECIDING, FactInFuture),
)
async def exempt(
    ctx: ContextDep, filing_id: UUID, entry: Exemption, expect: ExpectDep, response: Response
) -> FilingView:
    """Decide that a body need not file, with the reason: it is expected no more. The programme's owner may."""
    return await _answer(ctx, await judge.exempt(ctx, filing_id, entry, expect), response, reasons=True)


@router.post(
    "/filings/{filing_id}/reopen",
    operation_id="reopenFiling",
    dependencies=[OVERSEE],
    responses=problem_responses(*_DECIDING),
)
async def reopen(
    ctx: ContextDep, filing_id: UUID, entry: FilingReason, expect: ExpectDep, response: Response
) -> FilingView:
    """Take a filing again that was locked, filed or exempted, with the reason. The programme's owner may."""
    return await _answer(ctx, await judge.reopen(ctx, filing_id, entry, expect), response, reasons=True)


@router.get(
    "/programmes/{slug}/obligations",
    operation_id="getObligations",
    dependencies=[OBLIGATIONS],
    responses=TAGGED | problem_responses(ProgrammeNotFound),
)
async def get_obligations(ctx: ContextDep, slug: Lookup, response: Response) -> ObligationsView:
    """Who reports on a programme how often, with the version of the programme as ETag."""
    return await _answer_obligations(ctx, await obligations.get_programme(ctx, slug), response)


@router.put(
    "/programmes/{slug}/obligations",
    operation_id="putObligations",
    dependencies=[OVERSEE],
    responses=TAGGED
    | problem_responses(ProgrammeNotFound, OrganisationNotAllowed, ObligationsRefused, ReferenceUnknown, StaleVersion),
)
async def put_obligations(
    ctx: ContextDep, slug: Lookup, entry: ObligationsEntry, expect: ExpectDep, response: Response
) -> ObligationsView:
    """Say who reports on a programme how often; its owner may. What was opened stays as it is."""
    programme = await obligations.put_obligations(ctx, slug, entry.obligations, expect)
    return await _answer_obligations(ctx, programme, response)


async def _page(
    ctx: Context, narrow: FilingFilter, organisation: str | None, cursor: str | None, limit: int, *, reasons: bool
) -> Page[FilingView]:
    context = f"filings {narrow} {organisation}"
    after = decode_cursor(cursor, datetime, UUID, context=context) if cursor else None
    found = await find.list_filings(ctx, narrow, organisation, after, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    following = last and encode_cursor([last.starts_at, last.filing_id], context=context)
    return Page(items=await filing_responses(ctx, found[:limit], reasons=reasons), next=following)


async def _answer(ctx: Context, filing: Filing, response: Response, *, reasons: bool) -> FilingView:
    view = (await filing_responses(ctx, [filing], reasons=reasons))[0]
    # That it is late or locked is told by time, and moves no version.
    passed = state_name(ctx, filing).replace("_", "") + ("locked" if view.locked else "")
    tag(response, ctx.log, filing, passed)
    return view


async def _answer_obligations(ctx: Context, programme: Programme, response: Response) -> ObligationsView:
    tag(response, ctx.log, programme)
    return await obligations_response(ctx, programme)
