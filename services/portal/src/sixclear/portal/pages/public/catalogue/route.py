"""The catalogue of databases."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.catalogue.view import load
from sixclear.portal.shell.addresses import asked_of
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("catalogue", reads=("list", "deployment_stage", "registration", "q", "cursor"))


@PAGE.get("/catalogue")
async def show(request: Request) -> Response:
    """One page of the catalogue."""
    portal = portal_of(request)
    view = await load(portal.gateway, portal.settings, portal.clock(), asked_of(request, PAGE.reads))
    return portal.pages.answer(request, PAGE, view, status=view.asked.status)
