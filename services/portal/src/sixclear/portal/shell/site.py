"""What belongs to no page: static files, what browsers and search engines ask for, the choice of a language."""

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute

from sixclear.common.transparency import verify_receipt
from sixclear.common.web.access import Access, RuledRoute
from sixclear.common.web.static_files import StaticRoute
from sixclear.portal.shell.addresses import local_path
from sixclear.portal.shell.chosen_language import remember
from sixclear.portal.shell.forms import read_form
from sixclear.portal.shell.packing import FOR_FILES, packing_of
from sixclear.portal.shell.portal import portal_of

_STATIC = Access.public("fonts, styles and scripts of public pages")
_PROGRAM = Access.public("everyone who has a receipt can verify it")
_LANGUAGE = Access.public("a language is chosen without an account")


async def choose_language(request: Request) -> Response:
    """Remembers a language and goes back to the page."""
    settings = portal_of(request).settings
    fields = (await read_form(request, settings.form_limit_bytes, settings.own_origins)).taken()
    response = RedirectResponse(local_path(fields.get("next")), 303)
    remember(request, response, fields.get("lang"))
    return response


async def static(request: Request) -> Response:
    """A static file."""
    parameters = request.path_params
    packing = packing_of(request, FOR_FILES)
    answer = portal_of(request).pages.assets.answer(parameters["fingerprint"], parameters["name"], packing)
    return await no_file(request) if answer is None else answer


async def no_file(request: Request) -> Response:
    """What a browser gets for a file that is missing: no page, since nobody counts who asks for files."""
    return PlainTextResponse("No such file.\n", 404, {"Cache-Control": "no-store"})


async def favicon(request: Request) -> Response:
    """The icon, at the address that browsers ask without being told."""
    answer = portal_of(request).pages.assets.answer("", "favicon.svg", None)
    assert answer is not None
    return answer


async def receipt_verifier(request: Request) -> Response:
    """The one file that verifies a receipt without Sixclear, as it is in this release."""
    headers = {
        "Content-Disposition": 'attachment; filename="verify_receipt.py"',
        "Cache-Control": "public, max-age=3600",
    }
    return Response(_receipt_verifier(), media_type="text/x-python", headers=headers)


@cache
def _receipt_verifier() -> bytes:
    return Path(verify_receipt.__file__).read_bytes()


async def robots(request: Request) -> Response:
    """What search engines may read: all pages, but no forms and no endless filters."""
    rules = "User-agent: *\nDisallow: /feedback/\nDisallow: /own/\nDisallow: /api/\nDisallow: /*?cursor=\n"
    return PlainTextResponse(rules, headers={"Cache-Control": "public, max-age=86400"})


def routes() -> list[BaseRoute]:
    """The routes of the site as a whole."""
    return [
        RuledRoute("/language", choose_language, access=_LANGUAGE, methods=["POST"]),
        StaticRoute("/static/{fingerprint}/{name:path}", static, access=_STATIC),
        StaticRoute("/static/{path:path}", no_file, access=_STATIC),
        RuledRoute("/verify/verify_receipt.py", receipt_verifier, access=_PROGRAM),
        RuledRoute("/favicon.ico", favicon, access=_STATIC),
        RuledRoute("/robots.txt", robots, access=_STATIC),
    ]
