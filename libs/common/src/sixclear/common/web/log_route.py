"""`GET /log`: what a service publishes, for programs without a bus: CloudEvents in JSON, in order, from a position."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from sixclear.common.bus.envelope import structured
from sixclear.common.errors import Unavailable
from sixclear.common.events.feed import LogFeed, LogPage, LogPositionGone, Place, readable_by_all
from sixclear.common.events.reader import StoredEvent
from sixclear.common.service_state import state_of
from sixclear.common.use_case import Context
from sixclear.common.visitor import network_of
from sixclear.common.web.access import Access
from sixclear.common.web.access_log import shows_only_public
from sixclear.common.web.allowances import TooManyRequests
from sixclear.common.web.pagination import CursorParam, InvalidCursor, decode_cursor, encode_cursor
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep
from sixclear.common.web.visitor import visitor_of

BATCH = "application/cloudevents-batch+json"
_MOST = 500
_AGAIN_SECONDS = 5
_DESCRIPTION = """{what}

Events stand in the order of the log, each once; the bus has the same with the same `id`. The header `Link` names the
next page: keep it, also at the end, where `Retry-After` says when to ask again. A page may be short or empty before
the end. 410 says that the log does not go on from `after`: begin again. To have all that is there and miss nothing,
begin with `begin=newest`, read the lists, and then follow `Link`."""
_HEADERS: dict[str, Any] = {
    "Link": {"description": '`<…>; rel="next"`: the page after this one.', "schema": {"type": "string"}},
    "Log-After": {"description": "`after` of the next page.", "schema": {"type": "string"}},
    "Retry-After": {
        "description": "At the end of the log: after how many seconds to ask again.",
        "schema": {"type": "integer", "minimum": 0},
    },
}
_EVENT: dict[str, Any] = {
    "type": "object",
    "description": "A CloudEvent 1.0 in JSON; its `data` is described in the AsyncAPI document of the service.",
    "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
    "properties": {
        "specversion": {"type": "string", "const": "1.0"},
        "id": {"type": "string", "description": "Epoch and position; unique with `source`."},
        "source": {"type": "string"},
        "type": {"type": "string"},
        "subject": {"type": "string", "description": "The identifier of the entity."},
        "time": {"type": "string", "format": "date-time", "description": "When it became true."},
        "datacontenttype": {"type": "string", "const": "application/json"},
        "recordedat": {"type": "string", "format": "date-time", "description": "When it was learnt."},
        "position": {"type": "string", "description": "Its place in the log."},
        "epoch": {"type": "integer"},
        "version": {"type": "integer", "description": "Of the entity; each change has the next one."},
        "previousversion": {"type": "integer", "description": "The published version before."},
        "restricted": {"type": "boolean", "description": "True: it is for the bodies concerned only."},
        "data": {"type": "object", "description": "The whole state of the entity after the change."},
    },
}

_EXAMPLE: list[dict[str, Any]] = [
    {
        "specversion": "1.0",
        "id": "1-4021",
        "source": "/sixclear/tasks",
        "type": "vn.sixclear.tasks.task.withdrawn.v1",
        "subject": "0b3f0a52-2a1c-5b6e-9d57-6f1a0c57d0e1",
        "time": "2025-12-04T03:00:00Z",
        "datacontenttype": "application/json",
        "recordedat": "2025-12-04T03:00:00Z",
        "position": "4021",
        "epoch": 1,
        "version": 3,
        "previousversion": 2,
        "data": {"change": "withdrawn", "task_id": "0b3f0a52-2a1c-5b6e-9d57-6f1a0c57d0e1"},
    }
]

AfterParam = Annotated[CursorParam, Query(description="From the `Link` of the page before; not to be made up.")]
Readable = Callable[[Request, Context, Sequence[StoredEvent]], Awaitable[Collection[int]]]


class BatchResponse(Response):
    """A batch of events."""

    media_type = BATCH


async def everyone_reads(_request: Request, ctx: Context, events: Sequence[StoredEvent]) -> Collection[int]:
    """What is published, as `readable_by_all` says."""
    return await readable_by_all(ctx.session, ctx.log.catalogue, events)


def log_router(
    *, operation_id: str, access: Access, tag: str, what: str, path: str = "/log", readable: Readable = everyone_reads
) -> APIRouter:
    """The route that reads a service's log; `readable` says which events the caller may read, `what` does in words."""
    router = APIRouter(route_class=TransactionalRoute, tags=[tag])

    @router.get(
        path,
        operation_id=operation_id,
        summary="Read the log",
        description=_DESCRIPTION.format(what=what),
        dependencies=[Depends(access)],
        response_class=BatchResponse,
        response_model=None,
        responses=problem_responses(InvalidCursor, LogPositionGone, TooManyRequests, Unavailable)
        | {
            200: {
                "description": "The events after the position.",
                "headers": _HEADERS,
                "content": {BATCH: {"schema": {"type": "array", "items": _EVENT}, "example": _EXAMPLE}},
            }
        },
    )
    async def read_log(
        ctx: ContextDep,
        request: Request,
        after: AfterParam = None,
        begin: Annotated[
            Literal["oldest", "newest"], Query(description="Where to begin without `after`; `newest`: at the end.")
        ] = "oldest",
        limit: Annotated[int, Query(ge=1, le=_MOST, description="Events per page.")] = 100,
    ) -> Response:
        feed, context = _feed(request, ctx), f"log {ctx.log.service}"
        sees = partial(readable, request, ctx)
        if after is None:
            place = await feed.begin(sees, newest=begin == "newest")
        else:
            place = Place(*decode_cursor(after, int, int, context=context))
        page = await feed.read(place, limit, sees)
        if await _is_public(ctx, page.events, readable):
            shows_only_public(request)
        return _answer(
            request, ctx, page, encode_cursor([page.place.epoch, page.place.position], context=context), limit
        )

    return router


async def _is_public(ctx: Context, events: Sequence[StoredEvent], readable: Readable) -> bool:
    """Whether everyone may read these events now, so that reading them is no access to what is not public."""
    if readable is everyone_reads or not events:
        return True
    return set(await readable_by_all(ctx.session, ctx.log.catalogue, events)).issuperset(
        event.event_id for event in events
    )


def _feed(request: Request, ctx: Context) -> LogFeed:
    """The pages of the log, if the visitor may ask now; raises TooManyRequests."""
    state = state_of(request)
    if state.log_feed is None or state.log_readers is None:
        raise RuntimeError("This application has no event log.")
    known = ctx.caller.organisation_id is not None
    state.log_readers.spend(ctx.caller.client_id if known else network_of(visitor_of(request.scope)))
    return state.log_feed


def _answer(request: Request, ctx: Context, page: LogPage, cursor: str, limit: int) -> Response:
    log = ctx.log
    batch = [structured(event, log.service, page.place.epoch, log.installation) for event in page.events]
    headers = {"Link": f'<{request.url.path}?after={cursor}&limit={limit}>; rel="next"', "Log-After": cursor}
    if page.at_end:
        headers["Retry-After"] = str(_AGAIN_SECONDS)
    return BatchResponse(orjson.dumps(batch), headers=headers)
