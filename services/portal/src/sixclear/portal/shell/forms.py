"""Forms of people without an account: read within limits, from our own pages only, safe to send twice."""

import re
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from sixclear.portal.errors import ForeignForm, FormTooLarge, InvalidAddress

# What feedback takes.
LONGEST_TEXT = 10_000
LONGEST_LINE = 300

_FIELDS = 40
_FORM_KEY = re.compile(r"[A-Za-z0-9_-]{16,128}")
_FORM = "application/x-www-form-urlencoded"


def new_form_key() -> str:
    """A key that makes a form safe to send twice: 128 bits, unguessable, because the receipt is derived from it."""
    return secrets.token_urlsafe(24)


def form_key_of(fields: Mapping[str, str]) -> str:
    """The key that a form came with, or a new one: it becomes a header, and a visitor can write anything there."""
    key = fields.get("form_key", "")
    return key if _FORM_KEY.fullmatch(key) else new_form_key()


async def read_form(request: Request, limit_bytes: int) -> Mapping[str, str]:
    """The fields of a form; ForeignForm, FormTooLarge or InvalidAddress when it cannot be taken."""
    refuse_foreign(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise InvalidAddress
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit_bytes:
            raise FormTooLarge
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=_FIELDS, encoding="utf-8", errors="strict"
        )
    except ValueError as error:
        raise InvalidAddress from error
    fields = {name: value.replace("\r\n", "\n").strip() for name, value in pairs}
    if any("\0" in value for value in fields.values()):
        raise InvalidAddress
    return fields


def refuse_foreign(request: Request) -> None:
    """Raises ForeignForm when the browser says that the form came from another site.

    A client that says nothing of its origin is not a browser that sends cookies, and is let through.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise ForeignForm
    origin = request.headers.get("origin")
    if origin is None or site is not None:
        return
    # `scheme://host:port`, and nothing else, is an origin: it is compared, never read as an address.
    place = origin.partition("://")[2]
    if not place or place != request.headers.get("host"):
        raise ForeignForm


def text_problem(text: str, longest: int) -> str | None:
    """What is wrong with a text that must be there: `missing`, `too-long`, or nothing."""
    if not text:
        return "missing"
    return "too-long" if len(text) > longest else None
