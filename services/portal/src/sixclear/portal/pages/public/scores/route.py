"""What bodies come to by a set of criteria."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.scores.view import load
from sixclear.portal.shell.addresses import asked_of
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("scores", reads=("criteria", "period", "organisation", "as_of", "cursor"))


@PAGE.get("/results/scores")
async def show(request: Request) -> Response:
    """One page of the scores of a set for a period."""
    portal = portal_of(request)
    view = await load(portal.gateway, portal.settings, portal.clock(), asked_of(request, PAGE.reads))
    return portal.pages.answer(request, PAGE, view, status=view.asked.status)
