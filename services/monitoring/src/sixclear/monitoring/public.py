"""What the public questions share: everyone may ask, within bounds, and an answer that is still the same is a 304."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from sixclear.common.errors import Unavailable
from sixclear.common.web.access import Access, find_dependency
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
_LARGE = frozenset({"getTimeline", "listProvinces", "getAttention", "listScores"})
# What no counter knows: an instant that is past, and facts for which histories are read.
_IN_HISTORIES = frozenset({"as_of", "directive", "group"})
# What moves with the clock or with every event, though no figure does.
_MOVING = frozenset({"as_of", "staleness_seconds", "sources"})
_AGE_STEP_SECONDS = 5
# The question of which answers are kept in memory.
_KEPT = "getStatus"


async def _one_snapshot(session: SessionDep) -> AsyncSession:
    """The session of this request, whose queries all see the same view: its figures are of one generation.

    The isolation goes with the BEGIN; it is no statement of its own.
    """
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return session


SnapshotDep = Annotated[AsyncSession, Depends(_one_snapshot)]


class FiguresRoute(TransactionalRoute):
    """A route that everyone may ask, within the bounds of `Readings`.

    A status that is kept in memory is answered from there, before dependencies are solved and a session is made.
    """

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()
        rule = find_dependency(self.dependant, Access)
        assert rule is not None, "the routes of figures are public"

        async def from_memory(request: Request) -> Response:
            await rule.admit(request)
            return _kept(request) or await handler(request)

        answer = from_memory if self.operation_id == _KEPT else handler

        async def handle(request: Request) -> Response:
            large = self.operation_id in _LARGE or not _IN_HISTORIES.isdisjoint(request.query_params.keys())
            return await parts_of(request).readings.answer(request, answer, large=large)

        return handle


@dataclass(frozen=True, slots=True)
class Lasting:
    """What the figures of an answer and what they are known to lack come to; the tag adds their age, in steps."""

    digest: str

    def tag(self, age: float | None) -> str:
        """The entity tag of an answer whose figures are so old."""
        step = None if age is None else age // _AGE_STEP_SECONDS
        return f'"{sha256(f"{self.digest} {step}".encode()).hexdigest()[:32]}"'


def lasting_of(answer: Schema) -> Lasting:
    """Without what moves with the clock or with every event, though no figure does."""
    body = answer.model_dump()
    lasting = {
        "figures": {name: value for name, value in body.items() if name not in _MOVING},
        "sources": {name: (state["epoch"], state["gaps"]) for name, state in body.get("sources", {}).items()},
    }
    return Lasting(sha256(orjson.dumps(lasting, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest())


def tag_of(answer: Schema) -> str:
    """The entity tag of an answer: of its figures, of what they are known to lack, and of their age in steps."""
    return lasting_of(answer).tag(getattr(answer, "staleness_seconds", None))


def unless_same(request: Request, response: Response, answer: S) -> S | Response:
    """`answer`, or 304 where the caller has it; pages of every origin may ask, as they may read the stream."""
    tag = tag_of(answer)
    if not_modified(request, tag):
        return Response(status_code=304, headers=_headers(tag))
    response.headers.update(_headers(tag))
    return answer


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": f"W/{tag}", "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}


def question_of(request: Request) -> tuple[tuple[str, str], ...]:
    """What a caller asks for, as it stands in the address."""
    return tuple(sorted(request.query_params.multi_items()))


def _kept(request: Request) -> Response | None:
    """An answer that is kept in memory; None for any other."""
    kept = parts_of(request).kept_status(question_of(request))
    return None if kept is None else encoded(request, kept)


def encoded(request: Request, answer: tuple[bytes, str]) -> Response:
    """A body that is encoded with its tag, or 304 where the caller has it."""
    body, tag = answer
    if not_modified(request, tag):
        return Response(status_code=304, headers=_headers(tag))
    return Response(body, media_type="application/json", headers=_headers(tag))
