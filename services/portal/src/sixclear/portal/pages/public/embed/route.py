"""The line that a body copies into its own site, so that the form of feedback stands there."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.embed.view import load
from sixclear.portal.shell.addresses import asked_of
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("embed", reads=("body",), styles=("form",))


@PAGE.get("/embed")
async def show(request: Request) -> Response:
    """The line for any site, or for the body that the address names."""
    portal = portal_of(request)
    view = await load(portal.gateway, portal.settings, asked_of(request, PAGE.reads))
    return portal.pages.answer(request, PAGE, view, status=view.asked.status)
