"""One indicator."""

import re

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.errors import PageNotFound
from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.indicator.view import load
from sixclear.portal.shell.addresses import asked_of
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("indicator", reads=("organisation", "as_of", "period", "cursor"))

_CODE = re.compile(r"[a-z0-9-]{1,80}")


@PAGE.get("/results/indicators/{code}")
async def show(request: Request) -> Response:
    """The page of an indicator: of the country, or of a body."""
    portal, code = portal_of(request), request.path_params["code"]
    if not _CODE.fullmatch(code):
        raise PageNotFound
    view = await load(portal.gateway, portal.clock(), code, asked_of(request, PAGE.reads))
    return portal.pages.answer(request, PAGE, view, status=view.asked.status)
