"""Tasks: lists, one task, and what its assigning and confirming bodies decide."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from sixclear.common.service_state import own_state
from sixclear.common.use_case import Context, ReferenceUnknown
from sixclear.common.web.access import Access
from sixclear.common.web.etags import not_modified
from sixclear.common.web.instants import Instant
from sixclear.common.web.merge_patch import MergePatchDep, patch_body, patch_responses
from sixclear.common.web.openapi import LOCATED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, encode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Key, Lookup, Words
from sixclear.common.web.use_cases import ContextDep, ExpectDep, locate, tag
from sixclear.tasks.fields import PREFIX, Reach
from sixclear.tasks.organisation.errors import OrganisationEnded
from sixclear.tasks.programme.errors import OwnFieldsInvalid, ProgrammeNotFound
from sixclear.tasks.settings import Settings
from sixclear.tasks.task import access
from sixclear.tasks.task.errors import (
    CONFIRMATION_REFUSALS,
    DESCRIBING_REFUSALS,
    STEP_REFUSALS,
    ConfirmationByDoer,
    ConfirmationImpossible,
    DeadlineInPast,
    LevelMismatch,
    RecurrenceInvalid,
    SixClearsMissing,
    TaskNotFound,
)
from sixclear.tasks.task.listing import Sort
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.responses import open_proposals, task_summaries
from sixclear.tasks.task.schemas import (
    AssigningLevel,
    AssignmentState,
    Bucket,
    HistoryEntry,
    OpenProposal,
    RefusalEntry,
    ReturnEntry,
    SlipDays,
    Step,
    TaskProposal,
    TaskStatus,
    TaskSummary,
    TaskView,
)
from sixclear.tasks.task.service import assign as assigning
from sixclear.tasks.task.service import confirm as confirming
from sixclear.tasks.task.service import describe, find, lists
from sixclear.tasks.task.service import patch as patching
from sixclear.tasks.task.service import proposal as proposals

router = APIRouter(route_class=TransactionalRoute, tags=["tasks"])

PUBLIC = Depends(access.PUBLIC)
OWN = Depends(access.OWN)
WRITE = Depends(Access.scope("tasks:write", organisation=access.PROPOSING))
ASSIGN = Depends(Access.scope("tasks:assign", organisation=access.OWNER))
DECIDE = Depends(Access.scope("tasks:assign", organisation="own"))
REFUSE = Depends(Access.scope("tasks:assign", organisation=access.REFUSING))
WITHDRAW = Depends(Access.scope("tasks:write", organisation=access.PROPOSER))
CONFIRM = Depends(Access.scope("tasks:confirm", organisation=access.CONFIRMING))
SourceParam = Annotated[Key | None, Query(description="The sender's system, as tasks name it.")]
ExternalIdParam = Annotated[
    Key | None, Query(description="With `source` compared as keys are: case, blanks and dashes do not matter.")
]
UpdatedSinceParam = Annotated[
    Instant | None,
    Query(
        description="Recorded at this instant or later. A change that was still being written may be missed: follow "
        "`/log` to miss none."
    ),
]
SortParam = Annotated[
    Sort,
    Query(
        description="`deadline`: soonest first, without one last. `days_late`: those that are late, the longest first, "
        "then the others by deadline. `last_report`: the newest report first; last those without one, or with one that "
        "not everyone may read. `body`: by the code of the lead body, without one last. `updated`: the newest change "
        "first. `id`: the order that no change moves; a copy in it has each task once that was there all the while. By "
        "`last_report` and `updated` a page of more than 10,000 tasks may be short, or empty, although `next` goes on."
    ),
]
_DESCRIBING_REFUSALS = (*DESCRIBING_REFUSALS, OwnFieldsInvalid, OrganisationEnded)


@router.get(
    "/tasks",
    operation_id="listTasks",
    dependencies=[PUBLIC],
    responses=problem_responses(ProgrammeNotFound, ReferenceUnknown, OwnFieldsInvalid),
)
async def list_tasks(
    ctx: ContextDep,
    programme: Lookup | None = None,
    organisation: Annotated[Lookup | None, Query(description="Lead body with its subtree.")] = None,
    status: TaskStatus | None = None,
    bucket: Bucket | None = None,
    assigned_by: AssigningLevel | None = None,
    q: Annotated[Words | None, Query(description="Part of code, title or description.")] = None,
    source: SourceParam = None,
    external_id: ExternalIdParam = None,
    updated_since: UpdatedSinceParam = None,
    sort: SortParam = "deadline",
    reach: Annotated[Reach | None, Query(description="Of national programmes, or of bodies' own.")] = None,
    own_field: Annotated[
        Words | None,
        Query(
            description="`name:value` of a public field that the programme adds; with `programme`. A reference by its "
            "`organisation_id`."
        ),
    ] = None,
    slip_days: SlipDays = None,
    below: Annotated[UUID | None, Query(description="Own tasks below this public national one.")] = None,
    assignment: AssignmentState = None,
    directive: Annotated[
        UUID | None, Query(description="`directive_id` of the document that gave the tasks, see `/directives`.")
    ] = None,
    group: Annotated[
        Lookup | None,
        Query(
            description="`work_group`: the group of work, or the part of one, in which a decision put the tasks. Codes "
            "are a programme's own, so name the `programme`, too. A group does not contain the tasks of its parts.",
            examples=["institutions"],
        ),
    ] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[TaskSummary]:
    """Unrestricted tasks, by current deadline unless `sort` says otherwise; diacritics in `q` do not matter.

    Proposals that are over are left out, unless `status=cancelled` asks for them.
    """
    asked = lists.TaskQuery(
        *(programme, organisation, status, bucket, assigned_by, q, source, external_id, updated_since, sort),
        *(reach, own_field, slip_days, below, assignment, directive, group),
    )
    return await _page(ctx, asked, cursor, limit)


@router.get(
    "/own/tasks",
    operation_id="listOwnTasks",
    dependencies=[OWN],
)
async def list_own_tasks(
    ctx: ContextDep,
    role: Annotated[
        lists.Role,
        Query(
            description="The part that your organisation has in them. `confirming`: those that it may confirm; with "
            "`status=submitted` those that wait for it. `mandate`: what your token's mandate names."
        ),
    ] = "lead",
    status: TaskStatus | None = None,
    bucket: Bucket | None = None,
    q: Words | None = None,
    source: SourceParam = None,
    external_id: ExternalIdParam = None,
    updated_since: UpdatedSinceParam = None,
    sort: SortParam = "deadline",
    slip_days: SlipDays = None,
    assignment: AssignmentState = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[TaskSummary]:
    """Tasks that your organisation leads, gave, works on or may confirm, or that your mandate names.

    Restricted ones are included.
    """
    asked = lists.TaskQuery(
        *(None, None, status, bucket, None, q, source, external_id, updated_since, sort),
        slip_days=slip_days,
        assignment=assignment,
    )
    return await _page(ctx, asked, cursor, limit, role)


async def _page(
    ctx: Context, asked: lists.TaskQuery, cursor: str | None, limit: int, role: lists.Role | None = None
) -> Page[TaskSummary]:
    context = f"{asked} {role} {ctx.caller.organisation_id} {ctx.caller.mandate if role == 'mandate' else ''}"
    begun = lists.begun(asked.sort, decode_cursor(cursor, *lists.CURSOR, context=context)) if cursor else None
    page = await lists.list_tasks(ctx, asked, role, begun, limit)
    following = page.following and encode_cursor(lists.cursor_of(page, page.following), context=context)
    shown = await task_summaries(ctx, [task for task, _ in page.found])
    return Page(items=shown, next=following, total=page.total, total_is_lower_bound=page.counted > page.total)


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
    task = await find.get_task(ctx, task_id)
    current = await _tag(ctx, task, response)
    if not_modified(request, current):
        return Response(status_code=304, headers={"ETag": current})
    return await find.shown(ctx, task)


async def _tag(ctx: Context, task: Task, response: Response) -> str:
    return tag(response, ctx.log, task, await find.derived_state(ctx, task))


async def _answer(ctx: Context, task: Task, response: Response) -> TaskView:
    """The task as it is now, with its version as ETag."""
    await _tag(ctx, task, response)
    return await find.shown(ctx, task)


@router.post(
    "/tasks",
    operation_id="putTask",
    dependencies=[WRITE],
    status_code=201,
    responses=LOCATED
    | problem_responses(*_DESCRIBING_REFUSALS)
    | {200: {"description": "The task was known; it is described again, or nothing changed.", "model": TaskView}},
)
async def put_task(
    ctx: ContextDep, proposal: TaskProposal, expect: ExpectDep, request: Request, response: Response
) -> TaskView:
    """Propose a task; with `task_id`, or your own `source` and `external_id` sent before, describe it again (200).

    A description replaces the one before: what is left out is emptied. PATCH keeps it.
    `classification: restricted` takes a public task out of every page and answer. It takes back nothing that was read
    before: earlier public versions stay on the event bus until an operator purges them.
    """
    most_open = own_state(request, Settings).open_proposals
    task, created = await describe.upsert_task(ctx, proposal, expect, most_open=most_open)
    if created:
        seen_by = "tasks" if task.classification == "public" else "own/tasks"
        locate(response, f"{PREFIX}/{seen_by}/{task.task_id}")
    else:
        response.status_code = 200
    return await _answer(ctx, task, response)


@router.patch(
    "/tasks/{task_id}",
    operation_id="patchTask",
    dependencies=[WRITE],
    responses=patch_responses() | problem_responses(*_DESCRIBING_REFUSALS),
    openapi_extra=patch_body(TaskProposal, "task_id", "source", "external_id"),
)
async def patch_task(
    ctx: ContextDep, task_id: UUID, patch: MergePatchDep, expect: ExpectDep, request: Request, response: Response
) -> TaskView:
    """Describe a part of a task again, by merge patch (RFC 7396); the rules are those of a whole description."""
    most_open = own_state(request, Settings).open_proposals
    return await _answer(ctx, await patching.patch_task(ctx, task_id, patch, expect, most_open=most_open), response)


@router.post(
    "/tasks/{task_id}/assign",
    operation_id="assignTask",
    dependencies=[ASSIGN],
    responses=problem_responses(
        *STEP_REFUSALS, LevelMismatch, ConfirmationImpossible, SixClearsMissing, DeadlineInPast, RecurrenceInvalid
    ),
)
async def assign(ctx: ContextDep, task_id: UUID, step: Step, expect: ExpectDep, response: Response) -> TaskView:
    """Assign a proposed task to its lead body; it must be six-clear."""
    task = await assigning.assign(ctx, task_id, step, expect)
    return await _answer(ctx, task, response)


@router.get("/own/proposals", operation_id="listOpenProposals", dependencies=[DECIDE])
async def list_open_proposals(
    ctx: ContextDep, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[OpenProposal]:
    """The proposals in your programmes that wait for you, oldest first; of a restricted one not what it says."""
    context = f"proposals {ctx.caller.organisation_id}"
    after = decode_cursor(cursor, datetime, UUID, context=context) if cursor else None
    waiting = await proposals.list_waiting(ctx, after, limit + 1)
    shown = await open_proposals(ctx, waiting)
    return page_of(
        shown, limit, item=lambda item: item, key=lambda item: (item.proposed_at, item.task_id), context=context
    )


@router.post(
    "/tasks/{task_id}/refuse",
    operation_id="refuseProposal",
    dependencies=[REFUSE],
    response_model=TaskView,
    responses=problem_responses(*STEP_REFUSALS)
    | {204: {"description": "It is refused, and restricted: what it says is not for your organisation."}},
)
async def refuse(
    ctx: ContextDep, task_id: UUID, entry: RefusalEntry, expect: ExpectDep, response: Response
) -> Response | TaskView:
    """Refuse a proposal in your programme, with the reason; it is then `cancelled`."""
    task = await proposals.refuse(ctx, task_id, entry, expect)
    return Response(status_code=204) if task is None else await _answer(ctx, task, response)


@router.post(
    "/tasks/{task_id}/withdraw-proposal",
    operation_id="withdrawProposal",
    dependencies=[WITHDRAW],
    responses=problem_responses(*STEP_REFUSALS),
)
async def withdraw_proposal(
    ctx: ContextDep, task_id: UUID, step: Step, expect: ExpectDep, response: Response
) -> TaskView:
    """Take your own proposal back; it is then `cancelled`."""
    task = await proposals.withdraw(ctx, task_id, step, expect)
    return await _answer(ctx, task, response)


@router.post(
    "/tasks/{task_id}/confirm",
    operation_id="confirmTask",
    dependencies=[CONFIRM],
    responses=problem_responses(*CONFIRMATION_REFUSALS),
)
async def confirm(ctx: ContextDep, task_id: UUID, step: Step, expect: ExpectDep, response: Response) -> TaskView:
    """Confirm the result that was handed in; the doer cannot.

    A recurring task has no result to hand in: with this it is completed after its last period, and not before. Its
    periods are confirmed one by one, where the programme asks for it (`/periods/{period}/confirm`).
    """
    task = await confirming.confirm(ctx, task_id, step, expect)
    return await _answer(ctx, task, response)


@router.post(
    "/tasks/{task_id}/return",
    operation_id="returnTask",
    dependencies=[CONFIRM],
    responses=problem_responses(*STEP_REFUSALS, ConfirmationByDoer),
)
async def send_back(
    ctx: ContextDep, task_id: UUID, entry: ReturnEntry, expect: ExpectDep, response: Response
) -> TaskView:
    """Send a submission back, with the reason."""
    task = await confirming.send_back(ctx, task_id, entry, expect)
    return await _answer(ctx, task, response)


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
    entries = await find.history(ctx, task_id, before, limit + 1)
    return page_of(entries, limit, item=lambda entry: entry, key=lambda entry: (entry.version,), context=context)
