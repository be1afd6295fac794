"""The log over HTTP, for everyone and for a body."""

from collections.abc import Collection, Sequence

from fastapi import Request

from sixclear.common.events.reader import StoredEvent
from sixclear.common.use_case import Context
from sixclear.common.web.log_route import log_router
from sixclear.tasks.log import service
from sixclear.tasks.task import access

router = log_router(
    operation_id="readLog",
    access=access.PUBLIC,
    tag="tasks",
    what="What happened to organisations, programmes, directives and tasks, as everyone may know it. Of a task that "
    "was restricted since, only the change `withdrawn` is left.",
)


async def _readable(_request: Request, ctx: Context, events: Sequence[StoredEvent]) -> Collection[int]:
    return await service.readable(ctx, events)


own_router = log_router(
    path="/own/log",
    operation_id="readOwnLog",
    access=access.OWN,
    tag="tasks",
    what="What `/log` has, and everything that happened to the tasks in which your organisation has a part now, and to "
    "all that hangs on them: changes that are not public are marked `restricted`. Of a task of yours that `withdrawn` "
    "took from everyone, `/own/tasks/{task_id}` has what it is now; without a part in it you are answered 404.",
    readable=_readable,
)
