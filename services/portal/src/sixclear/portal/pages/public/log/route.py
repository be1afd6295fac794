"""The public log: how large it is, and who watches it."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.log.view import load
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("log")


@PAGE.get("/log")
async def show(request: Request) -> Response:
    """How the public log stands."""
    portal = portal_of(request)
    return portal.pages.answer(request, PAGE, await load(portal.gateway))
