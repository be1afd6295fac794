"""A desk that filed for a person prints the receipt, once: the two sheets, which nothing keeps.

A receipt code travels in bodies only, never in an address, so that no history, log or referrer keeps it.
"""

from starlette.requests import Request
from starlette.responses import Response

from sixclear.common.checked_code import as_given, slip_of
from sixclear.portal.errors import PageNotFound, Refused, ServiceAway
from sixclear.portal.pages.public.area import PUBLIC
from sixclear.portal.pages.public.desk.view import DeskForm, load
from sixclear.portal.shell.forms import read_form
from sixclear.portal.shell.portal import portal_of

PAGE = PUBLIC.page("desk", styles=("form",))
_DESK = "/feedback/desk"
_LONGEST = 200  # what feedback takes


@PAGE.get(_DESK)
async def desk_form(request: Request) -> Response:
    """Asks for the code of the receipt that the desk was given."""
    return _form(request, "")


@PAGE.post(_DESK)
async def print_sheets(request: Request) -> Response:
    """Both sheets of a receipt, with how the person ends a code that the desk saw."""
    portal = portal_of(request)
    sent = await read_form(request, portal.settings.form_limit_bytes, portal.settings.own_origins)
    typed = sent.taken().get("receipt_code", "").strip()
    if not typed or len(typed) > _LONGEST:
        return _form(request, typed, "length" if typed else "missing", 422)
    try:
        view = await load(portal.gateway, as_given(typed) or typed)
    except PageNotFound:
        return _form(request, typed, slip_of(typed) or "unknown", 422)
    except Refused:
        return _form(request, typed, "slow-down", 422)
    except ServiceAway:
        return _form(request, typed, "away", 503)
    return portal.pages.answer(request, PAGE, view, template="sheets", private=True, kept_at=_DESK)


def _form(request: Request, typed: str, problem: str | None = None, status: int = 200) -> Response:
    view = DeskForm(typed, {"receipt_code": problem} if problem else {})
    return portal_of(request).pages.answer(request, PAGE, view, status=status, private=True, kept_at=_DESK)
