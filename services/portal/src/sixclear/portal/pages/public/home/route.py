"""The status of a programme, now or at the end of a day of the past."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.home.view import load
from sixclear.portal.shell.addresses import day_of, value_of
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("home")


@PAGE.get("/")
async def show(request: Request) -> Response:
    """The home page."""
    portal = portal_of(request)
    programme, day = value_of(request, "programme"), day_of(request, "as_of")
    view = await load(portal.gateway, portal.settings, portal.clock(), programme, day)
    return portal.pages.answer(request, PAGE, view)
