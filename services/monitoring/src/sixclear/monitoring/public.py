"""What the public questions share: everyone may ask, within bounds, and an answer that is still the same is a 304."""

from hashlib import sha256
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from sixclear.common.errors import Unavailable
from sixclear.common.web.access import Access
from sixclear.common.web.allowances import TooManyRequests
from sixclear.common.web.etags import not_modified
from sixclear.common.web.route import Handler, SessionDep, TransactionalRoute
from sixclear.common.web.schemas import Schema
from sixclear.monitoring.parts import parts_of

S = TypeVar("S", bound=Schema)

BOUNDED = (TooManyRequests, Unavailable)
PUBLIC = Depends(Access.public("Progress, responsibility and results are published to everyone."))
SAME: dict[int | str, dict[str, Any]] = {304: {"description": "What If-None-Match names is still so, at `Date`."}}

# They read histories or several lists; the others read some dozens of counters.
_LARGE = frozenset({"getTimeline", "listProvinces", "getAttention"})
# What moves with the clock or with every event, though no figure does.
_MOVING = frozenset({"as_of", "staleness_seconds", "sources"})
_AGE_STEP_SECONDS = 5


async def _one_snapshot(session: SessionDep) -> AsyncSession:
    """The session of this request, whose queries all see the same view: its figures are of one generation.

    The isolation goes with the BEGIN; it is no statement of its own.
    """
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return session


SnapshotDep = Annotated[AsyncSession, Depends(_one_snapshot)]


class FiguresRoute(TransactionalRoute):
    """A route that everyone may ask, within the bounds of `Readings`."""

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            large = self.operation_id in _LARGE or "as_of" in request.query_params
            return await parts_of(request).readings.answer(request, handler, large=large)

        return handle


def tag_of(answer: Schema) -> str:
    """The entity tag of an answer: of its figures, of what they are known to lack, and of their age in steps."""
    body = answer.model_dump()
    age = body.get("staleness_seconds")
    lasting = {
        "figures": {name: value for name, value in body.items() if name not in _MOVING},
        "age": None if age is None else age // _AGE_STEP_SECONDS,
        "sources": {name: (state["epoch"], state["gaps"]) for name, state in body.get("sources", {}).items()},
    }
    digest = sha256(orjson.dumps(lasting, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return f'"{digest[:32]}"'


def unless_same(request: Request, response: Response, answer: S) -> S | Response:
    """`answer`, or 304 where the caller has it; pages of every origin may ask, as they may read the stream."""
    tag = tag_of(answer)
    headers = {"ETag": f"W/{tag}", "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}
    if not_modified(request, tag):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return answer
