"""The status of a programme, now or at the end of a day of the past."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.home.view import load
from sixclear.portal.shell.addresses import asked_of
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("home", reads=("programme", "as_of"))


@PAGE.get("/")
async def show(request: Request) -> Response:
    """The home page."""
    portal = portal_of(request)
    view = await load(portal.gateway, portal.settings, portal.clock(), asked_of(request, PAGE.reads))
    return portal.pages.answer(request, PAGE, view, status=view.asked.status)
