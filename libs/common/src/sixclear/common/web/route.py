"""One request, one transaction: committed before the first byte of the answer."""

from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response, StreamingResponse
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from sixclear.common.entity_cache import changed_in
from sixclear.common.errors import InvalidRequest
from sixclear.common.service_state import state_of
from sixclear.common.web import idempotency
from sixclear.common.web.access import Access, CallerDep, current_caller, find_dependency
from sixclear.common.web.access_log import Asked, note_reading
from sixclear.common.web.endpoint import Handler, Unplanned, planned
from sixclear.common.web.json_bodies import JsonRequest
from sixclear.common.web.media_types import require_json
from sixclear.common.web.query_parameters import QueryParameters
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.validation import field_errors

__all__ = ["CallerDep", "Handler", "NowDep", "SessionDep", "TransactionalRoute"]

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# In a request's scope: it did not come through FastAPI, which keeps there what only its own handlers need.
_DIRECT = "sixclear.direct"


async def current_session(request: Request) -> AsyncSession:
    """The session of this request. The route commits it; handlers, services and repositories never do."""
    return cast(AsyncSession, request.state.session)


async def current_time(request: Request) -> datetime:
    """The instant of this request: the same one wherever it is asked for."""
    now: datetime | None = getattr(request.state, "now", None)
    if now is None:
        now = request.state.now = state_of(request).clock()
    return now


SessionDep = Annotated[AsyncSession, Depends(current_session)]
NowDep = Annotated[datetime, Depends(current_time)]


class TransactionalRoute(APIRoute):
    """A route whose database work is one transaction.

    The caller is admitted first. Then, before the body is read, the query is compared with the parameters of the route,
    and the type of the body with JSON where the route takes JSON, which is read as `read_json` does. HEAD is answered
    as GET.

    POST, PUT, PATCH and DELETE get a session that is committed before the answer is handed out, so a commit that fails
    is answered as an error and never as a success; an answer of 400 and above rolls back; a retry with the same
    `Idempotency-Key` gets the first answer again. Other methods get a session that the server keeps from writing, or
    one that is committed where `RouteOptions` say so; no answer of theirs is kept. An answer of a route that asks for a
    token is in the access log before it leaves, unless it shows only what is public: each one to a GET, and of other
    methods those that left no event, which would say who asked. A session takes a connection with its first statement,
    so a refused request costs none. The rule and the options stand on the route or on its own router, never on one that
    includes it.
    """

    _planned: Handler | None = None

    def get_route_handler(self) -> Handler:
        handler = self._naming_known_members(self._calling_endpoint(super().get_route_handler()))
        rule = find_dependency(self.dependant, Access)
        options = find_dependency(self.dependant, RouteOptions) or RouteOptions()
        known = QueryParameters.of(self.dependant)
        query = None if options.page else known
        ends = options.deprecated.headers() if options.deprecated is not None else {}
        reads_json = self.body_field is not None
        changing = bool(set(self.methods or ()) - _SAFE_METHODS)
        writing = options.writes or changing
        protected = rule is not None and bool(rule.scopes)
        recorded = options.recorded if options.recorded is not None else protected
        scopes, operation = () if rule is None else rule.scopes, self.operation_id or self.path_format
        asked = Asked(operation, scopes, known.known, options.recorded or not changing) if recorded else None

        async def handle(request: Request) -> Response:
            request = JsonRequest(request.scope, request.receive)
            if ends:
                request.state.deprecation = ends  # for `EdgeMiddleware`: also when it is refused
            if rule is not None:
                await rule.admit(request)
            if query is not None:
                query.check(request)
            if reads_json:
                require_json(request)
            database = state_of(request).database
            if database is None:
                return await handler(request)
            if writing:
                return await _write(request, handler, options, asked)
            response = await _read(request, handler)
            if asked is not None:
                async with database.transaction() as session:
                    await note_reading(request, response, session, asked, await current_time(request))
            return response

        return handle

    def direct(self) -> ASGIApp | None:
        """What answers a request that `RouteTable` brings; None where only FastAPI can call the endpoint."""
        done = (find_dependency(self.dependant, Access), find_dependency(self.dependant, RouteOptions))
        try:
            self._planned = planned(self, done)
        except Unplanned:
            return None
        handle = self.get_route_handler()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            scope[_DIRECT] = True
            response = await handle(Request(scope, receive, send))
            await response(scope, receive, send)

        return app

    def _calling_endpoint(self, by_framework: Handler) -> Handler:
        async def handle(request: Request) -> Response:
            by_plan = self._planned if _DIRECT in request.scope else None
            return await (by_plan or by_framework)(request)

        return handle

    def _naming_known_members(self, handler: Handler) -> Handler:
        body = None if self.body_field is None else self.body_field.field_info.annotation

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except RequestValidationError as error:
                raise InvalidRequest(errors=field_errors(error.errors(), body)) from None

        return handle

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return super().matches(self._as_get(scope))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The server leaves the body of an answer to HEAD out: it goes by its own copy of the method.
        await super().handle(self._as_get(scope), receive, send)

    def _as_get(self, scope: Scope) -> Scope:
        """HEAD, which FastAPI does not know, is the GET of the same address (RFC 9110 §9.3.2)."""
        return {**scope, "method": "GET"} if scope.get("method") == "HEAD" else scope


async def _read(request: Request, handler: Handler) -> Response:
    read_sessions = state_of(request).read_sessions
    assert read_sessions is not None
    async with read_sessions() as session:
        request.state.session = session
        return await handler(request)


async def _write(request: Request, handler: Handler, options: RouteOptions, asked: Asked | None) -> Response:
    """The answer of a request whose changes are committed; it leaves the process only after that.

    FastAPI's usual place for a session, a dependency with `yield`, commits when the answer is handed over already: a
    commit that fails would be answered with 201 (tried; decision 0002). Hence no stream as an answer: its first byte
    would come before the commit. The log is woken last, for a reader that is woken earlier finds nothing and sleeps
    until it polls. Limit: of a connection that breaks during the commit it is not known whether it took place; the
    caller gets an error, and an `Idempotency-Key` makes its retry safe
    (`test_no_writing_route_answers_success_before_its_commit` in each service).
    """
    state = state_of(request)
    assert state.database is not None
    async with state.database.transaction() as session:
        request.state.session = session
        response = await _answer(request, session, handler, options)
        if isinstance(response, StreamingResponse):
            raise TypeError("A writing route answers with a whole body: a stream would begin before the commit.")
        if response.status_code >= 400:
            await session.rollback()
        elif asked is not None and (asked.always or not changed_in(session)):
            await note_reading(request, response, session, asked, await current_time(request))
    if state.event_log is not None:
        state.event_log.wake()
    return response


async def _answer(request: Request, session: AsyncSession, handler: Handler, options: RouteOptions) -> Response:
    """The handler's answer, or with an `Idempotency-Key` the one that the same request got before.

    A safe method has nothing to double, and a reading that is recorded must be recorded and authorised each time: there
    the key means nothing. Where the use case keeps the key with its entity, it gives the answer again itself.
    """
    key = None if request.method in _SAFE_METHODS else idempotency.key_of(request)
    if key is None or options.key_kept_with_entity:
        return await handler(request)
    caller = await current_caller(request)
    owner = caller.client_id
    if options.key_belongs_to is not None:
        owner = f"{owner} {await options.key_belongs_to(request)}"
    claim = await idempotency.Claim.of(request, owner, key)
    now = await current_time(request)
    return await idempotency.answer_once(request, session, claim, now, handler, keep_answer=options.stores_answer)
