"""What the routes of this service share: rules of access, problems of a step, the answer with its version."""

from fastapi import Depends, Response

from sixclear.common.auth.access import Access
from sixclear.common.use_case import (
    Context,
    FactBehindLastChange,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
)
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.use_cases import tag
from sixclear.tasks import lifecycle
from sixclear.tasks.errors import TaskNotFound, TransitionNotAllowed
from sixclear.tasks.models import Task
from sixclear.tasks.schemas import TaskView
from sixclear.tasks.service import answers

PUBLIC = Depends(Access.public("Progress, responsibility and results are published to everyone."))
REPORT = Depends(Access.scope("tasks:report", organisation="named in service.tasks.doers"))
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


def tag_task(ctx: Context, task: Task, response: Response) -> str:
    """The task's ETag, put into the answer. A deadline that passes changes it: the bucket is then another."""
    overdue = lifecycle.bucket(task, ctx.now) == "overdue"
    return tag(response, ctx.log, task, "overdue" if overdue else None)


async def answer(ctx: Context, task: Task, response: Response) -> TaskView:
    """The task as it is now, with its version as ETag."""
    tag_task(ctx, task, response)
    return await answers.task_view(ctx.session, task, ctx.now)
