"""Signing in and out: the token goes into a cookie for pages below `/own`, and into no address."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.sign_in.view import view_of
from sixclear.portal.shell import signed_in
from sixclear.portal.shell.forms import read_form
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("sign_in", reads=("next", "why"), styles=("form",))


@PAGE.get(signed_in.SIGN_IN)
async def ask(request: Request) -> Response:
    """Asks for a token, and says where it comes from."""
    return _page(request, request.query_params.get("next"), request.query_params.get("why", ""), 200)


@PAGE.post(signed_in.SIGN_IN)
async def sign_in(request: Request) -> Response:
    """Takes the token and goes on to the page that was asked for, whose service verifies it."""
    settings = portal_of(request).settings
    fields = (await read_form(request, settings.form_limit_bytes, settings.own_origins)).taken()
    token = signed_in.read_token(fields.get("token", ""))
    if token is None:
        return _page(request, fields.get("next"), "unreadable", 422)
    if not signed_in.fits_cookie(token):
        return _page(request, fields.get("next"), "too-long", 422)
    response = RedirectResponse(signed_in.own_path(fields.get("next")), 303, {"Cache-Control": "no-store"})
    signed_in.sign_in(request, response, token)
    return response


@PAGE.post(signed_in.SIGN_OUT)
async def sign_out(request: Request) -> Response:
    """Forgets the token in this browser; the provider ends it."""
    settings = portal_of(request).settings
    (await read_form(request, settings.form_limit_bytes, settings.own_origins)).taken()
    response = RedirectResponse(signed_in.SIGN_IN, 303, {"Cache-Control": "no-store"})
    signed_in.sign_out(request, response)
    return response


def _page(request: Request, following: str | None, why: str, status: int) -> Response:
    portal = portal_of(request)
    view = view_of(signed_in.own_path(following), why, portal.settings.sign_in_url)
    return portal.pages.answer(request, PAGE, view, status=status, private=True)
