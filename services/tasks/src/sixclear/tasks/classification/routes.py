"""Where a kept answer is given again: it passes through the rule of now."""

from datetime import datetime
from uuid import UUID

from fastapi import Request

from sixclear.common.web.access import current_caller
from sixclear.common.web.etags import version_in
from sixclear.common.web.route import SessionDep, current_time
from sixclear.common.web.use_cases import use_case
from sixclear.tasks.classification import service


async def made_again(request: Request, session: SessionDep, tag: str, given_at: datetime) -> bytes:
    """The answer to a report that was given then with this tag; raises TaskNotFound."""
    ctx = await use_case(request, session, await current_caller(request), given_at)
    return await service.made_again(ctx, UUID(request.path_params["task_id"]), version_in(tag))


async def still_readable(request: Request, session: SessionDep, answer: bytes) -> bytes:
    """What the caller may read now of a kept answer; raises TaskNotFound."""
    ctx = await use_case(request, session, await current_caller(request), await current_time(request))
    return await service.readable(ctx, answer)
