"""One request, one transaction: committed before the first byte of the answer."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any, TypeVar, cast

import fastapi.routing
from fastapi import Depends, Request
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response, StreamingResponse

from sixclear.common.auth.access import CallerDep, current_caller, find_rule
from sixclear.common.web import idempotency

__all__ = ["CallerDep", "NowDep", "SessionDep", "TransactionalRoute", "writes"]

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_WRITES = "__writes__"


async def current_session(request: Request) -> AsyncSession:
    """The session of this request. The route commits it; handlers, services and repositories never do."""
    return cast(AsyncSession, request.state.session)


async def current_time(request: Request) -> datetime:
    """The instant of this request: the same one wherever it is asked for."""
    now: datetime | None = getattr(request.state, "now", None)
    if now is None:
        now = request.state.now = request.app.state.clock()
    return now


SessionDep = Annotated[AsyncSession, Depends(current_session)]
NowDep = Annotated[datetime, Depends(current_time)]


def writes(endpoint: Endpoint) -> Endpoint:
    """Mark a GET whose reading is itself recorded (an access log): it gets a transaction that is committed."""
    setattr(endpoint, _WRITES, True)
    return endpoint


class TransactionalRoute(APIRoute):
    """A route whose database work is one transaction.

    The caller is admitted before the body is read. POST, PUT, PATCH and DELETE get a session that is committed before
    the answer is handed out, so a commit that fails is answered as an error and never as a success; an answer of 400
    and above rolls back; a retry with the same `Idempotency-Key` gets the first answer again. Other methods get a
    session that the server keeps from writing, or with `writes` one that is committed; no answer of theirs is kept. A
    session takes a connection with its first statement, so a refused request costs none.
    """

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()
        rule = find_rule(_effective(self).dependant)
        writing = bool(set(self.methods or ()) - _SAFE_METHODS) or getattr(self.endpoint, _WRITES, False)

        async def handle(request: Request) -> Response:
            if rule is not None:
                await rule.admit(request)
            if request.app.state.database is None:
                return await handler(request)
            return await (_write(request, handler, self.endpoint) if writing else _read(request, handler))

        return handle


def _effective(route: APIRoute) -> APIRoute:
    """The route as it is mounted: rules may come from the router that includes it."""
    context = fastapi.routing._effective_route_context_var.get()
    return route if context is None or context.original_route is not route else cast(APIRoute, context)


async def _read(request: Request, handler: Handler) -> Response:
    async with request.app.state.read_sessions() as session:
        request.state.session = session
        return await handler(request)


async def _write(request: Request, handler: Handler, endpoint: Callable[..., Any]) -> Response:
    state = request.app.state
    async with state.database.transaction() as session:
        request.state.session = session
        response = await _answer(request, session, handler, endpoint)
        if isinstance(response, StreamingResponse):
            raise TypeError("A writing route answers at once: a stream would begin before the commit.")
        if response.status_code >= 400:
            await session.rollback()
    if state.event_log is not None:
        state.event_log.wake()
    return response


async def _answer(request: Request, session: AsyncSession, handler: Handler, endpoint: Callable[..., Any]) -> Response:
    """The handler's answer, or with an `Idempotency-Key` the one that the same request got before.

    A safe method has nothing to double, and a reading that is recorded must be recorded and authorised each time: there
    the key means nothing. Where the use case keeps the key with its entity, it gives the answer again itself.
    """
    key = None if request.method in _SAFE_METHODS else idempotency.key_of(request)
    if key is None or idempotency.is_kept_with_entity(endpoint):
        return await handler(request)
    caller = await current_caller(request)
    owner = await idempotency.owner_of_key(request, caller.client_id, endpoint)
    claim = await idempotency.Claim.of(request, owner, key)
    now = await current_time(request)
    keep_answer = idempotency.stores_answer(endpoint)
    return await idempotency.answer_once(request, session, claim, now, handler, keep_answer=keep_answer)
