"""Results, now or at the end of a day of the past."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.results.view import load
from sixclear.portal.shell.addresses import asked_of
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("results", reads=("programme", "organisation", "as_of", "cursor"))


@PAGE.get("/results")
async def show(request: Request) -> Response:
    """Results of a programme, of a body, or of all."""
    portal = portal_of(request)
    view = await load(portal.gateway, portal.clock(), asked_of(request, PAGE.reads))
    return portal.pages.answer(request, PAGE, view, status=view.asked.status)
