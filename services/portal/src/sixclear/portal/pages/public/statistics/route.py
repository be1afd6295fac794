"""Figures of feedback."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.statistics.view import load
from sixclear.portal.shell.addresses import asked_of
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("statistics", reads=("organisation", "year", "by"))


@PAGE.get("/feedback/statistics")
async def show(request: Request) -> Response:
    """Figures of feedback, of all or of one body."""
    portal = portal_of(request)
    view = await load(portal.gateway, portal.clock(), asked_of(request, PAGE.reads))
    return portal.pages.answer(request, PAGE, view, status=view.asked.status)
