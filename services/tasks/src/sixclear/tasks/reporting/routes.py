"""Progress reports: one at a time, many in one request, and reading them."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep, must_match
from sixclear.tasks.classification.routes import OWN, PUBLIC, REPORT, STEP, answer
from sixclear.tasks.reporting.metrics import BULK_ITEMS
from sixclear.tasks.reporting.service import bulk as progress
from sixclear.tasks.task import responses as answers
from sixclear.tasks.task.errors import BulkTooLarge, TaskNotFound
from sixclear.tasks.task.schemas import (
    BulkItemResult,
    BulkProgressItem,
    BulkResult,
    ItemProblem,
    ProgressEntry,
    ProgressView,
    TaskView,
)
from sixclear.tasks.task.service import assign as tasks
from sixclear.tasks.task.service import find as listing

router = APIRouter(route_class=TransactionalRoute, tags=["progress"])

NDJSON = "application/x-ndjson"


@router.post(
    "/tasks/{task_id}/progress",
    operation_id="reportProgress",
    dependencies=[REPORT],
    status_code=201,
    responses=problem_responses(*STEP)
    | {200: {"description": "You said the same at this stated time before; nothing changed.", "model": TaskView}},
)
async def report(
    ctx: ContextDep, task_id: UUID, entry: ProgressEntry, request: Request, response: Response
) -> TaskView:
    """Report progress on a task that your organisation leads or works on; a repetition changes nothing (200)."""
    task = await tasks.get_task(ctx, task_id, lock=True)
    must_match(request, ctx.log, task)
    new = await progress.report(ctx, task, entry)
    response.status_code = 201 if new else 200
    return await answer(ctx, task, response)


@router.get(
    "/own/tasks/{task_id}/reports",
    operation_id="listOwnReports",
    dependencies=[OWN],
    responses=problem_responses(TaskNotFound),
)
@router.get(
    "/tasks/{task_id}/reports",
    operation_id="listReports",
    dependencies=[PUBLIC],
    responses=problem_responses(TaskNotFound),
)
async def list_reports(
    ctx: ContextDep, task_id: UUID, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[ProgressView]:
    """A task's progress reports, newest first; those while it was restricted only for the bodies concerned."""
    context = f"reports {task_id}"
    before = decode_cursor(cursor, int, context=context)[0] if cursor else None
    rows, public = await listing.list_reports(ctx, task_id, before, limit + 1)
    views = await answers.progress_views(ctx.session, rows, public=public)
    return page_of(views, limit, item=lambda view: view, key=lambda view: (view.task_version,), context=context)


@router.post(
    "/progress/bulk",
    operation_id="reportProgressInBulk",
    dependencies=[REPORT],
    responses=problem_responses(BulkTooLarge),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {NDJSON: {"schema": {"type": "string", "description": "One BulkProgressItem in JSON a line."}}},
        }
    },
)
async def report_in_bulk(
    ctx: ContextDep,
    request: Request,
    dry_run: Annotated[bool, Query(description="Check every item and write nothing.")] = False,
) -> BulkResult:
    """Report progress on many tasks: NDJSON, one item a line, a result per item; a refused item stops no other."""
    lines = _lines(await request.body(), request.app.state.settings.bulk_items)
    results = await progress.report_many(ctx, lines, dry_run=dry_run)
    return _counted(results, dry_run)


def _lines(body: bytes, most: int) -> list[progress.Line]:
    raw = [line for line in body.split(b"\n") if line.strip()]
    if len(raw) > most:
        raise BulkTooLarge(f"At most {most} items; send the rest in another request.")
    return [_line(line) for line in raw]


def _line(raw: bytes) -> progress.Line:
    try:
        return progress.Line(BulkProgressItem.model_validate(orjson.loads(raw)))
    except orjson.JSONDecodeError:
        return progress.Line(None, ItemProblem(code="unreadable", detail="The line is not JSON in UTF-8."))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        pointer = "#/" + "/".join(str(part) for part in first["loc"])
        return progress.Line(None, ItemProblem(code="invalid", detail="A value is not allowed here.", pointer=pointer))


def _counted(results: list[BulkItemResult], dry_run: bool) -> BulkResult:
    result = BulkResult.of(results, dry_run=dry_run)
    if not dry_run:
        for name in ("reported", "unchanged", "rejected"):
            BULK_ITEMS.labels(name).inc(getattr(result, name))
    return result
