"""Tasks: lists, one task, and its steps."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import (
    Context,
    FactBehindLastChange,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
)
from sixclear.common.web.etags import StaleVersion, not_modified
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, encode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep, ExpectDep, must_match
from sixclear.tasks.classification.routes import (
    ASSIGN,
    CONFIRM,
    EXTEND,
    OWN,
    PUBLIC,
    REPORT,
    STEP,
    SUBMIT,
    WRITE,
    answer,
    tag_task,
)
from sixclear.tasks.task import responses as answers
from sixclear.tasks.task.errors import (
    ConfirmationByDoer,
    ConfirmationImpossible,
    DeadlineInPast,
    DeadlineNeedsDecision,
    EvidenceMissing,
    FieldNeedsDecision,
    LevelMismatch,
    OrganisationNotFound,
    ProgrammeNotFound,
    RecurrenceInvalid,
    ReferenceAmbiguous,
    ReferenceUnknown,
    SixClearsMissing,
    TaskNotFound,
)
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.public_numbers import numbers_for, percents_for
from sixclear.tasks.task.schemas import (
    AssigningLevel,
    Bucket,
    EvidenceEntry,
    EvidenceView,
    ExtensionEntry,
    HistoryEntry,
    ReturnEntry,
    Step,
    SubmissionEntry,
    TaskProposal,
    TaskStatus,
    TaskSummary,
    TaskView,
)
from sixclear.tasks.task.service import assign as tasks
from sixclear.tasks.task.service import describe
from sixclear.tasks.task.service import find as listing

router = APIRouter(route_class=TransactionalRoute, tags=["tasks"])


@router.get(
    "/tasks",
    operation_id="listTasks",
    dependencies=[PUBLIC],
    responses=problem_responses(ProgrammeNotFound, OrganisationNotFound),
)
async def list_tasks(
    ctx: ContextDep,
    programme: Annotated[str | None, Query(max_length=80)] = None,
    organisation: Annotated[str | None, Query(max_length=80, description="Lead body with its subtree.")] = None,
    status: TaskStatus | None = None,
    bucket: Bucket | None = None,
    assigned_by: AssigningLevel | None = None,
    q: Annotated[str | None, Query(max_length=200, description="Part of code, title or description.")] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[TaskSummary]:
    """Unrestricted tasks by current deadline, soonest first; diacritics in `q` do not matter."""
    narrow = listing.Narrowing(programme, organisation, status, bucket, assigned_by, q)
    return await _page(ctx, narrow, cursor, limit)


@router.get(
    "/own/tasks",
    operation_id="listOwnTasks",
    dependencies=[OWN],
)
async def list_own_tasks(
    ctx: ContextDep,
    role: Annotated[listing.Role, Query(description="The part that your organisation has in them.")] = "lead",
    status: TaskStatus | None = None,
    bucket: Bucket | None = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[TaskSummary]:
    """The tasks that the caller's organisation leads, gave or works on (`role`), restricted ones included."""
    narrow = listing.Narrowing(None, None, status, bucket, None, q)
    return await _page(ctx, narrow, cursor, limit, role)


async def _page(
    ctx: Context, narrow: listing.Narrowing, cursor: str | None, limit: int, role: listing.Role | None = None
) -> Page[TaskSummary]:
    context = f"{narrow} {role} {ctx.caller.organisation_id}"
    after = decode_cursor(cursor, datetime | None, UUID, context=context) if cursor else None
    if role is None:
        rows = await listing.list_tasks(ctx, narrow, after, limit + 1)
    else:
        rows = await listing.list_own_tasks(ctx, narrow, role, after, limit + 1)
    numbers = await numbers_for(ctx, rows[:limit])
    shown = await answers.task_summaries(ctx.session, rows[:limit], ctx.now, numbers)
    last = rows[limit - 1] if len(rows) > limit else None
    following = encode_cursor([last.current_deadline, last.task_id], context=context) if last else None
    return Page(items=shown, next=following)


@router.get(
    "/tasks/{task_id}",
    operation_id="getTask",
    response_model=TaskView,
    dependencies=[PUBLIC],
    responses=problem_responses(TaskNotFound) | {304: {"description": "The version in If-None-Match is current."}},
)
async def get_task(ctx: ContextDep, task_id: UUID, request: Request, response: Response) -> Response | TaskView:
    """One task with its six clears, its chain and its result."""
    return await _read(ctx, task_id, request, response)


@router.get(
    "/own/tasks/{task_id}",
    operation_id="getOwnTask",
    response_model=TaskView,
    dependencies=[OWN],
    responses=problem_responses(TaskNotFound) | {304: {"description": "The version in If-None-Match is current."}},
)
async def get_own_task(ctx: ContextDep, task_id: UUID, request: Request, response: Response) -> Response | TaskView:
    """One task of the caller's organisation, also a restricted one."""
    return await _read(ctx, task_id, request, response)


async def _read(ctx: Context, task_id: UUID, request: Request, response: Response) -> Response | TaskView:
    task = await tasks.get_task(ctx, task_id)
    tag = tag_task(ctx, task, response)
    if not_modified(request, tag):
        return Response(status_code=304, headers={"ETag": tag})
    return await answer(ctx, task, response)


