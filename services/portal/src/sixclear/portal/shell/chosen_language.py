"""The language of a request, and how a browser remembers it."""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.words.languages import NAMES, Language, choose

_COOKIE = "sixclear_language"
_YEAR_SECONDS = 31_536_000


def language_of(request: Request, *, framed: bool = False) -> Language:
    """The language that the address asks for, else the remembered one, else the browser's, else Vietnamese.

    In a frame no cookie is read, so that none is remembered there.
    """
    asked, remembered = request.query_params.get("lang"), None if framed else request.cookies.get(_COOKIE)
    return choose(asked, remembered, request.headers.get("accept-language"))


def remember(request: Request, response: Response, code: str | None) -> None:
    """Makes the browser remember a language, if it is one; the cookie says nothing else."""
    if code is not None and code in NAMES:
        secure = request.scope["scheme"] == "https"
        response.set_cookie(
            _COOKIE, code, max_age=_YEAR_SECONDS, httponly=True, samesite="lax", secure=secure, path="/"
        )
