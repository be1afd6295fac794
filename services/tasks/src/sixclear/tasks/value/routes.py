"""Values over HTTP: supplied one by one or by file, reviewed, read as forms and series."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from sixclear.common.bulk.errors import BulkRefused, BulkTooLarge, TooManyJobs
from sixclear.common.bulk.files import Atomic, DryRun
from sixclear.common.bulk.incoming import ACCEPTED, OWN_ANSWERS, FileRoute, take_file
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
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.instants import Instant
from sixclear.common.web.openapi import TAGGED, lines_of
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.tasks.indicator.errors import IndicatorNotFound
from sixclear.tasks.value import access
from sixclear.tasks.value.csv_lines import sdmx_table, table
from sixclear.tasks.value.errors import ReviewChanged, SameHands, SeriesRefused, ValueNotFound, ValueRefused
from sixclear.tasks.value.models import Value
from sixclear.tasks.value.repository import HeldFilter
from sixclear.tasks.value.responses import Statements, held_responses, history_response, value_responses
from sixclear.tasks.value.schemas import (
    ApproveEntry,
    FormLine,
    HeldValue,
    ReturnEntry,
    ReviewEntry,
    ReviewResult,
    Series,
    SubmitEntry,
    ValueBulkResult,
    ValueEntry,
    ValueHistory,
    ValueItem,
    ValueView,
    WithdrawalEntry,
)
from sixclear.tasks.value.service import find, review
from sixclear.tasks.value.service.bulk import FILES
from sixclear.tasks.value.service.series import SeriesQuery, read_series
from sixclear.tasks.value.service.supply import supply

router = APIRouter(route_class=TransactionalRoute, tags=["indicators"])
files = APIRouter(route_class=FileRoute, tags=["indicators"])

PUBLIC = Depends(access.PUBLIC)
SUPPLY = Depends(access.SUPPLY)
REVIEW = Depends(access.REVIEW)
DECIDE_MANY = Depends(access.DECIDE_MANY)
OWN = Depends(access.OWN)
_STEP = (ValueNotFound, OrganisationNotAllowed, TransitionNotAllowed, StaleVersion)
_FACTS = (FactsPastNotAllowed, FactBehindLastChange, FactInFuture)
_FILE = (
    "One ValueItem in JSON a line, in UTF-8. Blank lines, a byte order mark and any ends of lines do no harm. A JSON "
    "array of items is taken too; with its byte order mark, UTF-16 is."
)
_SAME: dict[int | str, dict[str, Any]] = {
    200: {"description": "The slot says so already; nothing changed.", "model": ValueView, **TAGGED[200]}
}
SeriesFormat = Literal["json", "csv", "sdmx-csv"]
_TABLE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}, "example": "indicator,organisation,period\r\n"}}}
}


@router.post(
    "/indicators/{code}/values",
    operation_id="supplyValue",
    dependencies=[SUPPLY],
    status_code=201,
    responses=problem_responses(
        IndicatorNotFound,
        ValueRefused,
        ReferenceUnknown,
        OrganisationNotAllowed,
        TransitionNotAllowed,
        StaleVersion,
        *_FACTS,
    )
    | {201: TAGGED[200]}
    | _SAME,
)
async def supply_value(
    ctx: ContextDep, code: Lookup, entry: ValueEntry, expect: ExpectDep, response: Response
) -> ValueView:
    """Type a value of a body and a period: a draft that your body reads, or with `submit` one that waits for review.

    A value that was approved is corrected so, with a reason: it stands until the correction is approved too.
    """
    value, statements, new = await supply(ctx, code, entry, expect)
    response.status_code = 201 if new else 200
    return await _answer(ctx, value, statements, response)


@files.post(
    "/values/bulk",
    operation_id="supplyValuesInBulk",
    dependencies=[SUPPLY, Depends(FILES), OWN_ANSWERS],
    response_model=ValueBulkResult,
    responses=ACCEPTED | problem_responses(BulkTooLarge, BulkRefused, TooManyJobs, UnsupportedMediaType),
    openapi_extra=lines_of(ValueItem, _FILE),
)
async def supply_in_bulk(ctx: ContextDep, request: Request, dry_run: DryRun = False, atomic: Atomic = False) -> Any:
    """Type many values: NDJSON, one item a line, a result per item; a refused item stops no other.

    A file with more items than one transaction takes becomes a job: the answer is 202 with its address. Two lines for
    one indicator, body and period are both refused.
    """
    return await take_file(ctx, request, FILES, dry_run=dry_run, atomic=atomic)


@router.post(
    "/values/review",
    operation_id="reviewValues",
    dependencies=[DECIDE_MANY],
    responses=problem_responses(ValueRefused, ReferenceUnknown, ReviewChanged),
)
async def review_values(
    ctx: ContextDep,
    entry: ReviewEntry,
    dry_run: Annotated[bool, Query(description="Count and show what would be decided, and write nothing.")] = False,
) -> ReviewResult:
    """Submit, return or approve all values that fit a filter and that your body decides on, up to 500 in a request."""
    return await review.review(ctx, entry, dry_run=dry_run)


@router.get(
    "/values",
    operation_id="listValues",
    dependencies=[PUBLIC],
    responses=problem_responses(IndicatorNotFound, ReferenceUnknown),
)
async def list_values(
    ctx: ContextDep,
    indicator: Annotated[Lookup | None, Query(description="Values of this indicator, by its code.")] = None,
    organisation: Annotated[Lookup | None, Query(description="Values of this body.")] = None,
    programme: Annotated[Lookup | None, Query(description="Values of indicators of this programme.")] = None,
    period: Annotated[Lookup | None, Query(description="Values of this period, by its key.")] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[HeldValue]:
    """Approved values that hold now, by indicator, body and period; what waits for review is not among them."""
    narrow = HeldFilter(programme or None, period or None)
    context = f"values {indicator} {organisation} {programme} {period}"
    after = decode_cursor(cursor, UUID, UUID, str, context=context) if cursor else None
    found = await find.held(ctx, narrow, indicator or None, organisation or None, after=after, limit=limit + 1)
    keys = [(value.indicator_id, value.organisation_id, value.period) for value, _ in found]
    told = list(zip(await held_responses(ctx.session, found), keys, strict=True))
    return page_of(told, limit, item=lambda row: row[0], key=lambda row: row[1], context=context)


@router.get(
    "/values/{value_id}",
    operation_id="getValue",
    dependencies=[PUBLIC],
    responses=problem_responses(ValueNotFound),
)
async def get_value(ctx: ContextDep, value_id: UUID) -> ValueHistory:
    """Where a figure comes from: each approved statement of its slot, who supplied it, from which file or system."""
    value, decided = await find.history(ctx, value_id)
    return await history_response(ctx.session, value, decided)


@router.post(
    "/values/{value_id}/submit",
    operation_id="submitValue",
    dependencies=[SUPPLY],
    responses=TAGGED | problem_responses(ValueNotFound, ValueRefused, TransitionNotAllowed, StaleVersion),
)
async def submit_value(
    ctx: ContextDep, value_id: UUID, entry: SubmitEntry, expect: ExpectDep, response: Response
) -> ValueView:
    """Submit a draft of your body; submitted already, nothing changes."""
    return await _answer(ctx, *await review.submit(ctx, value_id, entry, expect), response)


@router.post(
    "/values/{value_id}/return",
    operation_id="returnValue",
    dependencies=[REVIEW],
    responses=TAGGED | problem_responses(*_STEP, SameHands),
)
async def return_value(
    ctx: ContextDep, value_id: UUID, entry: ReturnEntry, expect: ExpectDep, response: Response
) -> ValueView:
    """Send a submitted value back with a reason."""
    return await _answer(ctx, *await review.send_back(ctx, value_id, entry, expect), response)


@router.post(
    "/values/{value_id}/approve",
    operation_id="approveValue",
    dependencies=[REVIEW],
    responses=TAGGED | problem_responses(*_STEP, SameHands, *_FACTS),
)
async def approve_value(
    ctx: ContextDep, value_id: UUID, entry: ApproveEntry, expect: ExpectDep, response: Response
) -> ValueView:
    """Approve a value that others typed and submitted: it counts from now on."""
    return await _answer(ctx, *await review.approve(ctx, value_id, entry, expect), response)


@router.post(
    "/values/{value_id}/withdraw",
    operation_id="withdrawValue",
    dependencies=[REVIEW],
    responses=TAGGED | problem_responses(*_STEP),
)
async def withdraw_value(
    ctx: ContextDep, value_id: UUID, entry: WithdrawalEntry, expect: ExpectDep, response: Response
) -> ValueView:
    """Take an approved value out of every figure, with a reason; what was shown before is still read by `known_at`."""
    return await _answer(ctx, *await review.withdraw(ctx, value_id, entry, expect), response)


@router.get(
    "/own/forms",
    operation_id="listOwnForms",
    dependencies=[OWN],
    responses=problem_responses(SeriesRefused),
)
async def list_forms(
    ctx: ContextDep,
    period: Annotated[Lookup, Query(description="Its key, such as 2026-Q4.")],
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[FormLine]:
    """What your body supplies for a period, of itself and of others, with what was typed, submitted and decided."""
    context = f"forms {period} {ctx.caller.own_organisation()}"
    after = decode_cursor(cursor, str, UUID, context=context) if cursor else None
    found = await find.form(ctx, period, after=after, limit=limit + 1)
    return page_of(found, limit, item=lambda row: row[0], key=lambda row: row[1], context=context)


@router.get(
    "/indicators/{code}/series",
    operation_id="getSeries",
    dependencies=[PUBLIC],
    response_model=Series,
    responses=_TABLE | problem_responses(IndicatorNotFound, ReferenceUnknown, SeriesRefused),
)
async def get_series(
    ctx: ContextDep,
    code: Lookup,
    organisation: Annotated[Lookup | None, Query(description="A body; without it, the country.")] = None,
    first: Annotated[Lookup | None, Query(alias="from", description="The first period, by its key.")] = None,
    last: Annotated[Lookup | None, Query(alias="to", description="The last period, by its key.")] = None,
    as_of: Annotated[Instant | None, Query(description="What was true then. Default: now.")] = None,
    known_at: Annotated[Instant | None, Query(description="As far as it was known then. Default: now.")] = None,
    format: SeriesFormat = "json",
) -> Any:
    """Figures, targets, gap and attainment of an indicator, period by period, at most 400 periods.

    A body's own figure and what is rolled up of the bodies below it stand side by side.
    """
    query = SeriesQuery(organisation or None, first or None, last or None, as_of, known_at)
    series = await read_series(ctx, code, query)
    if format == "json":
        return series
    written = table(series) if format == "csv" else sdmx_table(series)
    return Response(written, media_type="text/csv; charset=utf-8")


async def _answer(ctx: Context, value: Value, statements: Statements, response: Response) -> ValueView:
    tag(response, ctx.log, value)
    return (await value_responses(ctx.session, [value], statements))[0]
