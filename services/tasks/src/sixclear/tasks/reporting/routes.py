"""Reporting: progress on one task or on many, evidence, the result; and reading what was said."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from sixclear.common.bulk.errors import BulkRefused, BulkTooLarge, TooManyJobs
from sixclear.common.bulk.files import Atomic, DryRun
from sixclear.common.bulk.incoming import ACCEPTED, OWN_ANSWERS, FileRoute, take_file
from sixclear.common.errors import UnsupportedMediaType
from sixclear.common.use_case import Context, ReferenceUnknown
from sixclear.common.web.access import Access
from sixclear.common.web.openapi import lines_of
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.tasks.evidence.schemas import EvidenceView
from sixclear.tasks.period.errors import PeriodClosed
from sixclear.tasks.reporting.schemas import (
    BulkProgressItem,
    BulkResult,
    EvidenceAnswer,
    EvidenceEntry,
    ProgressEntry,
    ProgressView,
    ReportView,
    SubmissionEntry,
)
from sixclear.tasks.reporting.service import find, hand_in
from sixclear.tasks.reporting.service import report as reporting
from sixclear.tasks.reporting.service.bulk import FILES
from sixclear.tasks.task import access
from sixclear.tasks.task.errors import STEP_REFUSALS, EvidenceMissing, RemedyMissing, TaskNotFound
from sixclear.tasks.task.models import AnyTask
from sixclear.tasks.task.schemas import TaskView
from sixclear.tasks.task.service.find import derived_state, shown

router = APIRouter(route_class=TransactionalRoute, tags=["progress"])
files = APIRouter(route_class=FileRoute, tags=["progress"])

PUBLIC = Depends(access.PUBLIC)
OWN = Depends(access.OWN)
REPORT = Depends(access.REPORT)
SUBMIT = Depends(Access.scope("tasks:report", organisation=access.LEAD))
_FILE = (
    "One BulkProgressItem in JSON a line, in UTF-8. Blank lines, a byte order mark and any ends of lines do no harm. "
    "A JSON array of items is taken too; with its byte order mark, UTF-16 is."
)


async def _answer(ctx: Context, task: AnyTask, response: Response) -> TaskView:
    """The task as it is now, with its version as ETag."""
    tag(response, ctx.log, task, await derived_state(ctx, task))
    return await shown(ctx, task)


@router.post(
    "/tasks/{task_id}/progress",
    operation_id="reportProgress",
    dependencies=[REPORT],
    status_code=201,
    responses=problem_responses(*STEP_REFUSALS, ReferenceUnknown, PeriodClosed, RemedyMissing)
    | {
        200: {
            "description": "You said the same at this stated time, or last today; nothing changed.",
            "model": ReportView,
        }
    },
)
async def report(
    ctx: ContextDep, task_id: UUID, entry: ProgressEntry, expect: ExpectDep, response: Response
) -> ReportView:
    """Report progress on a task that your organisation leads or works on; a repetition changes nothing (200).

    A report on a recurring task is of the period whose window holds its time, unless it names another one. One that
    expects to be done five days after the current deadline or later (`expected_on`) states a remedy.
    """
    told = await reporting.report(ctx, task_id, entry, expect)
    response.status_code = 201 if told.new else 200
    return ReportView.model_construct(**dict(await _answer(ctx, told.task, response)), period=told.period)


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
    before = decode_cursor(cursor, datetime, int, context=context) if cursor else None
    views = await find.list_reports(ctx, task_id, before, limit + 1)
    return page_of(views, limit, item=lambda view: view, key=_place, context=context)


@files.post(
    "/progress/bulk",
    operation_id="reportProgressInBulk",
    dependencies=[REPORT, Depends(FILES), OWN_ANSWERS],
    response_model=BulkResult,
    responses=ACCEPTED | problem_responses(BulkTooLarge, BulkRefused, TooManyJobs, UnsupportedMediaType),
    openapi_extra=lines_of(BulkProgressItem, _FILE),
)
async def report_in_bulk(ctx: ContextDep, request: Request, dry_run: DryRun = False, atomic: Atomic = False) -> Any:
    """Report progress on many tasks: NDJSON, one item a line, a result per item; a refused item stops no other.

    A file with more items than one transaction takes becomes a job: the answer is 202 with its address.
    With `Accept: application/x-ndjson` the results come one a line, without the numbers of outcomes.
    """
    return await take_file(ctx, request, FILES, dry_run=dry_run, atomic=atomic)


def _place(view: ProgressView | EvidenceView) -> tuple[datetime, int]:
    return view.occurred_at, view.task_version


@router.post(
    "/tasks/{task_id}/evidence",
    operation_id="addEvidence",
    dependencies=[REPORT],
    status_code=201,
    responses=problem_responses(*STEP_REFUSALS, ReferenceUnknown, PeriodClosed)
    | {
        200: {
            "description": "You attached the same before, with nothing since; nothing changed.",
            "model": EvidenceAnswer,
        }
    },
)
async def add_evidence(
    ctx: ContextDep, task_id: UUID, entry: EvidenceEntry, expect: ExpectDep, response: Response
) -> EvidenceAnswer:
    """Attach a link, file or document as evidence of the result, or of a period; a repetition changes nothing (200)."""
    attached = await hand_in.add_evidence(ctx, task_id, entry, expect)
    response.status_code = 201 if attached.new else 200
    answer = await _answer(ctx, attached.task, response)
    return EvidenceAnswer.model_construct(**dict(answer), evidence_id=attached.evidence_id)


@router.post(
    "/tasks/{task_id}/submit",
    operation_id="submitTask",
    dependencies=[SUBMIT],
    responses=problem_responses(*STEP_REFUSALS, EvidenceMissing, ReferenceUnknown),
)
async def submit(
    ctx: ContextDep, task_id: UUID, entry: SubmissionEntry, expect: ExpectDep, response: Response
) -> TaskView:
    """Hand in the result for confirmation by another body; evidence may come in the same request."""
    task = await hand_in.submit(ctx, task_id, entry, expect)
    return await _answer(ctx, task, response)


@router.get(
    "/own/tasks/{task_id}/evidence",
    operation_id="listOwnEvidence",
    dependencies=[OWN],
    responses=problem_responses(TaskNotFound),
)
@router.get(
    "/tasks/{task_id}/evidence",
    operation_id="listEvidence",
    dependencies=[PUBLIC],
    responses=problem_responses(TaskNotFound),
)
async def list_evidence(
    ctx: ContextDep, task_id: UUID, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[EvidenceView]:
    """A task's evidence, newest first; what was attached while it was restricted only for the bodies concerned."""
    context = f"evidence {task_id}"
    before = decode_cursor(cursor, datetime, int, context=context) if cursor else None
    views = await find.list_evidence(ctx, task_id, before, limit + 1)
    return page_of(views, limit, item=lambda view: view, key=_place, context=context)
