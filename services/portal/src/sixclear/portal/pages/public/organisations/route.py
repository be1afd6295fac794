"""The organisations that answer for tasks."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.organisations.view import load
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("organisations")


@PAGE.get("/organisations")
async def show(request: Request) -> Response:
    """The list of organisations."""
    portal = portal_of(request)
    return portal.pages.answer(request, PAGE, await load(portal.gateway))
