"""Periods of recurring tasks over HTTP."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from sixclear.common.use_case import Context
from sixclear.common.web.openapi import TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup
from sixclear.common.web.use_cases import ContextDep, tag
from sixclear.tasks.period.errors import PeriodNotFound
from sixclear.tasks.period.lifecycle import timing
from sixclear.tasks.period.models import Period, record_of
from sixclear.tasks.period.schemas import RecurringPeriodView
from sixclear.tasks.period.service import find
from sixclear.tasks.task.access import OWN as OWN_TASKS
from sixclear.tasks.task.access import PUBLIC as PUBLIC_TASKS
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.models import Task

router = APIRouter(route_class=TransactionalRoute, tags=["tasks"])

PUBLIC = Depends(PUBLIC_TASKS)
OWN = Depends(OWN_TASKS)


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


async def _answer(ctx: Context, task: Task, period: Period, response: Response) -> RecurringPeriodView:
    told = timing(record_of(period), ctx.now)
    tag(response, ctx.log, period, told if told == "missing" else None)
    return (await find.shown(ctx, task, [period]))[0]
