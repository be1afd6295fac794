"""The organisations that answer for tasks."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.organisations.view import load
from sixclear.portal.shell.addresses import asked_of
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("organisations", reads=("q",))


@PAGE.get("/organisations")
async def show(request: Request) -> Response:
    """The list of organisations, and those that a visitor looks for."""
    portal = portal_of(request)
    view = await load(portal.gateway, asked_of(request, PAGE.reads))
    return portal.pages.answer(request, PAGE, view, status=view.asked.status)
