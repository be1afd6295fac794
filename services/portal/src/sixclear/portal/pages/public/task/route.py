"""One task."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.task.lists import NAMES
from sixclear.portal.pages.public.task.view import load
from sixclear.portal.shell.addresses import asked_of, identifier_of
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("task", reads=NAMES)


@PAGE.get("/tasks/{identifier}")
async def show(request: Request) -> Response:
    """The page of a task."""
    portal = portal_of(request)
    view = await load(portal.gateway, portal.clock(), identifier_of(request), asked_of(request, PAGE.reads))
    return portal.pages.answer(request, PAGE, view, status=view.asked.status)