@router.post(
    "/tasks",
    operation_id="putTask",
    dependencies=[WRITE],
    status_code=201,
    responses=problem_responses(
        ReferenceUnknown,
        ReferenceAmbiguous,
        OrganisationNotAllowed,
        RecurrenceInvalid,
        LevelMismatch,
        ConfirmationImpossible,
        SixClearsMissing,
        TransitionNotAllowed,
        DeadlineNeedsDecision,
        FieldNeedsDecision,
        TaskNotFound,
        FactsPastNotAllowed,
        FactBehindLastChange,
        FactInFuture,
        StaleVersion,
    )
    | {200: {"description": "The task was known; it is described anew, or nothing changed.", "model": TaskView}},
)
async def put_task(ctx: ContextDep, proposal: TaskProposal, expect: ExpectDep, response: Response) -> TaskView:
    """Propose a task; with `task_id`, or your own `source` and `external_id` sent before, describe it anew (200)."""
    task, created = await describe.put_task(ctx, proposal, expect)
    response.status_code = 201 if created else 200
    return await answer(ctx, task, response)


@router.post(
    "/tasks/{task_id}/assign",
    operation_id="assignTask",
    dependencies=[ASSIGN],
    responses=problem_responses(*STEP, LevelMismatch, ConfirmationImpossible, SixClearsMissing),
)
async def assign(ctx: ContextDep, task_id: UUID, step: Step, request: Request, response: Response) -> TaskView:
    """Assign a proposed task to its lead body; it must be six-clear."""
    task = await _locked(ctx, task_id, request)
    await tasks.assign(ctx, task, step)
    return await answer(ctx, task, response)


@router.post(
    "/tasks/{task_id}/evidence",
    operation_id="addEvidence",
    dependencies=[REPORT],
    status_code=201,
    responses=problem_responses(*STEP),
)
async def add_evidence(
    ctx: ContextDep, task_id: UUID, entry: EvidenceEntry, request: Request, response: Response
) -> TaskView:
    """Attach a link to evidence of the result."""
    task = await _locked(ctx, task_id, request)
    await tasks.add_evidence(ctx, task, entry)
    return await answer(ctx, task, response)


@router.post(
    "/tasks/{task_id}/submit",
    operation_id="submitTask",
    dependencies=[SUBMIT],
    responses=problem_responses(*STEP, EvidenceMissing),
)
async def submit(
    ctx: ContextDep, task_id: UUID, entry: SubmissionEntry, request: Request, response: Response
) -> TaskView:
    """Hand in the result for confirmation by another body; evidence may come in the same request."""
    task = await _locked(ctx, task_id, request)
    await tasks.submit(ctx, task, entry)
    return await answer(ctx, task, response)


@router.post(
    "/tasks/{task_id}/confirm",
    operation_id="confirmTask",
    dependencies=[CONFIRM],
    responses=problem_responses(*STEP, ConfirmationByDoer),
)
async def confirm(ctx: ContextDep, task_id: UUID, step: Step, request: Request, response: Response) -> TaskView:
    """Confirm the result; the doer cannot."""
    task = await _locked(ctx, task_id, request)
    await tasks.confirm(ctx, task, step)
    return await answer(ctx, task, response)


@router.post(
    "/tasks/{task_id}/return",
    operation_id="returnTask",
    dependencies=[CONFIRM],
    responses=problem_responses(*STEP, ConfirmationByDoer),
)
async def send_back(
    ctx: ContextDep, task_id: UUID, entry: ReturnEntry, request: Request, response: Response
) -> TaskView:
    """Send a submission back, with the reason."""
    task = await _locked(ctx, task_id, request)
    await tasks.send_back(ctx, task, entry)
    return await answer(ctx, task, response)


@router.post(
    "/tasks/{task_id}/extend",
    operation_id="extendTask",
    dependencies=[EXTEND],
    responses=problem_responses(*STEP, DeadlineInPast),
)
async def extend(
    ctx: ContextDep, task_id: UUID, entry: ExtensionEntry, request: Request, response: Response
) -> TaskView:
    """Move the current deadline by a decision; the original one stays."""
    task = await _locked(ctx, task_id, request)
    await tasks.extend(ctx, task, entry)
    return await answer(ctx, task, response)


async def _locked(ctx: Context, task_id: UUID, request: Request) -> Task:
    task = await tasks.get_task(ctx, task_id, lock=True)
    must_match(request, ctx.log, task)
    return task


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
    before = decode_cursor(cursor, int, context=context)[0] if cursor else None
    rows = await listing.list_evidence(ctx, task_id, before, limit + 1)
    views = await answers.evidence_views(ctx.session, rows)
    return page_of(views, limit, item=lambda view: view, key=lambda view: (view.task_version,), context=context)


@router.get(
    "/own/tasks/{task_id}/history",
    operation_id="listOwnTaskHistory",
    dependencies=[OWN],
    responses=problem_responses(TaskNotFound),
)
@router.get(
    "/tasks/{task_id}/history",
    operation_id="listTaskHistory",
    dependencies=[PUBLIC],
    responses=problem_responses(TaskNotFound),
)
async def list_history(
    ctx: ContextDep, task_id: UUID, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[HistoryEntry]:
    """A task's changes, newest first; those while it was restricted only for the bodies concerned."""
    context = f"history {task_id}"
    before = decode_cursor(cursor, int, context=context)[0] if cursor else None
    events = await listing.history(ctx, task_id, before, limit + 1)
    percents = await percents_for(ctx, task_id, events)
    entries = await answers.history_entries(ctx.session, events, percents)
    return page_of(entries, limit, item=lambda entry: entry, key=lambda entry: (entry.version,), context=context)
