"""What belongs to the site as a whole: languages, problems, static files, the page of all parts."""

import re
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sixclear.common.auth.access import Access, declare
from sixclear.portal import specimens
from sixclear.portal.errors import PageNotFound
from sixclear.portal.forms import local_path, read_form
from sixclear.portal.languages import NAMES
from sixclear.portal.pages import remember
from sixclear.portal.routes.dependencies import PUBLIC, portal_of

_STATIC = Access.public("fonts, styles and scripts of public pages")
_CODE = re.compile(r"[a-z][a-z0-9-]{1,60}")


@declare(PUBLIC)
async def choose_language(request: Request) -> Response:
    """Remembers a language and goes back to the page."""
    fields = await read_form(request, portal_of(request).settings.form_limit_bytes)
    response = RedirectResponse(local_path(fields.get("next")), 303)
    if fields.get("lang") in NAMES:
        remember(response, fields["lang"], secure=request.scope["scheme"] == "https")
    return response


@declare(PUBLIC)
async def problem(request: Request) -> Response:
    """The page behind the `type` of a problem answer."""
    code = request.path_params["code"]
    if not _CODE.fullmatch(code):
        raise PageNotFound
    return portal_of(request).pages.answer(request, "problem", {"code": code})


@declare(_STATIC)
async def static(request: Request) -> Response:
    """A static file."""
    accepts_gzip = "gzip" in request.headers.get("accept-encoding", "")
    parameters = request.path_params
    answer = portal_of(request).pages.assets.answer(parameters["fingerprint"], parameters["name"], accepts_gzip)
    if answer is None:
        raise PageNotFound
    return answer


@declare(_STATIC)
async def favicon(request: Request) -> Response:
    """The icon, at the address that browsers ask without being told."""
    assets = portal_of(request).pages.assets
    answer = assets.answer("", "favicon.svg", False)
    assert answer is not None
    return answer


@declare(_STATIC)
async def robots(request: Request) -> Response:
    """What search engines may read: all pages, but no forms and no endless filters."""
    rules = "User-agent: *\nDisallow: /feedback/\nDisallow: /api/\nDisallow: /*?cursor=\n"
    return PlainTextResponse(rules, headers={"Cache-Control": "public, max-age=86400"})


@declare(PUBLIC)
async def styleguide(request: Request) -> Response:
    """All parts on one page, for developers and for the accessibility test."""
    return portal_of(request).pages.answer(request, "styleguide", {"view": specimens.view()})


def routes(*, developer_pages: bool) -> Sequence[BaseRoute]:
    """The routes of the site as a whole."""
    found: list[BaseRoute] = [
        Route("/language", choose_language, methods=["POST"]),
        Route("/problems/{code}", problem),
        Route("/static/{fingerprint}/{name:path}", static),
        Route("/favicon.ico", favicon),
        Route("/robots.txt", robots),
    ]
    if developer_pages:
        found.append(Route("/styleguide", styleguide))
    return found
