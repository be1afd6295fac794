"""Statistics and open data over HTTP."""

from hashlib import sha256
from typing import Annotated, Any, get_args

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from sixclear.common.spreadsheets.csv_lines import BYTE_ORDER_MARK, csv_lines
from sixclear.common.use_case import Context
from sixclear.common.web.access import Access
from sixclear.common.web.etags import not_modified
from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, encode_cursor
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.statistics import responses, service
from sixclear.feedback.statistics.schemas import By, StatisticsPage

EVERYONE = Access.public("How cases are answered is public; figures of few people are left out with their complements.")
# The first reading of a day is kept for all others.
KEPT = Depends(RouteOptions(writes=True))
router = APIRouter(route_class=TransactionalRoute, tags=["public log"])
YearParam = Annotated[int | None, Query(ge=2000, le=2100, description="Civil year of receipt; without it: this one.")]
_CSV, _JSON = "text/csv", "application/json"
_HOUR = "public, max-age=3600"


def _file(media_type: str, example: Any) -> dict[int | str, dict[str, Any]]:
    schema = {"type": "string"} if media_type == _CSV else {"type": "array", "items": {"type": "object"}}
    return {
        200: {"description": "The file.", "content": {media_type: {"schema": schema, "example": example}}},
        304: {"description": "What If-None-Match names is still so."},
    }


_ROW: dict[str, Any] = dict(
    zip(
        responses.COLUMNS,
        (
            *(2025, "kind", "named", "initiative", "Sáng kiến", "Initiative", 31, 20, None, 6, None, 0),
            *(12, 5, 0, 8, 0.68, 0.7059, "too_few", "2025-12-01", "2025-12-14T17:00:00Z"),
        ),
        strict=True,
    )
)
_AS_CSV = csv_lines([responses.COLUMNS, list(_ROW.values())]).decode()


@router.get(
    "/statistics",
    operation_id="getStatistics",
    dependencies=[Depends(EVERYONE), KEPT],
    responses=problem_responses(InvalidCursor),
)
async def get_statistics(
    ctx: ContextDep,
    response: Response,
    by: By = "kind",
    year: YearParam = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> StatisticsPage:
    """How many cases were received in a year and what became of them, by group, in the order of codes.

    No figure of fewer than five cases is told, nor one from which such a figure would follow; there is no ranking.
    """
    (told,) = await service.read(ctx, [by], year)
    context = f"{by} {told.year}"
    first = decode_cursor(cursor, int, context=context)[0] if cursor else 0
    shown = told.rows[first : first + limit]
    more = first + limit < len(told.rows)
    response.headers["Cache-Control"] = _HOUR
    return StatisticsPage(
        items=[responses.group_response(row) for row in shown],
        next=encode_cursor([first + limit], context=context) if more else None,
        total=len(told.rows),
        **responses.page_members(told),
    )


@router.get(
    "/open-data/submissions.csv",
    operation_id="exportSubmissionsCsv",
    dependencies=[Depends(EVERYONE), KEPT],
    response_class=Response,
    responses=_file(_CSV, _AS_CSV),
)
async def export_csv(ctx: ContextDep, request: Request, year: YearParam = None) -> Response:
    """The statistics of a year by every kind of group as CSV: UTF-8 with its mark, no text is a formula."""
    rows = await _records(ctx, year)
    lines = csv_lines([responses.COLUMNS, *([row[name] for name in responses.COLUMNS] for row in rows)])
    return _kept(request, BYTE_ORDER_MARK.encode() + lines, _CSV)


@router.get(
    "/open-data/submissions.json",
    operation_id="exportSubmissionsJson",
    dependencies=[Depends(EVERYONE), KEPT],
    response_class=Response,
    responses=_file(_JSON, [_ROW]),
)
async def export_json(ctx: ContextDep, request: Request, year: YearParam = None) -> Response:
    """The statistics of a year by every kind of group: the rows of the CSV file as objects."""
    return _kept(request, orjson.dumps(await _records(ctx, year), option=orjson.OPT_UTC_Z), _JSON)


async def _records(ctx: Context, year: int | None) -> list[dict[str, Any]]:
    """The rows of five tables: no more than there are kinds, fields, places, bodies and months."""
    return list(responses.records(await service.read(ctx, get_args(By), year)))


def _kept(request: Request, content: bytes, media_type: str) -> Response:
    """The file, or 304 where the caller has it; the tag is of the content."""
    tag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": _HOUR, "Access-Control-Allow-Origin": "*"}
    if not_modified(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)
