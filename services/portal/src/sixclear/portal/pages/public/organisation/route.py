"""One organisation."""

import re
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sixclear.common.text import code_form
from sixclear.portal.errors import PageNotFound
from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.organisation.view import load
from sixclear.portal.shell.addresses import address
from sixclear.portal.shell.portal import portal_of
from sixclear.portal.upstream.parts import Parts

PAGE = PUBLIC.page("organisation")

_CODE = re.compile(r"[A-Z0-9._-]{1,80}")


@PAGE.get("/organisations/{identifier}")
async def show(request: Request) -> Response:
    """The page of an organisation; a code, as letters and other systems have it, leads to it."""
    portal = portal_of(request)
    reference = code_form(request.path_params["identifier"][:100])
    try:
        identifier = str(UUID(reference))
    except ValueError:
        if not _CODE.fullmatch(reference):
            raise PageNotFound from None
        found = await Parts().needed(portal.gateway.tasks.organisation(reference))
        kept = {name: value for name, value in request.query_params.items() if name == "lang"}
        place = address(f"/organisations/{found.organisation_id}", kept)
        return RedirectResponse(place, 307, {"Cache-Control": "no-store"})
    view = await load(portal.gateway, portal.settings, portal.clock(), identifier)
    return portal.pages.answer(request, PAGE, view)
