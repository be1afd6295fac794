"""What the routes of this service share: rules of access, problems of a step, the answer with its version."""

from fastapi import Depends, Request, Response

from sixclear.common.auth.access import Access, OrganisationRule, current_caller
from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import (
    Context,
    FactBehindLastChange,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
)
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.route import SessionDep, current_time
from sixclear.common.web.use_cases import tag, use_case
from sixclear.tasks.classification import service as kept_answers
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task import responses as answers
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.public_numbers import numbers_for
from sixclear.tasks.task.schemas import TaskView
from sixclear.tasks.task.service import assign as use_cases
from sixclear.tasks.task.service import describe

PUBLIC = Depends(Access.public("Progress, responsibility and results are published to everyone."))
_DOING = OrganisationRule("doing_body", "the lead or a coordinating body of the task", use_cases.doers)
_LEAD = OrganisationRule("lead_body", "the lead body of the task", use_cases.submit)
_PROPOSING = OrganisationRule(
    "assigning_or_lead_body", "the assigning or the lead body that the task names", describe.put_task
)
_OWNER = OrganisationRule(
    "programme_owner", "the assigning body of the task, which owns the programme", use_cases.assign_described
)
_ASSIGNING = OrganisationRule("assigning_body", "the assigning body of the task", use_cases.extend)
_CONFIRMING = OrganisationRule(
    "confirming_body",
    "the assigning body of the task or the owner of the programme, which does not work on the task",
    use_cases.confirm,
)
REPORT = Depends(Access.scope("tasks:report", organisation=_DOING))
SUBMIT = Depends(Access.scope("tasks:report", organisation=_LEAD))
WRITE = Depends(Access.scope("tasks:write", organisation=_PROPOSING))
ASSIGN = Depends(Access.scope("tasks:assign", organisation=_OWNER))
EXTEND = Depends(Access.scope("tasks:assign", organisation=_ASSIGNING))
CONFIRM = Depends(Access.scope("tasks:confirm", organisation=_CONFIRMING))
# Whoever takes a step on its tasks reads them, restricted ones included.
OWN = Depends(Access.scope("tasks:report", "tasks:assign", "tasks:confirm", "tasks:write", organisation="own"))
STEP = (
    TaskNotFound,
    OrganisationNotAllowed,
    TransitionNotAllowed,
    FactsPastNotAllowed,
    FactBehindLastChange,
    FactInFuture,
    StaleVersion,
)


async def still_readable(request: Request, session: SessionDep, answer: bytes) -> bytes:
    """What the caller may read now of a kept answer; raises TaskNotFound."""
    ctx = await use_case(request, session, await current_caller(request), await current_time(request))
    return await kept_answers.readable(ctx, answer)


def tag_task(ctx: Context, task: Task, response: Response) -> str:
    """The task's ETag, put into the answer. A deadline that passes changes it: the bucket is then another."""
    overdue = lifecycle.bucket(task, ctx.now) == "overdue"
    return tag(response, ctx.log, task, "overdue" if overdue else None)


async def answer(ctx: Context, task: Task, response: Response) -> TaskView:
    """The task as it is now, with its version as ETag."""
    tag_task(ctx, task, response)
    numbers = await numbers_for(ctx, [task])
    return await answers.task_view(ctx.session, task, ctx.now, numbers.get(task.task_id, {}))
