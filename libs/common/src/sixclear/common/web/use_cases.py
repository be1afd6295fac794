"""Between a route and its use case: the context that it runs in, and the version that it was decided on."""

from typing import Annotated

from fastapi import Depends, Request, Response

from sixclear.common.entity import HasVersion
from sixclear.common.events.log import EventLog
from sixclear.common.service_state import state_of
from sixclear.common.use_case import Context, Expect
from sixclear.common.web.etags import check_if_match, etag
from sixclear.common.web.route import CallerDep, NowDep, SessionDep


async def use_case(request: Request, session: SessionDep, caller: CallerDep, now: NowDep) -> Context:
    """The context of this request's use case."""
    request_id = getattr(request.state, "request_id", None)
    state = state_of(request)
    if state.unknown_organisations is not None:
        await state.unknown_organisations.note(session, caller)
    return Context(session, log_of(request), caller, now, request_id, state.new_id, state.behind_seconds)


def log_of(request: Request) -> EventLog:
    """The event log of the service; raises RuntimeError in an application without one."""
    log = state_of(request).event_log
    if log is None:
        raise RuntimeError("This application has no event log.")
    return log


ContextDep = Annotated[Context, Depends(use_case)]


def tag(response: Response, log: EventLog, entity: HasVersion, passed: str | None = None) -> str:
    """Put the entity's version into the answer as its ETag, with what time alone has made of it (see `etag`)."""
    response.headers["ETag"] = etag(log.epoch, entity.version, passed)
    return response.headers["ETag"]


def locate(response: Response, path: str) -> None:
    """Say where the entity is that the request made: `path` begins at the root of the installation."""
    response.headers["Location"] = path


async def expectation(request: Request) -> Expect:
    """What the request expects of the entity that it changes: the version in If-Match, where it names one.

    A use case calls it with the entity that it has locked. It raises StaleVersion for another version.
    """

    def expect(entity: HasVersion | None) -> None:
        check_if_match(request, log_of(request).epoch, None if entity is None else entity.version)

    return expect


ExpectDep = Annotated[Expect, Depends(expectation)]
