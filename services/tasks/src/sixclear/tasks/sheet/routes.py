"""The sheet over HTTP: as JSON and as a workbook, out and in."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ValidationError

from sixclear.common.errors import InvalidRequest, MalformedRequest
from sixclear.common.service_state import own_state
from sixclear.common.spreadsheets.errors import WorkbookTooLarge, WorkbookUnreadable
from sixclear.common.spreadsheets.reading import check_workbook, read_workbook
from sixclear.common.spreadsheets.writing import MEDIA_TYPE as XLSX
from sixclear.common.spreadsheets.writing import write_workbook
from sixclear.common.use_case import Context, OrganisationNotAllowed
from sixclear.common.web.access import Access
from sixclear.common.web.json_bodies import read_json
from sixclear.common.web.media_types import JSON, accepts, media_type, require_type
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.texts import Slug
from sixclear.common.web.use_cases import ContextDep
from sixclear.common.web.validation import field_errors
from sixclear.tasks.organisation.service import of_caller
from sixclear.tasks.programme.errors import ProgrammeNotFound
from sixclear.tasks.settings import Settings
from sixclear.tasks.sheet import workbook
from sixclear.tasks.sheet.errors import SheetNotRead, SheetTooLong
from sixclear.tasks.sheet.schemas import PeriodKey, SameWorkEntry, SameWorkView, Sheet, SheetResult
from sixclear.tasks.sheet.service import same_work
from sixclear.tasks.sheet.service.gather import gather
from sixclear.tasks.sheet.service.take import take
from sixclear.tasks.sheet.workbook import Sent

router = APIRouter(route_class=TransactionalRoute, tags=["progress"])

OWN = Depends(Access.scope("tasks:report", organisation="own"))
MOST_BYTES = 8 * 1024 * 1024
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_SHEET = {"schema": {"$ref": "#/components/schemas/Sheet"}}
FormatParam = Annotated[
    Literal["json", "xlsx"] | None,
    Query(description="A workbook for `xlsx`, as for `Accept` with its media type. Default: JSON."),
]


@router.get(
    "/own/sheet",
    operation_id="getOwnSheet",
    dependencies=[OWN],
    response_model=Sheet,
    responses=problem_responses(ProgrammeNotFound, SheetTooLong, InvalidRequest)
    | {200: {"description": "The sheet.", "content": {XLSX: _BINARY}}},
)
async def get_sheet(
    ctx: ContextDep,
    request: Request,
    period: PeriodKey,
    programme: Annotated[Slug | None, Query(description="Only what is owed to this programme.")] = None,
    format: FormatParam = None,
) -> Any:
    """All that your organisation owes for a period, with what it said before: tasks and periods to report on,
    milestones, urges, refused evidence, and requests that wait for your word.

    As a workbook it can be filled in offline and sent back whole.
    """
    sheet = await gather(ctx, period, programme)
    if format == "xlsx" or (format is None and accepts(request, XLSX) > accepts(request, JSON[0])):
        # A workbook takes longer to write than a connection may be held.
        await ctx.session.rollback()
        headers = {"Content-Disposition": f'attachment; filename="sheet-{period}.xlsx"'}
        return Response(await _written(sheet), 200, headers, XLSX)
    return sheet


@router.post(
    "/own/sheet",
    operation_id="sendOwnSheet",
    # The same sheet again writes nothing: a repetition needs no key, and a key keeps no second answer.
    dependencies=[OWN, Depends(RouteOptions(key_kept_with_entity=True))],
    responses=problem_responses(SheetNotRead, SheetTooLong, InvalidRequest, WorkbookTooLarge, WorkbookUnreadable),
    openapi_extra={"requestBody": {"required": True, "content": {JSON[0]: _SHEET, XLSX: _BINARY}}},
)
async def send_sheet(ctx: ContextDep, request: Request) -> SheetResult:
    """Send a sheet back, as JSON or as the workbook: its answers are taken, and the period is filed.

    It may be sent twice, or by somebody else of your organisation: what is unchanged writes nothing. What another
    changed since the sheet was written is told at its cell, with what stands there now; the rest is taken. Requests
    are decided on with the scope `tasks:assign`.
    """
    require_type(request, (*JSON, XLSX))
    body = await request.body()
    sent = await _read(ctx, body) if media_type(request) == XLSX else workbook.sent_as_json(_sheet_of(body))
    return await take(ctx, sent, own_state(request, Settings))


@router.post(
    "/own/same-work",
    operation_id="saySameWork",
    dependencies=[OWN],
    responses=problem_responses(OrganisationNotAllowed, InvalidRequest),
)
async def say_same_work(ctx: ContextDep, entry: SameWorkEntry) -> SameWorkView:
    """Say that tasks of your organisation are the same work, or are not: the sheet has one row for them.

    Its answer goes to each of them. The sheet proposes tasks of several programmes with one title.
    """
    return await same_work.say(ctx, entry)


def _sheet_of(body: bytes) -> Sheet:
    try:
        return Sheet.model_validate(read_json(body))
    except ValidationError as error:
        complaints = ({**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False))
        raise InvalidRequest(errors=field_errors(complaints, Sheet)) from None
    except (ValueError, RecursionError):
        raise MalformedRequest("The body is not JSON.") from None


async def _read(ctx: Context, body: bytes) -> Sent:
    """The sheet in a workbook; raises what is wrong with the workbook."""
    path = _kept(body)
    try:
        with path.open("rb") as file:
            check_workbook(file)
        cells = [(row.sheet or "", row.number, row.cells) async for row in read_workbook(str(path))]
    finally:
        _forget(path)
    organisation = await of_caller(ctx)
    codes: Sequence[str] = () if organisation is None else [organisation.code]
    return workbook.read(cells, codes)


async def _written(sheet: Sheet) -> bytes:
    path = _kept(b"")
    try:
        await write_workbook(path, workbook.written(sheet))
        return _whole(path)
    finally:
        _forget(path)


def _kept(body: bytes) -> Path:
    handle, name = tempfile.mkstemp(suffix=".xlsx")
    with os.fdopen(handle, "wb") as file:
        file.write(body)
    return Path(name)


def _whole(path: Path) -> bytes:
    return path.read_bytes()


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)
