"""The log over HTTP, for handling bodies."""

from collections.abc import Collection, Sequence

from fastapi import Request

from sixclear.common.events.reader import StoredEvent
from sixclear.common.use_case import Context
from sixclear.common.web.log_route import log_router
from sixclear.feedback.log import service
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import hub_of


async def _readable(request: Request, ctx: Context, events: Sequence[StoredEvent]) -> Collection[int]:
    return await service.readable(ctx, await hub_of(request), events)


router = log_router(
    path="/own/log",
    operation_id="readOwnCasesLog",
    access=access.OWN,
    tag="case desk",
    what="What happened to the cases that your organisation handles now, all cases for the hub: states and times, "
    "nothing of what was written.",
    readable=_readable,
)
