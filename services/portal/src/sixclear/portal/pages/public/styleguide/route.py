"""All parts on one page; not in production."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.styleguide.view import load
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("styleguide")


@PAGE.get("/styleguide")
async def show(request: Request) -> Response:
    """The page of all parts."""
    return portal_of(request).pages.answer(request, PAGE, load())
