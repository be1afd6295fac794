"""Periods of recurring tasks over HTTP."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from sixclear.common.use_case import Context
from sixclear.common.web.access import Access
from sixclear.common.web.openapi import TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.tasks.period.errors import PeriodNotFound
from sixclear.tasks.period.models import Period
from sixclear.tasks.period.responses import passed_word
from sixclear.tasks.period.schemas import PeriodReason, PeriodStep, PeriodToConfirm, RecurringPeriodView
from sixclear.tasks.period.service import find, judge
from sixclear.tasks.task.access import CONFIRMING
from sixclear.tasks.task.access import OWN as OWN_TASKS
from sixclear.tasks.task.access import PUBLIC as PUBLIC_TASKS
from sixclear.tasks.task.errors import STEP_REFUSALS, ConfirmationByDoer, EvidenceWaiting, TaskNotFound
from sixclear.tasks.task.models import Task

router = APIRouter(route_class=TransactionalRoute, tags=["tasks"])

PUBLIC = Depends(PUBLIC_TASKS)
OWN = Depends(OWN_TASKS)
CONFIRM = Depends(Access.scope("tasks:confirm", organisation=CONFIRMING))
CONFIRM_OWN = Depends(Access.scope("tasks:confirm", organisation="own"))
REFUSALS = (*STEP_REFUSALS, PeriodNotFound, ConfirmationByDoer)


@router.get(
    "/own/tasks/{task_id}/periods",
    operation_id="listOwnPeriods",
    dependencies=[OWN],
    responses=problem_responses(TaskNotFound),
)
@router.get(
    "/tasks/{task_id}/periods",
    operation_id="listPeriods",
    dependencies=[PUBLIC],
    responses=problem_responses(TaskNotFound),
)
async def list_periods(
    ctx: ContextDep, task_id: UUID, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[RecurringPeriodView]:
    """The periods of a recurring task, the newest first: what was due, reported on time, late or not at all."""
    context = f"periods {task_id}"
    before = decode_cursor(cursor, datetime, date, context=context) if cursor else None
    views = await find.list_periods(ctx, task_id, before, limit + 1)
    return page_of(views, limit, item=lambda view: view, key=_place, context=context)


@router.get("/own/periods", operation_id="listPeriodsToConfirm", dependencies=[CONFIRM_OWN])
async def list_periods_to_confirm(
    ctx: ContextDep, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[PeriodToConfirm]:
    """Periods that wait for the confirmation of your organisation, reported the longest ago first.

    A programme says whether its periods are confirmed (`periods_confirmed`).
    """
    context = f"periods to confirm {ctx.caller.organisation_id}"
    after = decode_cursor(cursor, datetime, UUID, context=context) if cursor else None
    found = await find.list_to_confirm(ctx, after, limit + 1)
    return page_of(
        found, limit, item=lambda item: item, key=lambda item: (item.reported_at, item.period_id), context=context
    )


def _place(view: RecurringPeriodView) -> tuple[datetime, date]:
    return view.due_at, view.due.rule_day


@router.get(
    "/own/tasks/{task_id}/periods/{period}",
    operation_id="getOwnPeriod",
    dependencies=[OWN],
    responses=TAGGED | problem_responses(TaskNotFound, PeriodNotFound),
)
@router.get(
    "/tasks/{task_id}/periods/{period}",
    operation_id="getPeriod",
    dependencies=[PUBLIC],
    responses=TAGGED | problem_responses(TaskNotFound, PeriodNotFound),
)
async def get_period(ctx: ContextDep, task_id: UUID, period: Lookup, response: Response) -> RecurringPeriodView:
    """One period of a recurring task by its key, such as `2026-W48`, with its version as ETag."""
    return await _answer(ctx, *await find.get_period(ctx, task_id, period), response)


@router.post(
    "/tasks/{task_id}/periods/{period}/confirm",
    operation_id="confirmPeriod",
    dependencies=[CONFIRM],
    responses=problem_responses(*REFUSALS, EvidenceWaiting),
)
async def confirm(
    ctx: ContextDep, task_id: UUID, period: Lookup, step: PeriodStep, expect: ExpectDep, response: Response
) -> RecurringPeriodView:
    """Confirm what was reported of a period, and accept what waits of its evidence; the doer never does."""
    return await _answer(ctx, *await judge.confirm(ctx, task_id, period, step, expect), response)


@router.post(
    "/tasks/{task_id}/periods/{period}/return",
    operation_id="returnPeriod",
    dependencies=[CONFIRM],
    responses=problem_responses(*REFUSALS),
)
async def send_back(
    ctx: ContextDep, task_id: UUID, period: Lookup, entry: PeriodReason, expect: ExpectDep, response: Response
) -> RecurringPeriodView:
    """Ask for more of a period, with the reason: its report does not count, and it is reported again by its key."""
    return await _answer(ctx, *await judge.send_back(ctx, task_id, period, entry, expect), response)


@router.post(
    "/tasks/{task_id}/periods/{period}/reopen",
    operation_id="reopenPeriod",
    dependencies=[CONFIRM],
    responses=problem_responses(*REFUSALS),
)
async def reopen(
    ctx: ContextDep, task_id: UUID, period: Lookup, entry: PeriodReason, expect: ExpectDep, response: Response
) -> RecurringPeriodView:
    """Let a period that was locked or confirmed be reported again, with the reason."""
    return await _answer(ctx, *await judge.reopen(ctx, task_id, period, entry, expect), response)


async def _answer(ctx: Context, task: Task, period: Period, response: Response) -> RecurringPeriodView:
    view = (await find.shown(ctx, task, [period]))[0]
    tag(response, ctx.log, period, passed_word(view))
    return view
