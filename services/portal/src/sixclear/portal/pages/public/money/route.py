"""Lines of money."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.money.view import load
from sixclear.portal.shell.addresses import asked_of
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("money", reads=("programme", "organisation", "year", "task", "as_of", "cursor"))


@PAGE.get("/results/money")
async def show(request: Request) -> Response:
    """One page of the lines."""
    portal = portal_of(request)
    view = await load(portal.gateway, portal.settings, portal.clock(), asked_of(request, PAGE.reads))
    return portal.pages.answer(request, PAGE, view, status=view.asked.status)
