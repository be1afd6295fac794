"""Forms of people without an account: read within limits, from our own pages only, safe to send twice."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from sixclear.common.text import TextRefused, several_lines
from sixclear.portal.errors import ForeignForm, FormTooLarge, InvalidAddress, PortalError
from sixclear.portal.shell.form_bodies import FormBody, read_body

# What feedback takes.
LONGEST_TEXT = 10_000
LONGEST_LINE = 300

# The keys of forms: of the whole one, and of a step beside what it sends.
_KEYS = ("form_key", "step_key")
_FORM_KEY = re.compile(r"[A-Za-z0-9_-]{16,128}")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_PAGES: Mapping[int, type[PortalError]] = {403: ForeignForm, 413: FormTooLarge}


def new_form_key() -> str:
    """A key that makes a form safe to send twice: 128 bits, unguessable, because the receipt is derived from it."""
    return secrets.token_urlsafe(24)


def form_key_of(fields: Mapping[str, str], name: str = "form_key") -> str:
    """The key that a form came with, or a new one: it becomes a header, and a visitor can write anything there."""
    key = fields.get(name, "")
    return key if _FORM_KEY.fullmatch(key) else new_form_key()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form is not taken: `foreign`, `too-large`, `cut`, `files` or `unreadable`, and the status that says so."""

    code: str
    status: int


@dataclass(frozen=True, slots=True)
class SentForm:
    """What was typed into a form, also into one that is not taken: the page gives it back."""

    fields: Mapping[str, str]
    refusal: Refusal | None

    def taken(self) -> Mapping[str, str]:
        """The fields of a form that holds nothing worth giving back; raises what its page of an error says."""
        if self.refusal is None:
            return self.fields
        raise _PAGES.get(self.refusal.status, InvalidAddress)


async def read_form(request: Request, limit_bytes: int, own_origins: Sequence[str] = ()) -> SentForm:
    """The fields of a form and, if it is not taken, why. Never more than `limit_bytes` are taken."""
    body = await read_body(request, limit_bytes)
    # A key that another site chose would let it ask for the receipt of what a person sends from here.
    foreign = is_foreign(request, own_origins)
    fields = {name: text for name, text in body.values.items() if not (foreign and name in _KEYS)}
    return SentForm(fields, Refusal("foreign", 403) if foreign else _refusal(body, limit_bytes))


def _refusal(body: FormBody, limit_bytes: int) -> Refusal | None:
    too_large = body.size > limit_bytes
    if body.files:
        return Refusal("files", 413 if too_large else 422)
    if too_large:
        return Refusal("cut" if body.cut else "too-large", 413)
    return None if body.readable else Refusal("unreadable", 422)


def is_foreign(request: Request, own_origins: Sequence[str] = ()) -> bool:
    """Whether the browser says that the form came from another site than this host or one of `own_origins`.

    A client that says nothing of its origin is not a browser that sends cookies, and is let through.
    """
    origin = request.headers.get("origin")
    if origin is not None and any(_plain(origin) == _plain(own) for own in own_origins):
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    if origin is None:
        return False
    # `scheme://host:port`, and nothing else, is an origin: it is compared, never read as an address.
    scheme, _, place = origin.lower().partition("://")
    host = request.headers.get("host", "")
    return not place or not host or _plain(origin) != _plain(f"{scheme}://{host}")


def _plain(origin: str) -> str:
    """An origin without the port that its scheme has by default."""
    scheme, _, place = origin.lower().partition("://")
    return f"{scheme}://{place.removesuffix(_DEFAULT_PORTS.get(scheme, ''))}"


def text_problem(text: str, longest: int) -> str | None:
    """What is wrong with a text that must be there: `missing`, `too-long`, `control`, or nothing.

    It is judged in the form in which it would be stored: composed, and without what shows nothing.
    """
    try:
        kept = several_lines(text)
    except TextRefused as refused:
        return "missing" if refused.code == "nothing_visible" else "control"
    return "too-long" if len(kept) > longest else None
