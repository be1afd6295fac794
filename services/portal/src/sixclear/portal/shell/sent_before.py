"""The key that this browser sent a form with last, so that the same form sent again after Back is no second case.

A page that is fetched again has a new key, and the browser puts back what was typed. The cookie holds the former key
alone: no text, and no receipt code. The key alone opens no receipt, because the same must be sent again, word for
word.
"""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.portal.shell.forms import form_key_of

_COOKIE = "sixclear_form"
_PATH = "/feedback"
# Back is pressed soon, and a computer may be shared.
_HOUR_SECONDS = 3_600


def key_sent_before(request: Request) -> str | None:
    """The key that this browser sent something with in the last hour; None without one that can be used."""
    key = request.cookies.get(_COOKIE, "")
    return key if form_key_of({"form_key": key}) == key else None


def remember_key(request: Request, response: Response, key: str) -> None:
    """Makes the browser remember for an hour that it sent something with this key."""
    secure = request.scope["scheme"] == "https"
    response.set_cookie(_COOKIE, key, max_age=_HOUR_SECONDS, httponly=True, samesite="lax", secure=secure, path=_PATH)
