"""Pages that are read: home, tasks, organisations, the catalogue."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sixclear.common.auth.access import declare
from sixclear.common.web.instants import Day
from sixclear.portal import service
from sixclear.portal.errors import InvalidAddress, PageNotFound
from sixclear.portal.routes.dependencies import PUBLIC, portal_of

_TASK_FILTERS = ("programme", "organisation", "status", "bucket", "assigned_by", "q", "cursor")
_CATALOGUE_FILTERS = ("list", "deployment_stage", "registration", "q", "cursor")
_DAY: TypeAdapter[date] = TypeAdapter(Day)
_LONGEST_VALUE = 400


@declare(PUBLIC)
async def home(request: Request) -> Response:
    """The status of a programme, now or at the end of a day of the past."""
    portal = portal_of(request)
    programme, day = _value(request, "programme"), _day(_value(request, "as_of"))
    view = await service.home(portal.gateway, portal.settings, portal.clock(), programme, day)
    return portal.pages.answer(request, "home", {"view": view, "stream_url": portal.settings.stream_url})


@declare(PUBLIC)
async def tasks(request: Request) -> Response:
    """The list of tasks."""
    portal = portal_of(request)
    view = await service.tasks(portal.gateway, portal.settings, _filters(request, _TASK_FILTERS))
    return portal.pages.answer(request, "tasks", {"view": view, "now": portal.clock()})


@declare(PUBLIC)
async def task(request: Request) -> Response:
    """One task."""
    portal = portal_of(request)
    view = await service.task(portal.gateway, portal.clock(), _identifier(request))
    return portal.pages.answer(request, "task", {"view": view})


@declare(PUBLIC)
async def organisation(request: Request) -> Response:
    """One organisation with its figures and tasks."""
    portal = portal_of(request)
    view = await service.organisation(portal.gateway, portal.settings, str(_identifier(request)))
    return portal.pages.answer(request, "organisation", {"view": view, "now": portal.clock()})


@declare(PUBLIC)
async def organisations(request: Request) -> Response:
    """The organisations that answer for tasks."""
    portal = portal_of(request)
    view = await service.organisations(portal.gateway)
    return portal.pages.answer(request, "organisations", {"view": view})


@declare(PUBLIC)
async def catalogue(request: Request) -> Response:
    """The catalogue of databases."""
    portal = portal_of(request)
    filters = _filters(request, _CATALOGUE_FILTERS)
    view = await service.catalogue(portal.gateway, portal.settings, portal.clock(), filters)
    return portal.pages.answer(request, "catalogue", {"view": view})


def routes() -> Sequence[BaseRoute]:
    """The pages that are read."""
    return [
        Route("/", home),
        Route("/tasks", tasks),
        Route("/tasks/{identifier}", task),
        Route("/organisations", organisations),
        Route("/organisations/{identifier}", organisation),
        Route("/catalogue", catalogue),
    ]


def _value(request: Request, name: str) -> str | None:
    value = request.query_params.get(name, "").strip()
    if len(value) > _LONGEST_VALUE or "\0" in value:
        raise InvalidAddress
    return value or None


def _filters(request: Request, names: Sequence[str]) -> dict[str, str]:
    return {name: _value(request, name) or "" for name in names}


def _day(value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return _DAY.validate_python(value)
    except ValidationError as error:
        raise InvalidAddress from error


def _identifier(request: Request) -> UUID:
    try:
        return UUID(request.path_params["identifier"])
    except ValueError as error:
        raise PageNotFound from error
