"""Who is signed in: the access token that a person brings to the pages below `/own`.

It comes in the header `Authorization` from what signs people in in front of the portal, or in a cookie that the page
`/own/sign-in` sets. The portal neither reads nor keeps it: it is passed on to the service that answers the page, which
verifies it as any other. A page without it, or whose service refuses it, leads to `/own/sign-in`.
"""

import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sixclear.portal.errors import Refused
from sixclear.portal.shell.addresses import address, local_path
from sixclear.portal.shell.portal import portal_of
from sixclear.portal.upstream.gateway import Gateway

OWN = "/own"
SIGN_IN, SIGN_OUT = f"{OWN}/sign-in", f"{OWN}/sign-out"
_COOKIE = "sixclear_token"
# RFC 6750 §2.1, as long as services take.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_LONGEST_TOKEN = 8_192
# Browsers keep cookies of up to 4,096 bytes.
_LONGEST_KEPT = 3_800
# Why a token was not enough, by the status of the refusal.
_WHY = {401: "expired", 403: "scope"}


def read_token(typed: str) -> str | None:
    """What may be a token; None for anything else, since it becomes a header."""
    token = typed.strip()
    return token if len(token) <= _LONGEST_TOKEN and _TOKEN.fullmatch(token) else None


def fits_cookie(token: str) -> bool:
    """Whether a browser keeps this token; a longer one is brought by a proxy with each request."""
    return len(token) <= _LONGEST_KEPT


def token_of(request: Request) -> str | None:
    """The token that a request brings: in its header, else in the cookie."""
    kind, _, sent = request.headers.get("authorization", "").partition(" ")
    return read_token(sent if kind.lower() == "bearer" else request.cookies.get(_COOKIE, ""))


def own_path(value: str | None) -> str:
    """`value` when it is the path of a page below `/own`, else that of an expert's list."""
    path = local_path(value)
    return path if path.startswith(f"{OWN}/") else f"{OWN}/reviews"


def sign_in(request: Request, response: Response, token: str) -> None:
    """Have the browser bring the token to pages below `/own`, while it is open; no script and no other site can."""
    secure = request.scope["scheme"] == "https"
    response.set_cookie(_COOKIE, token, httponly=True, samesite="strict", secure=secure, path=OWN)


def sign_out(request: Request, response: Response) -> None:
    """Have the browser forget the token."""
    secure = request.scope["scheme"] == "https"
    response.delete_cookie(_COOKIE, httponly=True, samesite="strict", secure=secure, path=OWN)


async def for_person(request: Request, answer: Callable[[Gateway], Awaitable[Response]]) -> Response:
    """What `answer` makes by calls for who is signed in; for anyone else the way to sign in, and back."""
    token = token_of(request)
    if token is None:
        return _way(request, "")
    try:
        return await answer(portal_of(request).gateway.signed_in(token))
    except Refused as refused:
        if refused.status not in _WHY:
            raise
        return _way(request, _WHY[refused.status])


def _way(request: Request, why: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    return RedirectResponse(address(SIGN_IN, {"next": request.scope["path"], "why": why}), 303, headers)
