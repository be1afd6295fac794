"""Findings over HTTP: who collects again, who is the master beside another, what is too old or without a law."""

from datetime import datetime
from typing import Annotated, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from sixclear.common.use_case import Context, ReferenceUnknown
from sixclear.common.web.access import current_caller
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.references import Reference
from sixclear.common.web.route import SessionDep, TransactionalRoute, current_time
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup
from sixclear.common.web.use_cases import ContextDep, use_case
from sixclear.data_catalog.element.errors import ElementNotFound
from sixclear.data_catalog.entry import access as entry_access
from sixclear.data_catalog.entry.access import reader_of
from sixclear.data_catalog.entry.reading import worded
from sixclear.data_catalog.field import service as fields
from sixclear.data_catalog.finding import access, responses, service
from sixclear.data_catalog.finding.errors import (
    ExcuseByOwner,
    ExcuseEndsInPast,
    ExcuseTooLong,
    FindingNotFound,
    FindingsNeedNarrowing,
)
from sixclear.data_catalog.finding.repository import FindingCount, FindingFilter
from sixclear.data_catalog.finding.schemas import (
    KINDS,
    ExcuseStep,
    FindingFigures,
    FindingView,
    Kind,
    KindFigures,
    State,
)
from sixclear.data_catalog.finding.statement import RULE_VERSION
from sixclear.data_catalog.organisation import service as organisations

router = APIRouter(route_class=TransactionalRoute, tags=["findings"])

PUBLIC = Depends(entry_access.PUBLIC)
READ = Depends(entry_access.READ)
EXCUSE = Depends(access.EXCUSE)


@router.get(
    "/own/findings",
    operation_id="listOwnFindings",
    dependencies=[READ],
    responses=problem_responses(ElementNotFound, ReferenceUnknown, FindingsNeedNarrowing),
)
@router.get(
    "/findings",
    operation_id="listFindings",
    dependencies=[PUBLIC],
    responses=problem_responses(ElementNotFound, ReferenceUnknown, FindingsNeedNarrowing),
)
async def list_findings(
    ctx: ContextDep,
    kind: Annotated[Kind | None, Query(description=KINDS)] = None,
    state: State | None = None,
    element: Annotated[Lookup | None, Query(description="The code of an element.")] = None,
    entry: UUID | None = None,
    owner: Annotated[
        Reference | None, Query(description="Identifier or any code of the body that a finding is about.")
    ] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[FindingView]:
    """Findings as they stand now, the newest first, computed from what the caller may know of.

    Without a token: from what is public, as if there were nothing else. Below `/own` also from what bodies may know.
    Above 100,000 fields only of an `element`, an `entry` or an `owner`.
    """
    element_id = None if element is None else await fields.element_for_caller(ctx, element)
    narrow = FindingFilter(kind, state, element_id, entry, await organisations.meant(ctx, "owner", owner))
    context = f"findings {narrow!r} {worded(await reader_of(ctx))}"
    counted, *after = decode_cursor(cursor, int, datetime, UUID, context=context) if cursor else (None,)
    rows = await service.list_findings(ctx, narrow, (after[0], after[1]) if after else None, limit + 1)
    if counted is None:
        counted = await service.count(ctx, narrow)
    named = await service.named(ctx, rows)
    return page_of(
        rows,
        limit,
        item=lambda row: responses.finding_response(row, named),
        key=lambda row: (row.opened_at, row.finding_id),
        context=context,
        counted=counted,
    )


@router.get("/own/findings/figures", operation_id="countOwnFindings", dependencies=[READ])
@router.get("/findings/figures", operation_id="countFindings", dependencies=[PUBLIC])
async def count_findings(ctx: ContextDep) -> FindingFigures:
    """How many findings of each kind are open, and how many are excused, as the list has them for the caller."""
    found = await service.figures(ctx)
    items = []
    for kind in get_args(Kind):
        one = found.get(kind, FindingCount())
        items.append(KindFigures(kind=kind, open=one.open, excused=one.excused, demonstration=one.demonstration))
    not_known = found.get(None, FindingCount()).open
    return FindingFigures(as_of=ctx.now, rule_version=RULE_VERSION, not_known=not_known, items=items)


@router.post(
    "/findings/{finding_id}/excuse",
    operation_id="excuseFinding",
    dependencies=[EXCUSE],
    responses=problem_responses(FindingNotFound, ExcuseByOwner, ExcuseEndsInPast, ExcuseTooLong),
)
async def excuse(ctx: ContextDep, finding_id: UUID, step: ExcuseStep) -> FindingView:
    """Excuse a finding until a stated time, by a law that allows it; it is counted apart and not hidden.

    Another body than the one that it is about does so, for 730 days at most. A second excuse takes the place of the
    first. It ends with its cause, and where the body that gave it becomes the one that the finding is about.
    """
    return await _answer(ctx, await service.excuse(ctx, finding_id, step))


async def still_readable(request: Request, session: SessionDep, answer: bytes) -> bytes:
    """What the caller may read now of an answer that was kept for it; raises what the reading of it raises."""
    ctx = await use_case(request, session, await current_caller(request), await current_time(request))
    return await service.still_readable(ctx, answer)


async def _answer(ctx: Context, row: object) -> FindingView:
    return responses.finding_response(row, await service.named(ctx, [row]))
