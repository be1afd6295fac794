"""Ideas that were accepted."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.proposals.view import load
from sixclear.portal.shell.addresses import asked_of
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("proposals", reads=("programme", "cursor"))


@PAGE.get("/feedback/proposals")
async def show(request: Request) -> Response:
    """One page of the accepted ideas."""
    portal = portal_of(request)
    view = await load(portal.gateway, portal.settings, portal.clock(), asked_of(request, PAGE.reads))
    return portal.pages.answer(request, PAGE, view, status=view.asked.status)
