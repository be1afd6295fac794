"""Milestones of tasks over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import Context, ReferenceUnknown
from sixclear.common.web.openapi import TAGGED
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.tasks.milestone import access, service
from sixclear.tasks.milestone.errors import REFUSALS, MilestoneNotFound, TooManyMilestones
from sixclear.tasks.milestone.models import Milestone
from sixclear.tasks.milestone.schemas import (
    MilestoneCompletion,
    MilestoneEntry,
    MilestoneList,
    MilestoneMove,
    MilestoneView,
)
from sixclear.tasks.task.access import OWN as OWN_TASKS
from sixclear.tasks.task.access import REPORT
from sixclear.tasks.task.errors import DeadlineInPast, TaskNotFound
from sixclear.tasks.task.models import Task

router = APIRouter(route_class=TransactionalRoute, tags=["tasks"])

PUBLIC = Depends(access.PUBLIC)
OWN = Depends(OWN_TASKS)
PLAN = Depends(access.PLAN)
COMPLETE = Depends(REPORT)
_PLANNED: dict[int | str, dict[str, Any]] = {
    200: {"description": "The milestone was planned before; nothing changed.", "model": MilestoneView}
}


@router.get(
    "/own/tasks/{task_id}/milestones",
    operation_id="listOwnMilestones",
    dependencies=[OWN],
    responses=problem_responses(TaskNotFound),
)
@router.get(
    "/tasks/{task_id}/milestones",
    operation_id="listMilestones",
    dependencies=[PUBLIC],
    responses=problem_responses(TaskNotFound),
)
async def list_milestones(ctx: ContextDep, task_id: UUID) -> MilestoneList:
    """All milestones of a task, at most 50, and the share of its plan that is reached."""
    return await service.list_milestones(ctx, task_id)


@router.get(
    "/own/milestones/{milestone_id}",
    operation_id="getOwnMilestone",
    dependencies=[OWN],
    responses=TAGGED | problem_responses(MilestoneNotFound),
)
@router.get(
    "/milestones/{milestone_id}",
    operation_id="getMilestone",
    dependencies=[PUBLIC],
    responses=TAGGED | problem_responses(MilestoneNotFound),
)
async def get_milestone(ctx: ContextDep, milestone_id: UUID, response: Response) -> MilestoneView:
    """One milestone, with its version as ETag."""
    return await _answer(ctx, *await service.get_milestone(ctx, milestone_id), response)


@router.post(
    "/tasks/{task_id}/milestones",
    operation_id="planMilestone",
    dependencies=[PLAN],
    status_code=201,
    responses=problem_responses(*REFUSALS, TooManyMilestones, TransitionNotAllowed, DeadlineInPast) | _PLANNED,
)
async def plan(ctx: ContextDep, task_id: UUID, entry: MilestoneEntry, response: Response) -> MilestoneView:
    """Plan a part of a task with a date of its own; the same title and deadline again is the same milestone (200)."""
    milestone, task, new = await service.plan(ctx, task_id, entry)
    response.status_code = 201 if new else 200
    return await _answer(ctx, milestone, task, response)


@router.post(
    "/milestones/{milestone_id}/move",
    operation_id="moveMilestone",
    dependencies=[PLAN],
    responses=problem_responses(*REFUSALS, TransitionNotAllowed, DeadlineInPast),
)
async def move(
    ctx: ContextDep, milestone_id: UUID, entry: MilestoneMove, expect: ExpectDep, response: Response
) -> MilestoneView:
    """Move the current deadline of a milestone, with the reason; the original one stays."""
    return await _answer(ctx, *await service.move(ctx, milestone_id, entry, expect), response)


@router.post(
    "/milestones/{milestone_id}/complete",
    operation_id="completeMilestone",
    dependencies=[COMPLETE],
    responses=problem_responses(*REFUSALS, TransitionNotAllowed, ReferenceUnknown),
)
async def complete(
    ctx: ContextDep, milestone_id: UUID, entry: MilestoneCompletion, expect: ExpectDep, response: Response
) -> MilestoneView:
    """Say that a milestone is reached, by evidence of its task."""
    return await _answer(ctx, *await service.complete(ctx, milestone_id, entry, expect), response)


async def _answer(ctx: Context, milestone: Milestone, task: Task, response: Response) -> MilestoneView:
    view = await service.shown(ctx, milestone, task)
    # What time does, and what is decided on the evidence, changes the answer and not the milestone.
    tag(response, ctx.log, milestone, view.evidence_state or ("overdue" if view.overdue else None))
    return view
