"""One public copy."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.publication.view import load
from sixclear.portal.shell.addresses import identifier_of
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("publication")


@PAGE.get("/feedback/public/{identifier}")
async def show(request: Request) -> Response:
    """The page of a public copy."""
    portal = portal_of(request)
    view = await load(portal.gateway, portal.clock(), identifier_of(request))
    return portal.pages.answer(request, PAGE, view)
